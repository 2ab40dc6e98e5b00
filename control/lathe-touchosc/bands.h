/* bands.h - the page of bars per third of an octave. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TOUCHOSC_BANDS_H
#define LATHE_TOUCHOSC_BANDS_H

#include "control/lathe-touchosc/node.h"
#include "control/lathe-touchosc/widget.h"

/* Whether any node has thirds: else there is no such page. */
bool rack_has_bands(const struct rack *rack);
void bands_page(struct widget *page, const struct style *style,
		const struct rack *rack);

#endif

/* overview.h - the pages that show all nodes at a glance. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TOUCHOSC_OVERVIEW_H
#define LATHE_TOUCHOSC_OVERVIEW_H

#include "control/lathe-touchosc/node.h"
#include "control/lathe-touchosc/widget.h"

void overview_page(struct widget *page, const struct style *style,
		   const struct rack *rack);
void meters_page(struct widget *page, const struct style *style,
		 const struct rack *rack);
void outputs_page(struct widget *page, const struct style *style,
		  const struct rack *rack);

#endif

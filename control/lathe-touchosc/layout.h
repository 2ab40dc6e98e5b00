/* layout.h - which pages a rack has. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TOUCHOSC_LAYOUT_H
#define LATHE_TOUCHOSC_LAYOUT_H

#include "control/lathe-touchosc/node.h"
#include "control/lathe-touchosc/widget.h"

void style_init(struct style *style, double width, double height);
/* The whole layout: a group with a pager. The caller destroys it. */
struct widget *layout_create(const struct rack *rack, const struct style *style);

#endif

/* page.h - the page of one node. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TOUCHOSC_PAGE_H
#define LATHE_TOUCHOSC_PAGE_H

#include "control/lathe-touchosc/node.h"
#include "control/lathe-touchosc/widget.h"

void node_page(struct widget *page, const struct style *style, const struct node *node);

#endif

/* print.h - a rack as a config. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_PRINT_H
#define LATHE_CONFIG_PRINT_H

#include "daemon/base/text.h"
#include "daemon/rack/rack.h"

/* A config that loads back to the same rack and values. Defaults are left out. */
void config_print(const struct rack *rack, struct text *text);
/* One value as a config says it: 3.0, true, "low_shelf". */
void config_print_value(struct text *text, const struct node *node, int index);

#endif

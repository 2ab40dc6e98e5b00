/* osc.h - the config's section osc. Control thread, and the programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_OSC_H
#define LATHE_CONFIG_OSC_H

#include "daemon/config/parser.h"

void parser_osc(struct parser *parser, const config_setting_t *root);
void config_print_osc(const struct osc_settings *osc, struct text *text);

#endif

/* ports.h - what a config says of JACK ports. Control thread, and the programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_PORTS_H
#define LATHE_CONFIG_PORTS_H

#include "daemon/config/parser.h"

/* Patterns of JACK ports, one per channel (for one channel a plain string will do). ""
 * connects nothing. */
void parser_connect(struct parser *parser, const config_setting_t *setting,
		    const char *where, int channels, char **connect);
/* Call after parser_links(): patterns of outputs and inserts need the channels; so does the
 * number of ports. */
void parser_ports(struct parser *parser, const config_setting_t *root);

#endif

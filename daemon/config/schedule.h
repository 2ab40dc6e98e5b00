/* schedule.h - the config's list schedule. Control thread, and the programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_SCHEDULE_H
#define LATHE_CONFIG_SCHEDULE_H

#include "daemon/config/parser.h"

void parser_schedule(struct parser *parser, const config_setting_t *root);
void config_print_schedule(const struct rack *rack, struct text *text);

#endif

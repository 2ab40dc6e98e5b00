/* links.h - which node takes its audio from which: links, cycles, channels. Control thread, and the
 * programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_LINKS_H
#define LATHE_CONFIG_LINKS_H

#include "daemon/config/parser.h"

/* Reads the links of all entries; sets the channels of all nodes. Complains about sources that
 * do not exist, cycles, and channels that do not fit. */
void parser_links(struct parser *parser);

#endif

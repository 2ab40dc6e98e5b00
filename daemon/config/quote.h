/* quote.h - strings as a config says them. Pure. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_QUOTE_H
#define LATHE_CONFIG_QUOTE_H

#include "daemon/base/text.h"

/* Adds "a \"b\"": quotes, backslashes and control characters are escaped. */
void text_add_quoted(struct text *text, const char *string);

#endif

/* json.h - strings and numbers as JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_JSON_H
#define LATHE_SHARE_JSON_H

#include <stdio.h>

/* Prints the string in quotes; quotes, backslashes and control characters are escaped. */
void json_string(FILE *to, const char *text);
/* Prints the number with as few digits as read back to it; null when it is not finite. */
void json_number(FILE *to, double value);

#endif

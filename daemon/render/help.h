/* help.h - what lathe-render --help prints. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_HELP_H
#define LATHE_RENDER_HELP_H

#include <stdio.h>

void help_print(FILE *to);

#endif

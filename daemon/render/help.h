/* help.h - what lathe-render --help prints. */
#ifndef LATHE_RENDER_HELP_H
#define LATHE_RENDER_HELP_H

#include <stdio.h>

void help_print(FILE *to);

#endif

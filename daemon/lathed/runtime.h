/* runtime.h - small files in $RUNTIME_DIRECTORY, which systemd makes in memory (/run) for a unit:
 * for scripts beside lathed, and for its next start. Without that folder there are none. Any
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHED_RUNTIME_H
#define LATHE_LATHED_RUNTIME_H

#include <stdbool.h>

/* Path of a file there, for free(); NULL: there is no folder. */
char *runtime_path(const char *name);
/* Replaces the file as a whole; every user can read it, whatever the mask is. False: it can't be
 * written, and errno says why; true without a folder. */
bool runtime_write(const char *name, const char *text);
void runtime_remove(const char *name);

#endif

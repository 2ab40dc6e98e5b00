/* say.c - sentences about a song, which its process leaves for the parent to print.
 * lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void song_say(struct song *song, const char *format, ...)
{
	const size_t used = strlen(song->said), room = sizeof(song->said) - used;
	va_list list;

	va_start(list, format);
	const int length = vsnprintf(song->said + used, room, format, list);
	va_end(list);
	if (length >= 0 && (size_t)length + 1 < room)
		strcat(song->said, "\n");
}

int song_refuse(struct song *song, const char *of, const char *why)
{
	song_say(song, "%s: %s", of, why);
	song->status = EXIT_FILE;
	return song->status;
}

/* cue.c - a CUE sheet of the outputs. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/cue.h"

#include "daemon/base/text.h"
#include "share/newfile.h"

#include <string.h>
#include <strings.h>

/* Quotes have no escape in a sheet. */
static void quoted(struct text *to, const char *value)
{
	text_add(to, "\"");
	for (const char *at = value; *at; at++)
		text_add(to, "%c",
			 *at == '"'                 ? '\''
			 : (unsigned char)*at < ' ' ? ' '
						    : *at);
	text_add(to, "\"");
}

static void line(struct text *to, const char *indent, const char *key,
		 const char *value)
{
	if (!value || !*value)
		return;
	text_add(to, "%s%s ", indent, key);
	quoted(to, value);
	text_add(to, "\n");
}

/* The kinds that sheets know; everything else is called WAVE. */
static const char *kind_of(const char *path)
{
	const char *suffix = strrchr(path, '.');

	if (suffix && strcasecmp(suffix, ".mp3") == 0)
		return "MP3";
	if (suffix &&
	    (strcasecmp(suffix, ".aiff") == 0 || strcasecmp(suffix, ".aif") == 0))
		return "AIFF";
	return "WAVE";
}

/* The path as seen from the sheet's folder. */
static const char *seen_from(const char *sheet, const char *path)
{
	const char *slash = strrchr(sheet, '/');
	const size_t folder = slash ? (size_t)(slash + 1 - sheet) : 0;

	return folder && strncmp(sheet, path, folder) == 0 ? path + folder : path;
}

static bool is_isrc(const char *code)
{
	return code && strlen(code) == 12 &&
	       strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789") == 12;
}

/* "USRC17607839" of "US-RC1-76-07839". */
static const char *isrc_plain(const char *code, char plain[16])
{
	size_t length = 0;

	for (const char *at = code; code && *at && length < 15; at++)
		if (*at != '-' && *at != ' ')
			plain[length++] = *at;
	plain[length] = '\0';
	return is_isrc(plain) ? plain : NULL;
}

bool cue_write(const char *path, const struct song *songs, int count, cue_tag *tag,
	       char *error, size_t error_size)
{
	struct text text = { 0 };
	char code[16];
	int track = 0;

	for (int i = 0; i < count; i++) {
		const struct song *song = &songs[i];
		if (song->status || !song->out[0])
			continue;
		if (track++ == 0) {
			const char *artist = tag(song, "ALBUMARTIST");
			line(&text, "", "PERFORMER",
			     artist ? artist : tag(song, "ARTIST"));
			line(&text, "", "TITLE", tag(song, "ALBUM"));
		}
		text_add(&text, "FILE ");
		quoted(&text, seen_from(path, song->out));
		text_add(&text, " %s\n  TRACK %02d AUDIO\n", kind_of(song->out), track);
		line(&text, "    ", "TITLE", tag(song, "TITLE"));
		line(&text, "    ", "PERFORMER", tag(song, "ARTIST"));
		const char *isrc = isrc_plain(tag(song, "ISRC"), code);
		if (isrc)
			text_add(&text, "    ISRC %s\n", isrc);
		text_add(&text, "    INDEX 01 00:00:00\n");
	}
	const bool good = newfile_write(path, text.bytes ? text.bytes : "", text.length,
					error, error_size);
	text_finish(&text);
	return good;
}

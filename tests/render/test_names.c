/* test_names.c - the paths of many outputs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/names.h"

#include "tests/support/test.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *tag(const void *context, const char *name)
{
	const char *const *pairs = context;

	for (; pairs && pairs[0]; pairs += 2)
		if (strcmp(pairs[0], name) == 0)
			return pairs[1];
	return NULL;
}

static const char *made(const char *out, const char *in, const char *const *tags)
{
	static char path[PATH_MAX], error[512];
	const struct names_of of = { .in = in,
				     .number = 7,
				     .count = 12,
				     .tag = tag,
				     .context = tags,
				     .kind = ".wav" };

	return names_make(&of, out, path, sizeof(path), error, sizeof(error)) ? path
									      : error;
}

int main(void)
{
	static const char *const song[] = {
		"TITLE",  "A/B: C?", "ALBUM", "..x..",      "TRACKNUMBER", "3/12",
		"ARTIST", "",        "DATE",  "2026-05-04", NULL
	};
	static const char *const device[] = { "TITLE", "Con", "TRACKNUMBER", "x",
					      NULL };
	char folder[] = "/tmp/lathe-names-XXXXXX", path[128], error[512];
	char title[400] = "", want[200];
	const char *const umlauts[] = { "TITLE", title, NULL };
	struct stat status;

	CHECK_TEXT(made("m", "a/song.flac", NULL), "m/song.wav");
	CHECK_TEXT(made("m/", "a/b.c.mp3", NULL), "m/b.c.wav");
	CHECK_TEXT(made("m", ".hidden", NULL), "m/hidden.wav");
	CHECK_TEXT(made("{album}/{track} {title}.flac", "s.wav", song),
		   "x/03 A_B_ C_.flac");
	CHECK_TEXT(made("{artist}/{year}/{number}.wav", "s.wav", song),
		   "unknown artist/2026-05-04/07.wav");
	CHECK_TEXT(made("{track} {title}.wav", "s.wav", device), "07 Con_.wav");
	CHECK_TEXT(made("{title}.wav", "a/s.wav", NULL), "s.wav");
	CHECK_TEXT(made("{titel}.wav", "s.wav", NULL),
		   "found \"{titel}\", would accept {title} {artist} {albumartist} "
		   "{album} {track} {disc} {year} {isrc} {name} {number}");
	CHECK(strncmp(made("{title", "s.wav", NULL), "found \"{title\"", 14) == 0,
	      "an open brace");
	/* A long name ends between characters. */
	for (int i = 0; i < 130; i++)
		strcat(title, i ? "\xc3\xa4" : "a");
	snprintf(want, sizeof(want), "%.119s", title);
	CHECK_TEXT(made("{title}", "s.wav", umlauts), want);

	CHECK(mkdtemp(folder), "%s", folder);
	snprintf(path, sizeof(path), "%s/a/b/c.wav", folder);
	CHECK(names_folders(path, error, sizeof(error)), "%s", error);
	CHECK(names_folders(path, error, sizeof(error)), "again: %s", error);
	*strrchr(path, '/') = '\0';
	CHECK(stat(path, &status) == 0 && S_ISDIR(status.st_mode), "%s", path);
	rmdir(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(folder);
	CHECK(!names_folders("/dev/null/x/y.wav", error, sizeof(error)), "in a file");
	return test_result();
}

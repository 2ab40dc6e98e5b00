/* songs.c - the songs of a command line. lathe-render, before the run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/songs.h"

#include "daemon/base/memory.h"
#include "daemon/render/names.h"
#include "share/soundfile.h"
#include "share/soundkind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t bytes_of(int count)
{
	return (size_t)count * sizeof(struct song);
}

/* Cue points count in frames, so the file's rate is needed. A pipe can be read but once;
 * what can't be opened is told of later. */
static struct tags *tags_of(const char *path)
{
	char error[512];
	struct stat status;
	struct tags *tags = NULL;

	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return NULL;
	struct soundfile *file = soundfile_open(path, error, sizeof(error));
	if (file)
		tags = tags_read(path, file->rate);
	soundfile_close(file);
	return tags;
}

struct song *songs_create(const struct session *session)
{
	const struct render_options *options = session->options;
	struct song *songs =
		mmap(NULL, bytes_of(options->in_count), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (songs == MAP_FAILED)
		memory_out("songs");
	for (int i = 0; i < options->in_count; i++) {
		songs[i].in = options->ins[i];
		songs[i].kept = -1;
		songs[i].to = 1000;
		if (options->out)
			songs[i].tags = tags_of(options->ins[i]);
		songs[i].tally = tally_create(session->rack);
	}
	return songs;
}

void songs_destroy(struct song *songs, int count)
{
	for (int i = 0; songs && i < count; i++) {
		tally_finish(&songs[i].tally);
		song_drop(&songs[i]);
		tags_destroy(songs[i].tags);
	}
	if (songs)
		munmap(songs, bytes_of(count));
}

/* ---- paths ----------------------------------------------------------------------- */

/* Whether a file of that suffix can be written, in that format. */
static bool kind_check(const char *out, const char *format, int rate)
{
	const struct soundkind kind = soundkind_of(out, format);

	if (kind.format && rate && soundkind_rate(&kind, rate) != rate)
		fprintf(stderr, "lathe-render: --rate %d: %s would accept %d\n", rate,
			out, soundkind_rate(&kind, rate));
	else if (kind.format)
		return true;
	if (kind.format)
		return false;
	if (soundkind_of(out, NULL).format)
		fprintf(stderr, "lathe-render: --format %s: %s would accept %s\n",
			format, out, soundkind_accepts(out));
	else
		fprintf(stderr, "lathe-render: %s: %s is wanted\n", out,
			soundkind_suffixes());
	return false;
}

/* In a folder: the file's own suffix, if such a file can be written; else .wav. */
static const char *kind_of(const char *in, const char *format)
{
	const char *suffix = strrchr(in, '.');

	return suffix && !strchr(suffix, '/') && soundkind_of(in, format).format
		       ? suffix
		       : ".wav";
}

static const char *tag_of(const void *context, const char *name)
{
	return tags_get(((const struct song *)context)->tags, name);
}

static bool many_name(struct song *song, const struct session *session, int number)
{
	const struct render_options *options = session->options;
	const struct names_of of = { .in = song->in,
				     .number = number,
				     .count = options->in_count,
				     .tag = tag_of,
				     .context = song,
				     .kind = kind_of(song->in, options->format) };
	char error[512];

	if (names_make(&of, options->out, song->out, sizeof(song->out), error,
		       sizeof(error)))
		return kind_check(song->out, options->format, options->rate);
	fprintf(stderr, "lathe-render: --out %s: %s\n", options->out, error);
	return false;
}

/* Two songs with the same output would replace each other. */
static bool all_differ(const struct song *songs, int count)
{
	for (int i = 0; i < count; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(songs[i].out, songs[j].out) == 0) {
				fprintf(stderr,
					"lathe-render: %s and %s would both become %s; "
					"{number} or {track} in --out keeps them "
					"apart\n",
					songs[j].in, songs[i].in, songs[i].out);
				return false;
			}
	return true;
}

int songs_name(struct song *songs, const struct session *session)
{
	const struct render_options *options = session->options;

	for (int i = 0; i < options->in_count; i++) {
		if (options->out_is_many) {
			if (!many_name(&songs[i], session, i + 1))
				return EXIT_USAGE;
		} else if (options->out) {
			snprintf(songs[i].out, sizeof(songs[i].out), "%s",
				 options->out);
			if (!kind_check(songs[i].out, options->format, options->rate))
				return EXIT_USAGE;
		}
	}
	if (options->out_is_many && !all_differ(songs, options->in_count))
		return EXIT_USAGE;
	return 0;
}

/* ---- what is there --------------------------------------------------------------- */

static bool is_newer(const struct stat *than, const struct stat *this)
{
	return this->st_mtim.tv_sec > than->st_mtim.tv_sec ||
	       (this->st_mtim.tv_sec == than->st_mtim.tv_sec &&
		this->st_mtim.tv_nsec >= than->st_mtim.tv_nsec);
}

void songs_skip(struct song *songs, const struct session *session)
{
	const struct render_options *options = session->options;
	struct stat in, out, config;

	for (int i = 0; i < options->in_count; i++)
		songs[i].skipped = songs[i].out[0] && stat(songs[i].in, &in) == 0 &&
				   stat(songs[i].out, &out) == 0 &&
				   stat(options->config, &config) == 0 &&
				   is_newer(&in, &out) && is_newer(&config, &out);
	/* An album's gain follows from all its songs. */
	bool all = true;
	for (int i = 0; i < options->in_count; i++)
		all &= songs[i].skipped;
	for (int i = 0; i < options->in_count && options->album; i++)
		songs[i].skipped = all;
}

int songs_folders(const struct song *songs, int count)
{
	char error[512];

	for (int i = 0; i < count; i++)
		if (!names_folders(songs[i].out, error, sizeof(error))) {
			fprintf(stderr, "lathe-render: %s\n", error);
			return EXIT_FILE;
		}
	return 0;
}

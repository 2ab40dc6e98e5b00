/* options.h - lathe-render's command line, read before anything else runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_OPTIONS_H
#define LATHE_RENDER_OPTIONS_H

#include "daemon/render/codec.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	EXIT_FILE = 1,
	EXIT_USAGE = 2,
	EXIT_CONFIG = 78,
	SETS_MAX = 256,
	CODECS_MAX = 8,
};

enum album {
	ALBUM_NONE,
	ALBUM_ONE,     /* the gated loudness of all songs */
	ALBUM_LOUDEST, /* that of the loudest song */
};

struct render_options {
	const char *config, *output, *format, *learn;
	const char
		*out; /* OUT; or --out's folder or pattern; NULL: nothing is written */
	bool out_is_many; /* given by --out */
	const char *const *ins;
	int in_count;
	const char *sets[SETS_MAX];
	int set_count;
	int block, jobs;
	uint64_t start_frame;
	int meters, json, keep_latency, force, skip_done; /* yes or no */
	bool has_loudness, has_peak;
	double loudness, peak; /* LUFS, dBTP */
	enum album album;
	int rate; /* Hz; 0: the file's */
	bool trim_head, trim_tail;
	double fade_in, fade_out; /* seconds */
	struct codec codecs[CODECS_MAX];
	int codec_count;
	bool services;
	const char *services_file; /* NULL: the one that is built in */
	const char *cue, *report;
	bool measures; /* the output's loudness and peak are told, whatever the rack */
};

/* Ends the program when there is nothing to render. */
void render_options_read(struct render_options *options, int argc, char **argv);

#endif

/* codec.h - what a lossy codec makes of a master: encoded and decoded in memory, and
 * measured. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_CODEC_H
#define LATHE_RENDER_CODEC_H

#include <stdbool.h>
#include <stddef.h>

struct codec {
	char name[16]; /* "opus:128" */
	char suffix[8];
	char format[8]; /* "128k" */
};

struct codec_result {
	bool done;
	double true_peak; /* dBTP, decoded */
	double overs;     /* a minute: stretches over 0 dBTP */
	double loudness;  /* LU louder than the master */
	double ceiling;   /* dBTP: the master's peak with which 0 would have held */
};

/* "opus:128", "vorbis:160", "mp3:320". False: none of these. */
bool codec_parse(const char *text, struct codec *codec);
/* Encodes and decodes a sound file. False and a sentence on failure. */
bool codec_try(const struct codec *codec, const char *path, struct codec_result *result,
	       char *error, size_t error_size);

#endif

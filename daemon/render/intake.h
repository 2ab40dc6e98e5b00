/* intake.h - what is played: a sound file's audio at the wanted rate, in the rack's order of
 * channels, without the silence at its ends if that is asked for. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_INTAKE_H
#define LATHE_RENDER_INTAKE_H

#include "daemon/rack/rack.h"
#include "share/soundfile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intake_options {
	const struct rack *rack;
	/* The rate that is wanted of a file of this one, Hz. NULL: its own. */
	int (*rate)(const void *context, int own);
	const void *context;
	bool trim_head, trim_tail;
	bool counts; /* the length must be known, if need be by reading the file twice */
};

struct intake {
	int rate;       /* Hz */
	int width;      /* channels: those of all the rack's inputs, in order */
	int64_t frames; /* how many will come, if `exact`; else a hint, or -1 */
	bool exact;
	int64_t read;   /* at `rate` */
	int64_t strays; /* samples that are no audio; silence is played for them */
	int64_t cut;    /* frames left out at the head, at the file's rate */
	struct soundfile *file;
	struct intake_inside *inside;
};

/* NULL and a sentence without the path on failure. */
struct intake *intake_open(const char *path, const struct intake_options *options,
			   char *error, size_t error_size);
/* The next interleaved frames. Returns how many there were; the rest of the `frames` is
 * silence. */
int intake_read(struct intake *intake, float *to, int frames);
void intake_close(struct intake *intake);

#endif

/* learn.c - lathe-render --learn: a reference's tonal balance for tonematch. One
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/learn.h"
#include "daemon/base/memory.h"

#include "daemon/base/text.h"
#include "daemon/engine/engine.h"
#include "dsp/tonespectrum.h"
#include "share/newfile.h"
#include "share/soundfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PIECE = 64 };

struct learner {
	struct tonespectrum_tables tables;
	struct tonespectrum spectrum;
};

/* The index of a loudspeaker's channel, or `otherwise`. */
static int channel_find(const struct soundfile *file, enum speaker speaker,
			int otherwise)
{
	for (int c = 0; c < file->channels && file->layout.labelled; c++)
		if (file->layout.speaker[c] == speaker)
			return c;
	return otherwise;
}

static void learn_file(struct learner *l, struct soundfile *file)
{
	const double silence = 1e-6, all = 1e12; /* every window has the same weight */
	static float mixed[PIECE * LAYOUT_MAX];
	const int channels = file->channels;
	const int one = channel_find(file, SPEAKER_L, 0);
	const int other = channel_find(file, SPEAKER_R, channels > 1);
	float left[PIECE], right[PIECE];

	for (int n; (n = soundfile_read(file, mixed, PIECE)) > 0;) {
		for (int i = 0; i < n; i++) {
			left[i] = mixed[i * channels + one];
			right[i] = mixed[i * channels + other];
		}
		if (tonespectrum_run(&l->spectrum, &l->tables, left, right, n))
			tonespectrum_close(&l->spectrum, &l->tables, all, silence,
					   false);
	}
}

static bool learn_write(const struct learner *l, const char *in, const char *out,
			char *error, size_t error_size)
{
	struct text text = { 0 };

	text_add(&text, "# tonal balance of %s: Hz, dB in 1/6 octave\n", in);
	for (int b = 0; b < TONESPECTRUM_BANDS; b++)
		text_add(&text, "%.1f %.2f\n", tonespectrum_hz(b),
			 10 * log10(l->spectrum.share[b] + 1e-15));
	const bool good =
		newfile_write(out, text.bytes, text.length, error, error_size);
	text_finish(&text);
	return good;
}

bool learn_curve(const char *in, const char *out, char *error, size_t error_size)
{
	char why[512];
	struct soundfile *file = soundfile_open(in, why, sizeof(why));
	struct learner *l = memory_zeroed(1, sizeof(*l));
	const char *of = in;
	bool good = false;

	if (file && l && file->rate >= RATE_MIN && file->rate <= RATE_MAX) {
		tonespectrum_init(&l->tables, file->rate);
		learn_file(l, file);
		if (file->note[0])
			fprintf(stderr, "lathe-render: %s: %s\n", in, file->note);
		if (l->spectrum.memory < 8) {
			snprintf(why, sizeof(why),
				 "too short or too quiet, 10 s are wanted");
		} else {
			good = learn_write(l, in, out, why, sizeof(why));
			of = out;
		}
	} else if (file) {
		snprintf(why, sizeof(why), "%d Hz; %d to %d are played", file->rate,
			 RATE_MIN, RATE_MAX);
	}
	if (!good)
		snprintf(error, error_size, "%s: %s", of, why);
	soundfile_close(file);
	free(l);
	return good;
}

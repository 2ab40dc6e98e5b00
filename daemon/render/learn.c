/* learn.c - lathe-render --learn: a reference's tonal balance for tonematch. One thread. */
#include "daemon/render/learn.h"

#include "dsp/tonespectrum.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>

enum { PIECE = 64, LEARN_CHANNELS = 64 };

struct learner {
	struct tonespectrum_tables tables;
	struct tonespectrum spectrum;
};

static void learn_file(struct learner *l, SNDFILE *file, int channels)
{
	const double silence = 1e-6, all = 1e12; /* every window counts the same */
	static float mixed[PIECE * LEARN_CHANNELS];
	float left[PIECE], right[PIECE];
	for (sf_count_t n; (n = sf_readf_float(file, mixed, PIECE)) > 0;) {
		for (int i = 0; i < n; i++) {
			left[i] = mixed[i * channels];
			right[i] = mixed[i * channels + (channels > 1)];
		}
		if (tonespectrum_run(&l->spectrum, &l->tables, left, right, (int)n))
			tonespectrum_close(&l->spectrum, &l->tables, all, silence,
					   false);
	}
}

static bool learn_write(const struct learner *l, const char *in, const char *out)
{
	FILE *file = fopen(out, "w");
	if (!file)
		return false;
	fprintf(file, "# tonal balance of %s: Hz, dB in 1/6 octave\n", in);
	for (int b = 0; b < TONESPECTRUM_BANDS; b++)
		fprintf(file, "%.1f %.2f\n", tonespectrum_hz(b),
			10 * log10(l->spectrum.share[b] + 1e-15));
	return fclose(file) == 0;
}

bool learn_curve(const char *in, const char *out, char *error, size_t error_size)
{
	SF_INFO info = { 0 };
	SNDFILE *file = sf_open(in, SFM_READ, &info);
	struct learner *l = calloc(1, sizeof *l);
	bool good = false;
	if (!file || !l)
		snprintf(error, error_size, "%s: %s", in, sf_strerror(file));
	else if (info.channels > LEARN_CHANNELS || info.samplerate < 8000)
		snprintf(error, error_size, "%s: too many channels or too low a rate",
			 in);
	else {
		tonespectrum_init(&l->tables, info.samplerate);
		learn_file(l, file, info.channels);
		if (l->spectrum.memory < 8)
			snprintf(error, error_size,
				 "%s: too short or too quiet, 10 s are wanted", in);
		else if (!learn_write(l, in, out))
			snprintf(error, error_size, "%s: cannot be written", out);
		else
			good = true;
	}
	if (file)
		sf_close(file);
	free(l);
	return good;
}

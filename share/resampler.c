/* resampler.c - converts a stream of audio to another rate, by libsoxr. Not for the audio
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/resampler.h"

#include <math.h>
#include <soxr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 4096 };

/* Of half the lower rate: libsoxr's own for this quality. */
static const double pass_band = 0.913;

struct resampler {
	soxr_t soxr;
	int channels;
	int64_t in, out; /* frames so far */
	double ratio;    /* new rate over old */
	float *piece;
	int at, count; /* what is left of it */
	bool ended;
};

struct resampler *resampler_create(int from_rate, int to_rate, int channels,
				   char *error, size_t error_size)
{
	const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
	const soxr_quality_spec_t quality =
		soxr_quality_spec(SOXR_28_BITQ | SOXR_LINEAR_PHASE, 0);
	const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
	struct resampler *r = calloc(1, sizeof(*r));
	soxr_error_t why = NULL;

	if (r)
		r->piece = malloc(sizeof(float) * PIECE * (size_t)channels);
	if (r && r->piece) {
		r->channels = channels;
		r->ratio = (double)to_rate / from_rate;
		r->soxr = soxr_create(from_rate, to_rate, (unsigned)channels, &why, &io,
				      &quality, &runtime);
		if (r->soxr)
			return r;
	}
	snprintf(error, error_size, "%d Hz can't be made of %d Hz: %s", to_rate,
		 from_rate, why ? why : "out of memory");
	resampler_destroy(r);
	return NULL;
}

void resampler_destroy(struct resampler *r)
{
	if (!r)
		return;
	if (r->soxr)
		soxr_delete(r->soxr);
	free(r->piece);
	free(r);
}

int resampler_read(struct resampler *r, float *to, int frames,
		   int (*read)(void *context, float *to, int frames), void *context)
{
	const size_t channels = (size_t)r->channels;
	int done = 0;

	while (done < frames) {
		size_t used = 0, made = 0;
		if (r->at == r->count && !r->ended) {
			r->count = read(context, r->piece, PIECE);
			r->at = 0;
			r->in += r->count;
			r->ended = r->count < PIECE;
		}
		const bool flush = r->at == r->count && r->ended;
		soxr_process(
			r->soxr, flush ? NULL : r->piece + (size_t)r->at * channels,
			(size_t)(r->count - r->at), &used, to + (size_t)done * channels,
			(size_t)(frames - done), &made);
		r->at += (int)used;
		done += (int)made;
		if (flush && made == 0)
			break;
	}
	/* It may make a frame more or less than the file is long. */
	const int64_t whole = (int64_t)ceil((double)r->in * r->ratio - 1e-6);
	if (r->ended && r->out + done > whole)
		done = (int)(whole > r->out ? whole - r->out : 0);
	r->out += done;
	return done;
}

int64_t resampler_length(int64_t frames, int from_rate, int to_rate)
{
	return (int64_t)ceil((double)frames * ((double)to_rate / from_rate) - 1e-6);
}

void resampler_text(int from_rate, int to_rate, char *text, size_t size)
{
	const int lower = from_rate < to_rate ? from_rate : to_rate;

	snprintf(
		text, size,
		"%d to %d Hz by libsoxr: pass band to %.1f kHz within 0.01 dB, aliases "
		"under -140 dB, linear phase",
		from_rate, to_rate, pass_band * lower / 2000);
}

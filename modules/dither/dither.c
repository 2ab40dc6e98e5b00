/* dither.c - the audio thread's part of dither.
 *
 *   x -> 2^(bits-1) x -> plus shaped errors before -> + TPDF -> round -> / 2^(bits-1) -> out
 *                                 '------------- error <-----'
 *
 * Lipshitz, Wannamaker and Vanderkooy, "Quantization and dither: a theoretical survey",
 * JAES 40 (1992): triangular noise two steps wide makes mean and variance of the error
 * independent of the signal. The noise is a function of frame and channel, so that a render
 * repeats what was played.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/noise.h"
#include "modules/dither/dither.h"

static double shaped_error(const double *shape, const double *error)
{
	double even = 0, odd = 0;

	for (int i = 0; i < DITHER_ORDER; i += 2) {
		even += shape[i] * error[i];
		odd += shape[i + 1] * error[i + 1];
	}
	return even + odd;
}

static void channel_run(const double *shape, double *error, double steps,
			const struct piece *piece, int channel, const bool *black)
{
	const double step = 1 / steps, top = steps - 1;
	const float *in = piece->in[channel];
	float *out = piece->out[channel];

	for (int n = 0; n < piece->frames; n++) {
		if (black[n]) {
			out[n] = 0;
			memset(error, 0, DITHER_ORDER * sizeof(*error));
			continue;
		}
		const double wanted =
			(double)in[n] * steps + shaped_error(shape, error);
		const double noise = noise_triangular(piece->frame + (uint64_t)n,
						      channel, NOISE_DITHER);
		const double word = rint(wanted + noise);
		memmove(error + 1, error, (DITHER_ORDER - 1) * sizeof(*error));
		error[0] = word - wanted;
		/* Beyond full scale the error comes from clipping and is not shaped. */
		if (fabs(error[0]) > 2)
			error[0] = 0;
		out[n] = (float)(fmax(fmin(word, top), -steps) * step);
	}
}

/* Digital silence stays silence once the last sound is long enough ago, decided frame
 * by frame, because pieces may be cut anywhere. True: the whole piece is silence. */
static bool note_black(struct dither *dither, const struct piece *piece, bool *black)
{
	const bool wanted = piece->values[DITHER_BLACK] != 0;
	bool all = true;

	for (int n = 0; n < piece->frames; n++) {
		bool silent = true;
		for (int c = 0; !piece->silent && c < piece->channels; c++)
			silent = silent && piece->in[c][n] == 0.0f;
		if (!silent)
			dither->silent_frames = 0;
		else if (dither->silent_frames < dither->black_frames)
			dither->silent_frames++;
		black[n] = wanted && dither->silent_frames >= dither->black_frames;
		all = all && black[n];
	}
	return all;
}

static void dither_process(void *state, const struct piece *piece) REALTIME;
static void dither_process(void *state, const struct piece *piece)
{
	struct dither *dither = state;
	const double steps = exp2((double)piece->values[DITHER_BITS] - 1);
	const double *shape = dither->shape[(int)piece->values[DITHER_SHAPE]];
	bool black[GRID_FRAMES];

	piece->meters[DITHER_METER_BLACK] = note_black(dither, piece, black);
	for (int c = 0; c < piece->channels; c++)
		channel_run(shape, dither->error[c], steps, piece, c, black);
}

static void dither_adopt(void *state, const void *old) REALTIME;
static void dither_adopt(void *state, const void *old)
{
	memcpy(state, old, sizeof(struct dither));
}

MODULE_KERNEL(dither) = { .process = dither_process, .adopt = dither_adopt };

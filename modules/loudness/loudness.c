/* loudness.c - the loudness meter's audio thread part: true peak and correlation. The audio
 * passes untouched; loudness itself is measured by the meter thread. */
#include "modules/loudness/loudness.h"

/* A grid of products is closed every 10 ms; the sums are made anew each time, so that
 * nothing drifts. Silence reads 1. */
static void close_bin(struct loudness *l)
{
	double sum[3] = { 0 };
	memcpy(l->bins[l->bin], l->products, sizeof l->products);
	memset(l->products, 0, sizeof l->products);
	l->bin = (l->bin + 1) % LOUDNESS_BINS;
	l->bin_filled = 0;
	for (int b = 0; b < LOUDNESS_BINS; b++)
		for (int k = 0; k < 3; k++)
			sum[k] += l->bins[b][k];
	const double power = sqrt(sum[0] * sum[1]);
	l->correlation = power > 1e-12 ? (float)(sum[2] / power) : 1.0f;
}

static void correlate(struct loudness *l, const float *left, const float *right,
		      int frames)
{
	for (int i = 0; i < frames; i++) {
		const double a = (double)left[i], b = (double)right[i];
		l->products[0] += a * a;
		l->products[1] += b * b;
		l->products[2] += a * b;
		if (++l->bin_filled == l->bin_frames)
			close_bin(l);
	}
}

static float true_peak(struct truepeak *tp, const float *in, int frames)
{
	_Alignas(64) float peak[GRID_FRAMES];
	struct truepeak_eighths eighths;
	truepeak_run(tp, in, peak, &eighths, frames);
	const float top = truepeak_refine(tp, &eighths, peak, frames);
	truepeak_end(tp, &eighths, frames);
	return top;
}

static void process(void *state, const struct piece *piece)
{
	struct loudness *l = state;
	if (!l->warm || piece->values[LOUDNESS_CLEAR] != l->clears) {
		l->warm = true;
		l->clears = piece->values[LOUDNESS_CLEAR];
		l->peak_max = 0;
		l->old_frames = 2 * TRUEPEAK_DELAY;
	}
	const int last = l->channels - 1;
	correlate(l, piece->in[0], piece->in[last < 1 ? last : 1], piece->frames);
	for (int c = 0; c < l->channels; c++) {
		const float peak = true_peak(&l->peak[c], piece->in[c], piece->frames);
		if (l->old_frames <= 0)
			l->peak_max = fmaxf(l->peak_max, peak);
		piece->meters[LOUDNESS_TRUE_PEAK + c] = peak;
		if (piece->out[c] != piece->in[c])
			memcpy(piece->out[c], piece->in[c],
			       (size_t)piece->frames * sizeof(float));
	}
	if (l->old_frames > 0)
		l->old_frames -= piece->frames;
	piece->meters[LOUDNESS_TRUE_PEAK_MAX] = l->peak_max;
	piece->meters[LOUDNESS_CORRELATION] = l->correlation;
}

static void adopt(void *state, const void *old)
{
	memcpy(state, old, sizeof(struct loudness));
}

MODULE_KERNEL(loudness) = { .process = process, .adopt = adopt };

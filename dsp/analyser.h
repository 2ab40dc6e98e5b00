/* analyser.h - the spectrum of two signals of two channels each, 12 bands an octave.
 *
 * A transform of a third of a second (16384 frames at 48 kHz) under a Hann window; the power of
 * its bins is spread evenly over their width and gathered into bands f = 1000 * 10^(k/40), k =
 * -68..52: 20 Hz to 20 kHz, every fourth the middle of a third. A full-scale sine reads 0 dBFS
 * (AES17); below 200 Hz the window is wider than the bands, and a sine's power lies in several.
 *
 * analyser_create() plans, and FFTW's planner is not to be called twice at a time: worker
 * thread. The rest runs on the meter thread.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_ANALYSER_H
#define LATHE_DSP_ANALYSER_H

#include <fftw3.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	ANALYSER_BANDS = 121,
	ANALYSER_CHANNELS = 4, /* two of each signal */
};
#define ANALYSER_FLOOR (-100.0f) /* dBFS */

struct analyser {
	int size, at; /* frames of the window; where the next frame goes in the ring */
	bool full;    /* the window holds what was heard, and no silence before it */
	double rate;
	float *ring[ANALYSER_CHANNELS], *window, *time, *power;
	fftwf_complex *bins;
	fftwf_plan plan;
	double scale; /* of a bin's power, so that a full-scale sine makes 1 */
};

/* Hz */
static inline double analyser_hz(double band)
{
	return 1000.0 * pow(10.0, (band - 68.0) / 40.0);
}

static inline void analyser_destroy(struct analyser *analyser)
{
	if (!analyser)
		return;
	for (int c = 0; c < ANALYSER_CHANNELS; c++)
		free(analyser->ring[c]);
	free(analyser->window);
	free(analyser->power);
	if (analyser->plan)
		fftwf_destroy_plan(analyser->plan);
	fftwf_free(analyser->time);
	fftwf_free(analyser->bins);
	free(analyser);
}

static inline bool analyser_allocate(struct analyser *analyser)
{
	const size_t size = (size_t)analyser->size;
	bool good = true;

	for (int c = 0; c < ANALYSER_CHANNELS; c++)
		good &= (analyser->ring[c] = calloc(size, sizeof(float))) != NULL;
	analyser->window = calloc(size, sizeof(float));
	analyser->power = calloc(size / 2 + 1, sizeof(float));
	analyser->time = fftwf_malloc(size * sizeof(float));
	analyser->bins = fftwf_malloc((size / 2 + 1) * sizeof(fftwf_complex));
	if (!good || !analyser->window || !analyser->power || !analyser->time ||
	    !analyser->bins)
		return false;
	analyser->plan = fftwf_plan_dft_r2c_1d(analyser->size, analyser->time,
					       analyser->bins, FFTW_ESTIMATE);
	return analyser->plan != NULL;
}

/* NULL: no memory. */
static inline struct analyser *analyser_create(double rate)
{
	struct analyser *analyser = calloc(1, sizeof(*analyser));

	if (!analyser)
		return NULL;
	analyser->rate = rate;
	for (analyser->size = 1024; analyser->size < rate / 3.0;)
		analyser->size *= 2;
	if (!analyser_allocate(analyser)) {
		analyser_destroy(analyser);
		return NULL;
	}
	double squares = 0.0;
	for (int n = 0; n < analyser->size; n++) {
		const double w = 0.5 - 0.5 * cos(2.0 * M_PI * n / analyser->size);
		analyser->window[n] = (float)w;
		squares += w * w;
	}
	analyser->scale = 4.0 / (squares * analyser->size);
	return analyser;
}

/* Frames of `channels` samples each, in turn. */
static inline void analyser_add(struct analyser *analyser, const float *audio,
				int channels, int frames)
{
	for (int n = 0; n < frames; n++, audio += channels) {
		for (int c = 0; c < channels; c++)
			analyser->ring[c][analyser->at] = audio[c];
		analyser->at = (analyser->at + 1) % analyser->size;
		analyser->full |= analyser->at == 0;
	}
}

/* Adds the power of one channel's newest window to power[]. */
static inline void analyser_transform(struct analyser *analyser, int channel,
				      double share)
{
	const float *ring = analyser->ring[channel];
	const int size = analyser->size, older = size - analyser->at;

	for (int n = 0; n < size; n++) {
		const float x = n < older ? ring[analyser->at + n] : ring[n - older];
		analyser->time[n] = analyser->window[n] * x;
	}
	fftwf_execute(analyser->plan);
	for (int k = 0; k <= size / 2; k++) {
		const float re = analyser->bins[k][0], im = analyser->bins[k][1];
		analyser->power[k] +=
			(float)(share * analyser->scale) * (re * re + im * im);
	}
}

/* Power between two places among the bins, each of which reaches half a bin both ways. */
static inline double analyser_between(const struct analyser *analyser, double from,
				      double to)
{
	double power = 0.0;

	for (int k = (int)(from + 0.5); k <= (int)(to + 0.5); k++) {
		const double low = fmax(from, k - 0.5), high = fmin(to, k + 0.5);
		power += (double)analyser->power[k] * (high - low);
	}
	return power;
}

/* dBFS of a signal's `channels` from channel `first` on: the mean of their powers. */
static inline void analyser_levels(struct analyser *analyser, int first, int channels,
				   float levels[ANALYSER_BANDS])
{
	const double bins_per_hz = analyser->size / analyser->rate;

	memset(analyser->power, 0, (size_t)(analyser->size / 2 + 1) * sizeof(float));
	for (int c = 0; c < channels; c++)
		analyser_transform(analyser, first + c, 1.0 / channels);
	for (int b = 0; b < ANALYSER_BANDS; b++) {
		const double from = analyser_hz(b - 0.5), to = analyser_hz(b + 0.5);
		levels[b] = ANALYSER_FLOOR;
		if (to >= analyser->rate / 2.0)
			continue;
		const double power = analyser_between(analyser, from * bins_per_hz,
						      to * bins_per_hz);
		if (power > 1e-10)
			levels[b] = (float)(10.0 * log10(power));
	}
}

#endif

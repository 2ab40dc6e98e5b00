/* measured.h - calls a module's measure() alone, with records of the tap's size. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TESTS_MEASURED_H
#define LATHE_TESTS_MEASURED_H

#include "modules/module.h"
#include "tests/support/test.h"

enum { MEASURED_SLOTS = 1024, MEASURED_PARAMS = 32 };

struct measured {
	const struct module *module;
	void *handle;
	int rate, channels;
	uint64_t frame;
	float values[MEASURED_PARAMS], meters[MEASURED_SLOTS];
	float highest[MEASURED_SLOTS]; /* since the last measured_reset() */
};

static inline void measured_reset(struct measured *m)
{
	for (int i = 0; i < MEASURED_SLOTS; i++)
		m->highest[i] = -1e9f;
}

/* All params at their defaults. */
static inline void measured_open(struct measured *m, const struct module *module,
				 int rate, int channels)
{
	char error[128] = "";

	memset(m, 0, sizeof(*m));
	m->module = module;
	m->rate = rate;
	m->channels = channels;
	for (int i = 0; i < module->param_count; i++)
		m->values[i] = module->params[i].def;
	const struct setup setup = { .rate = rate,
				     .channels = channels,
				     .values = m->values };
	m->handle = module->create(&setup, error, sizeof(error));
	CHECK(m->handle, "%s: %s", module->id, error);
	measured_reset(m);
}

static inline void measured_close(struct measured *m)
{
	m->module->destroy(m->handle);
}

/* Returns sample `frame` of a channel; `context` is the caller's. */
typedef double measured_signal(void *context, int channel, uint64_t frame, int rate);

/* Plays a signal for so many frames, continuing where the last one ended. */
static inline void measured_play(struct measured *m, measured_signal *signal,
				 void *context, long frames)
{
	float audio[GRID_FRAMES * CHANNELS_MAX];

	while (frames > 0) {
		const int n = frames < GRID_FRAMES ? (int)frames : GRID_FRAMES;
		for (int i = 0; i < n; i++)
			for (int c = 0; c < m->channels; c++)
				audio[i * m->channels + c] = (float)signal(
					context, c, m->frame + (uint64_t)i, m->rate);
		m->module->measure(m->handle, audio, n, m->values, m->meters);
		for (int i = 0; i < MEASURED_SLOTS; i++)
			m->highest[i] = fmaxf(m->highest[i], m->meters[i]);
		m->frame += (uint64_t)n;
		frames -= n;
	}
}

/* A sine with a level for each channel; amplitude 0 is silence. */
struct measured_sine {
	double hz, amplitude[CHANNELS_MAX];
	uint64_t from; /* the frame where its phase is 0 */
};

static inline double measured_sine(void *context, int channel, uint64_t frame, int rate)
{
	const struct measured_sine *sine = context;
	const double turns = sine->hz * (double)(frame - sine->from) / rate;

	return sine->amplitude[channel] * sin(2.0 * M_PI * (turns - floor(turns)));
}

/* Seconds of a sine of the same level on all channels, from phase 0. */
static inline void measured_tone(struct measured *m, double hz, double level_db,
				 double seconds)
{
	struct measured_sine sine = { .hz = hz, .from = m->frame };

	for (int c = 0; c < CHANNELS_MAX; c++)
		sine.amplitude[c] = pow(10.0, level_db / 20.0);
	measured_play(m, measured_sine, &sine, lround(seconds * m->rate));
}

static inline void measured_silence(struct measured *m, double seconds)
{
	struct measured_sine sine = { .hz = 0.0 };

	measured_play(m, measured_sine, &sine, lround(seconds * m->rate));
}

#endif

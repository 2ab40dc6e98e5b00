/* limiter_bench.h - runs a limiter without a host, piece by piece, in this thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LIMITER_BENCH_H
#define LATHE_LIMITER_BENCH_H

#include "daemon/base/arena.h"
#include "modules/limiter/limiter.h"
#include "tests/support/test.h"

extern const struct module module_limiter;

enum { RATE = 48000, SECOND = RATE, CHANNELS = 2, SLOTS = 16 };

/* Added to a mode: the punchy style instead of the transparent one. */
enum { BENCH_PUNCHY = 4 };

struct bench {
	struct arena *arena;
	struct setup setup;
	float values[LIMITER_PARAMS];
	struct limiter_numbers numbers;
	void *state;
	uint64_t frame;
	float meters[SLOTS];
	float most_reduction, most_peak;
};

static inline void bench_build(struct bench *b)
{
	b->setup = (struct setup) { .rate = b->setup.rate,
				    .channels = CHANNELS,
				    .values = b->values };
	b->arena = arena_create();
	b->state = module_limiter.init(b->arena, &b->setup);
	module_limiter.design(&b->setup, b->values, &b->numbers);
}

static inline void bench_open_at(struct bench *b, int mode, int rate)
{
	*b = (struct bench) { .setup.rate = rate, .most_reduction = 1 };
	for (int i = 0; i < LIMITER_PARAMS; i++)
		b->values[i] = module_limiter.params[i].def;
	b->values[LIMITER_MODE] = (float)(mode % BENCH_PUNCHY);
	b->values[LIMITER_STYLE] = mode >= BENCH_PUNCHY;
	bench_build(b);
}

static inline void bench_open(struct bench *b, int mode)
{
	bench_open_at(b, mode, RATE);
}

static inline void bench_set(struct bench *b, int param, float value)
{
	b->values[param] = value;
	module_limiter.design(&b->setup, b->values, &b->numbers);
}

static inline void bench_close(struct bench *b)
{
	arena_destroy(b->arena);
}

/* Planar, CHANNELS x frames, in pieces of at most `piece_frames`. */
static inline void bench_run(struct bench *b, const float *in, float *out, int frames,
			     int piece_frames)
{
	for (int i = 0; i < frames;) {
		const int line = GRID_FRAMES - (int)(b->frame % GRID_FRAMES);
		int n = piece_frames < line ? piece_frames : line;
		n = n < frames - i ? n : frames - i;
		const float *ins[CHANNELS] = { in + i, in + frames + i };
		float *outs[CHANNELS] = { out + i, out + frames + i };
		const struct piece piece = {
			.frame = b->frame,
			.frames = n,
			.channels = CHANNELS,
			.in = ins,
			.out = outs,
			.values = b->values,
			.numbers = &b->numbers,
			.meters = b->meters,
		};
		module_limiter.kernels[ISA_BASE]->process(b->state, &piece);
		b->most_reduction = fmaxf(b->most_reduction, b->meters[LIMITER_GR]);
		b->most_peak = fmaxf(b->most_peak, b->meters[LIMITER_TRUE_PEAK]);
		b->frame += (uint64_t)n;
		i += n;
	}
}

static inline float highest(const float *x, int frames)
{
	float top = 0;

	for (int i = 0; i < frames; i++)
		top = fmaxf(top, fabsf(x[i]));
	return top;
}

#endif

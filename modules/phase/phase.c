/* phase.c - the audio thread's part of phase.
 *
 *   in -> allpass -> allpass -> allpass -> allpass -> out
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "modules/phase/phase.h"

static void half_run(struct phase_half *half, int c, const float *in, float *out,
		     int frames)
{
	const double turn = half->turn;
	double *memory = half->memory[c];

	for (int n = 0; n < frames; n++) {
		double x = (double)in[n];
		for (int s = 0; s < PHASE_STAGES; s++) {
			const double y = turn * x + memory[s];
			memory[s] = x - turn * y;
			x = y;
		}
		out[n] = (float)x;
	}
}

/* In digital silence small states are cleared, instead of decaying for ever. */
static void half_rest(struct phase_half *half, int channels)
{
	for (int c = 0; c < channels; c++)
		for (int s = 0; s < PHASE_STAGES; s++)
			if (fabs(half->memory[c][s]) < 1e-10)
				half->memory[c][s] = 0;
}

static void take_values(struct phase *phase, const struct piece *piece)
{
	const double turn = *(const double *)piece->numbers;
	struct phase_half *playing = &phase->half[phase->fade.playing];

	if (phase->cell_silent)
		half_rest(playing, piece->channels);
	phase->cell_silent = true;
	if (!phase->started) {
		phase->started = true;
		playing->turn = turn;
	} else if (!phase->fade.running && playing->turn != turn) {
		/* The stages' memory of the old setting decays silently. */
		const double memory = -PHASE_STAGES / log(fabs(turn));
		const int wait = crossfade_settling(memory, phase->fade_frames * 20);
		struct phase_half *next =
			&phase->half[crossfade_start(&phase->fade, wait)];
		*next = *playing;
		next->turn = turn;
	}
}

static void note_peaks(float *top, float *bottom, const float *x, int frames)
{
	for (int n = 0; n < frames; n++) {
		*top = x[n] > *top ? x[n] : *top;
		*bottom = -x[n] > *bottom ? -x[n] : *bottom;
	}
}

static void phase_process(void *state, const struct piece *piece) REALTIME;
static void phase_process(void *state, const struct piece *piece)
{
	struct phase *phase = state;
	const int frames = piece->frames;

	if (piece->frame % GRID_FRAMES == 0 || !phase->started)
		take_values(phase, piece);
	struct phase_half *playing = &phase->half[phase->fade.playing];
	struct phase_half *coming = &phase->half[1 - phase->fade.playing];
	const bool fading = phase->fade.running;
	float weight[GRID_FRAMES], in[GRID_FRAMES], other[GRID_FRAMES];
	float *meters = piece->meters;
	for (int i = 0; i < PHASE_METERS; i++)
		meters[i] = 0;
	if (fading)
		crossfade_run(&phase->fade, phase->fade_frames, weight, frames);
	for (int c = 0; c < piece->channels; c++) {
		memcpy(in, piece->in[c], (size_t)frames * sizeof(float));
		note_peaks(&meters[PHASE_IN_TOP], &meters[PHASE_IN_BOTTOM], in, frames);
		half_run(playing, c, in, piece->out[c], frames);
		if (fading) {
			half_run(coming, c, in, other, frames);
			crossfade_mix(weight, other, piece->out[c], frames);
		}
		note_peaks(&meters[PHASE_OUT_TOP], &meters[PHASE_OUT_BOTTOM],
			   piece->out[c], frames);
	}
	phase->cell_silent = phase->cell_silent && piece->silent;
}

static void phase_adopt(void *state, const void *old) REALTIME;
static void phase_adopt(void *state, const void *old)
{
	memcpy(state, old, sizeof(struct phase));
}

MODULE_KERNEL(phase) = { .process = phase_process, .adopt = phase_adopt };

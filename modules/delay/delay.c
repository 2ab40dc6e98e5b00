/* delay.c - the audio thread's part of delay.
 *
 *   in -> ring --+-> tap --------.
 *                '-> other tap --+-> out     (a change of time fades in 50 ms)
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "modules/delay/delay.h"

static int frames_wanted(const struct delay_line *line, const float *values)
{
	const double seconds = (double)values[DELAY_MS] / 1000 +
			       (double)values[DELAY_METRES] / DELAY_SOUND_SPEED;
	const int frames = (int)lrint(seconds * line->rate) + (int)values[DELAY_FRAMES];

	return frames < line->frames_max ? frames : line->frames_max;
}

static void take_values(struct delay_line *line, const struct piece *piece)
{
	const int wanted = frames_wanted(line, piece->values);

	if (!line->started) {
		line->started = true;
		line->tap[line->fade.playing] = wanted;
	} else if (!line->fade.running && wanted != line->tap[line->fade.playing]) {
		line->tap[crossfade_start(&line->fade, 0)] = wanted;
	}
}

static void write_ring(struct delay_line *line, int c, const float *in, int frames)
{
	for (int n = 0; n < frames; n++)
		line->ring[c][(line->at + (uint32_t)n) & (uint32_t)line->mask] = in[n];
}

static void read_ring(const struct delay_line *line, int c, int tap, float *out,
		      int frames)
{
	const uint32_t from = line->at - (uint32_t)tap;

	for (int n = 0; n < frames; n++)
		out[n] = line->ring[c][(from + (uint32_t)n) & (uint32_t)line->mask];
}

static void delay_process(void *state, const struct piece *piece) REALTIME;
static void delay_process(void *state, const struct piece *piece)
{
	(void)state;
	struct delay_line *line = piece->handle;
	const int frames = piece->frames;
	if (piece->frame % GRID_FRAMES == 0 || !line->started)
		take_values(line, piece);
	const int playing = line->fade.playing;
	const bool fading = line->fade.running;
	float weight[GRID_FRAMES], other[GRID_FRAMES];
	if (fading)
		crossfade_run(&line->fade, line->fade_frames, weight, frames);
	for (int c = 0; c < piece->channels; c++) {
		write_ring(line, c, piece->in[c], frames);
		read_ring(line, c, line->tap[playing], piece->out[c], frames);
		if (!fading)
			continue;
		read_ring(line, c, line->tap[1 - playing], other, frames);
		crossfade_mix(weight, other, piece->out[c], frames);
	}
	line->at += (uint32_t)frames;
	piece->meters[DELAY_METER_FRAMES] = (float)line->tap[line->fade.playing];
}

MODULE_KERNEL(delay) = { .process = delay_process };

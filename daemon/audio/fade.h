/* fade.h - a raised-cosine fade between 0 and 1, one step per frame. At either end
 * nothing is multiplied, so that audio passes bit for bit. Audio thread, except where a
 * function says otherwise. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_AUDIO_FADE_H
#define LATHE_AUDIO_FADE_H

#include "modules/module.h"

#include <math.h>

struct fade {
	const float *curve; /* [length + 1] from 0 to 1 */
	int length;
	int at; /* 0: off .. length: on */
};

/* The fade's length. Whole grid steps, so that a fade of plans ends on a grid line. Not
 * for the audio thread. */
static inline int fade_frames(int rate, int milliseconds)
{
	int frames = (int)((int64_t)rate * milliseconds / 1000);

	return (frames + GRID_FRAMES - 1) / GRID_FRAMES * GRID_FRAMES;
}

/* Worker thread, or before any thread starts. */
static inline void fade_init(struct fade *fade, struct arena *arena, int length)
{
	float *curve = arena_alloc(arena, sizeof(float) * (size_t)(length + 1));

	for (int i = 0; i <= length; i++)
		curve[i] =
			(float)(0.5 - 0.5 * cos(3.14159265358979323846 * i / length));
	curve[length] = 1.0f;
	*fade = (struct fade) { .curve = curve, .length = length };
}

static inline bool fade_off(const struct fade *fade)
{
	return fade->at == 0;
}

static inline bool fade_on(const struct fade *fade)
{
	return fade->at == fade->length;
}

/* The position one frame later, towards 1 or towards 0. */
static inline int fade_next(const struct fade *fade, int at, bool up)
{
	int next = up ? at + 1 : at - 1;

	return next < 0 ? 0 : next > fade->length ? fade->length : next;
}

/* Advances by `frames`, after these have been mixed. */
static inline void fade_walk(struct fade *fade, bool up, int frames)
{
	int at = up ? fade->at + frames : fade->at - frames;

	fade->at = at < 0 ? 0 : at > fade->length ? fade->length : at;
}

/* out = off + gain * (on - off): where `on` and `off` are equal, so is `out`, bit for
 * bit. `out` may be `on` or `off`. */
static inline void fade_mix(const struct fade *fade, bool up, const float *off,
			    const float *on, float *out, int frames)
{
	int at = fade->at;

	for (int i = 0; i < frames; i++) {
		out[i] = off[i] + fade->curve[at] * (on[i] - off[i]);
		at = fade_next(fade, at, up);
	}
}

#endif

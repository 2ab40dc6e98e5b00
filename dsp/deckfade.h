/* deckfade.h - changing a filter by fading from one deck to another.
 *
 *   deck 0 --(1 - w)--(+)-->      the idle deck takes new numbers, settles unheard for
 *   deck 1 ----w------'           8 ms or longer, comes in along a 50 ms raised cosine, is live
 *
 * What is heard in between is a weighted sum of two constant filters, whatever changed.
 * Audio thread; plain data.
 */
#ifndef LATHE_DSP_DECKFADE_H
#define LATHE_DSP_DECKFADE_H

#include "dsp/smooth.h"

struct deckfade {
	int live;   /* the deck that is heard, 0 or 1 */
	int frame;  /* since the fade to the other one began; -1: none */
	int longer; /* frames that the idle deck settles beyond the usual 8 ms */
};

static inline void deckfade_reset(struct deckfade *fade)
{
	*fade = (struct deckfade) { .frame = -1 };
}

static inline bool deckfade_is_on(const struct deckfade *fade)
{
	return fade->frame >= 0;
}

static inline int deckfade_settling(const struct deckfade *fade, int rate)
{
	return rate / 125 + fade->longer;
}

/* On every grid line, before the idle deck is looked at: ends a fade that is through. */
static inline void deckfade_grid(struct deckfade *fade, int rate)
{
	if (fade->frame < deckfade_settling(fade, rate) + smooth_frames(rate))
		return;
	fade->live = !fade->live;
	fade->frame = -1;
}

/* a += w (b - a), a the live deck's output. */
static inline void deckfade_mix(const struct deckfade *fade, int rate, double *a,
				const double *b, int frames)
{
	const double step = 1.0 / smooth_frames(rate);
	const int start = fade->frame - deckfade_settling(fade, rate);
	for (int n = 0; n < frames; n++) {
		const double p = (start + n) * step;
		const double w = smooth_shape(p < 0.0 ? 0.0 : p < 1.0 ? p : 1.0);
		a[n] += w * (b[n] - a[n]);
	}
}

/* After all channels of a piece. */
static inline void deckfade_advance(struct deckfade *fade, int frames)
{
	if (fade->frame >= 0)
		fade->frame += frames;
}

#endif

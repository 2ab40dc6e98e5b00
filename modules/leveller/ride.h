/* ride.h - one decision each 10 ms, in the mode that is set. Audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LEVELLER_RIDE_H
#define LATHE_LEVELLER_RIDE_H

#include "modules/leveller/mean.h"
#include "modules/leveller/music.h"
#include "modules/leveller/radio_gain.h"

/* A new piece starts now: what comes is judged by itself. */
static inline void rider_forget(struct rider *r)
{
	r->known = false;
	r->settle = BINS_MOMENTARY;
}

/* The gain stays where it is, the new mode takes it on. */
static inline void rider_change_mode(struct rider *r, enum rider_mode mode)
{
	const double gain = r->slow + r->fast + r->trim;

	r->slow = mode == RIDER_MEAN ? 0 : gain;
	r->trim = mode == RIDER_MEAN ? gain : 0;
	r->fast = 0;
	r->found = gain;
	r->finding = false;
	r->minute = r->minutes = (struct gated) { 0 };
	r->mode = mode;
}

/* A bin of this K-weighted power; returns the gain, dB. */
static inline double rider_step(struct rider *r, const struct rider_settings *set,
				double power)
{
	const double heard = sums_mean(&r->out, r->heard.bins, BINS_MOMENTARY);

	listening_add(&r->heard, power, set->silence);
	if (set->hold) {
		r->reason = RIDER_HELD;
		return r->last;
	}
	if (r->mode != set->mode)
		rider_change_mode(r, set->mode);
	if (r->mode == RIDER_MUSIC)
		music_ride(r, set);
	else if (r->mode == RIDER_MEAN)
		mean_ride(r, set, heard);
	else
		radio_ride(r, set, heard);
	return r->last;
}

#endif

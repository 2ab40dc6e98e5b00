/* music.h - music mode: a piece as a whole, its own dynamics kept. Audio thread.
 *
 * A piece is found by its start after a pause, by a jump up that lasts, or by hand. While
 * it is found the gain goes where it must; then it falls if it has to, and rises by
 * MUSIC_LATER at most. A piece that begins softly and grows is not raised meanwhile.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LEVELLER_MUSIC_H
#define LATHE_LEVELLER_MUSIC_H

#include "modules/leveller/rider.h"

#define MUSIC_GATE 10.0  /* LU under the anchor: no part of its mean */
#define MUSIC_PAUSE 30.0 /* LU under the anchor: a pause, if it is noise */
#define MUSIC_LIFE 0.42  /* flicker, dB */
#define MUSIC_LIFE_NEAR 0.30
#define MUSIC_LATER 0.9 /* dB */
#define MUSIC_FIND_S 20.0
#define MUSIC_MEMORY_S 30.0

static inline void music_begin(struct rider *r, double age)
{
	rider_restart(r);
	r->age = age;
	r->finding = true;
}

static inline void music_wait(struct rider *r, bool silent)
{
	r->settle = BINS_MOMENTARY;
	if (silent) {
		r->still = rider_later(r->still);
		return;
	}
	r->held = rider_later(r->held);
	rider_sink(r);
}

/* What just leaves silence is no piece yet. */
static inline void music_follow(struct rider *r, const struct rider_settings *set)
{
	const struct listening *h = &r->heard;

	if (r->settle > 0)
		r->settle--;
	if (r->settle > 0 || (h->momentary <= set->silence + 8.0 && r->still > 0))
		return;
	const bool paused =
		r->still > 1.0 || (r->held > 1.5 && h->momentary > r->floor + 12.0);
	if (!r->known || (paused && h->flicker > MUSIC_LIFE_NEAR)) {
		music_begin(r, 0);
		r->found = r->slow;
	}
	r->still = r->held = 0;
	r->floor = LUFS_FLOOR;
	if (h->momentary >= r->anchor - MUSIC_GATE) {
		r->memory = lower(r->memory + BIN_S, MUSIC_MEMORY_S / set->speed);
		rider_remember(r);
	}
}

static inline void music_find_louder(struct rider *r, bool pause)
{
	const double over = r->heard.momentary - r->anchor;

	if (!r->known || pause || over <= 6.0)
		r->above = 0;
	else
		r->above += over > 9.0 ? 2 * BIN_S : BIN_S;
	if (r->above > 1.0)
		music_begin(r, 1.0);
}

static inline void music_move(struct rider *r, const struct rider_settings *set)
{
	const struct listening *h = &r->heard;
	const double off = rider_off(r, set), size = fabs(off);

	if ((size < 1.0 && r->age > 4.0) || r->age > MUSIC_FIND_S)
		r->finding = false;
	double up = 0, down = 0;
	if (r->finding) {
		const bool sinks = r->age > 4.0 && h->top - h->two > 2.5;
		if (r->age >= 1.0 && size >= 0.5 && !sinks && !h->grows)
			up = bound(2 * size, 0.5, 4);
		down = r->age > 0.8 ? 6 : 0;
		r->found = r->age > 4.0 ? higher(r->found, r->slow) : r->slow;
	} else {
		if (size > 1.5 && r->slow < r->found + MUSIC_LATER)
			up = 0.05;
		down = size > 3.0 ? 2 : size > 1.5 ? 0.2 : 0;
	}
	r->slow = rider_towards(r->slow, r->slow + off, up * set->speed,
				down * set->speed);
}

/* Firm while the piece is not known, later only against what is far out of it. */
static inline void music_guard(struct rider *r, const struct rider_settings *set,
			       double before, bool pause)
{
	const struct listening *h = &r->heard;
	const bool sure = r->known && h->momentary > r->anchor + 8.0;
	const double loud = higher(h->momentary + (sure || r->above > 0.3 ? 2 : 0),
				   h->tenth - (sure ? 0 : 4));
	const double lets_pass = 5.0 + 2.0 * bound((r->age - 12) / 20, 0, 1);

	if (r->slow < before)
		r->guard = higher(0, r->guard + r->slow - before);
	const double wanted = higher(0, r->slow + loud - set->target - lets_pass);
	r->guard = rider_towards(r->guard, wanted, 200, pause ? 0 : 1);
	if (!r->finding && !pause) { /* what it must take for long stays taken */
		const double kept = 0.15 * BIN_S * r->guard;
		r->slow -= kept;
		r->guard -= kept;
	}
}

static inline enum rider_reason music_reason(const struct rider *r,
					     const struct rider_settings *set,
					     bool silent, bool pause)
{
	const struct listening *h = &r->heard;

	return silent                                 ? RIDER_SILENCE
	       : pause || rider_depth(r) > MUSIC_GATE ? RIDER_PAUSE
	       : rider_at_limit(r, set)               ? RIDER_LIMIT
	       : !r->known || r->finding              ? RIDER_NEW_PIECE
	       : h->top - h->two > 2.5                ? RIDER_FALLING
						      : RIDER_PROGRAMME;
}

static inline void music_ride(struct rider *r, const struct rider_settings *set)
{
	const bool silent = rider_silent(r, set);
	const bool pause = silent || (rider_depth(r) > MUSIC_PAUSE &&
				      r->heard.flicker < MUSIC_LIFE);

	if (pause)
		music_wait(r, silent);
	else
		music_follow(r, set);
	music_find_louder(r, pause);
	r->age = rider_later(r->age);
	const double before = r->slow;
	if (r->known && !pause && r->settle == 0 && r->still <= 0 &&
	    rider_depth(r) < MUSIC_GATE)
		music_move(r, set);
	music_guard(r, set, before, pause);
	r->last = lower(r->slow - r->guard, r->last + 4.0 * set->speed * BIN_S);
	r->reason = music_reason(r, set, silent, pause);
}

#endif

/* radio_gain.h - radio mode: where the gain goes. Audio thread.
 *
 *   anchor ----------> slow gain: all of what is missing, in seconds
 *   last seconds ----> fast gain: near half of what they still miss
 *   minute's mean ---> trim: keeps the integrated loudness
 *   0.4 s, 0.1 s, bin -> guard: lowers at once what starts far over the target
 *
 * One limit holds for every rise, whatever asks for it.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LEVELLER_RADIO_GAIN_H
#define LATHE_LEVELLER_RADIO_GAIN_H

#include "modules/leveller/radio.h"

#define RADIO_SHARE 0.45 /* of the last seconds' error that the fast gain takes back */
#define RADIO_RECENT_S 1.35
#define RADIO_OVER 5.2 /* LU over the target that the guard lets pass */

static inline void radio_move_slow(struct rider *r, const struct rider_settings *set,
				   bool may_rise)
{
	const double off = rider_off(r, set), size = fabs(off);
	const bool young = r->age < 6.0;
	double up = 0;

	if (may_rise)
		up = r->licence > 0 && r->age > 0.3
			     ? bound(3 * size, 4, 30)
			     : bound(1.5 * (size - 0.4), 0.1, RADIO_RISE);
	const double down = young ? 30 : bound(1.2 * size, 0.2, 2);
	if (size > 0.4 || young)
		r->slow = rider_towards(r->slow, r->slow + off, up * set->speed,
					down * set->speed);
}

static inline void radio_move_fast(struct rider *r, const struct rider_settings *set,
				   bool may_rise)
{
	if (r->heard.momentary > r->anchor - RADIO_GATE)
		r->recent +=
			(rider_momentary_power(r) - r->recent) * BIN_S / RADIO_RECENT_S;
	const double missing = set->target - loudness_of(r->recent) - r->slow;
	r->fast = rider_towards(r->fast, bound(RADIO_SHARE * missing, -3.5, 4.0),
				may_rise && r->age > 0.3 ? 1.5 * set->speed : 0,
				1.8 * set->speed);
}

/* A start is the more surprising the further it stands over the loudest bins lately. */
static inline double radio_strictness(struct rider *r)
{
	const double bin = r->heard.bin;

	if (r->known && bin > r->high + 4.0)
		r->surprise = 0.5;
	else
		r->surprise = rider_sooner(r->surprise);
	if (r->surprise > 0)
		r->high = higher(r->high, lower(bin, r->high + 20 * BIN_S));
	else
		r->high = higher(bin, higher(r->high - 0.5 * BIN_S, LUFS_FLOOR));
	if (r->surprise > 0)
		return 1.0;
	return r->known && r->heard.momentary > r->anchor + 3.0 ? 0.6 : 0.0;
}

/* What was not to be expected is met more strictly. `before`: slow and fast gain as they
 * were; what they have taken since need not be taken twice. */
static inline void radio_guard(struct rider *r, const struct rider_settings *set,
			       double before, bool may_rise)
{
	const struct listening *h = &r->heard;
	const double strict = radio_strictness(r), gain = r->slow + r->fast;
	const double loud = higher(
		h->momentary + 1.7 * strict,
		higher(h->tenth - 2.7 + 3.4 * strict, h->bin - 5.0 + 3.7 * strict));
	const double wanted =
		higher(0, gain + r->trim + loud - set->target - RADIO_OVER);

	if (gain < before)
		r->guard = higher(0, r->guard + gain - before);
	r->guard = rider_towards(r->guard, wanted, 200, may_rise ? 2.6 : 0);
}

/* Steers the gated mean of a minute of what comes out but for the trim itself: no
 * feedback, so no swing. Once for BINS_EACH_LOOK bins. */
static inline void radio_trim(struct rider *r, const struct rider_settings *set,
			      double heard, bool may_rise)
{
	const double from = heard * exp(-0.23025850929940457 * r->trim);

	if (from > 1e-7)
		gated_add(&r->minute, from, 60);
	const double known = r->minute.memory;
	const double step = (known < 5 ? 0 : known < 30 ? 0.3 : 0.1) * LOOK_S;
	const double wanted = bound(set->target - loudness_of(r->minute.power), -3, 3);
	r->trim = bound(wanted, r->trim - step, r->trim + (may_rise ? step : 0));
}

static inline enum rider_reason radio_reason(const struct rider *r,
					     const struct rider_settings *set,
					     const struct radio_verdict *v)
{
	return v->silent                ? RIDER_SILENCE
	       : r->beside.ambient      ? RIDER_AMBIENCE
	       : v->hold                ? RIDER_PAUSE
	       : !r->known              ? RIDER_NEW_PIECE
	       : !v->lives              ? RIDER_STEADY
	       : v->falls               ? RIDER_FALLING
	       : rider_at_limit(r, set) ? RIDER_LIMIT
	       : r->age < 6.0           ? RIDER_NEW_PIECE
					: RIDER_PROGRAMME;
}

/* One bin; `heard` is the mean power of the last 0.4 s that came out. */
static inline void radio_ride(struct rider *r, const struct rider_settings *set,
			      double heard)
{
	const struct radio_verdict v = radio_decide(r, set);
	const bool may_rise = r->known && !v.silent && !v.hold && r->settle == 0 &&
			      v.lives && !v.sinks;
	const bool quick = may_rise && !v.falls;
	const double before = r->slow + r->fast;

	r->reason = radio_reason(r, set, &v);
	if (r->known && !v.silent && !v.hold) {
		radio_move_slow(r, set, may_rise);
		radio_move_fast(r, set, quick);
	}
	radio_guard(r, set, before, quick);
	if (r->heard.bins % BINS_EACH_LOOK == BINS_EACH_LOOK - 1)
		radio_trim(r, set, heard, quick);
	const double gain =
		bound(r->slow + r->fast + r->trim, -set->cut, set->boost) - r->guard;
	const double rise = r->licence > 0 ? RADIO_RISE_FREE : RADIO_RISE;
	r->last = lower(gain, r->last + rise * set->speed * BIN_S);
}

#endif

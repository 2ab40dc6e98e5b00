/* mean.h - mean mode: the mean of a minute, and nothing else. Audio thread.
 *
 * For behind a compressor, which takes more from one programme than from another: what
 * comes in says where the gain goes, so there is no loop that could swing. What is silence,
 * ambience or a pause is decided as in radio mode.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LEVELLER_MEAN_H
#define LATHE_LEVELLER_MEAN_H

#include "modules/leveller/radio.h"

/* dB a second: quick while little is known. */
static inline double mean_pace(double known_s)
{
	return known_s < 5 ? 0 : known_s < 15 ? 1 : known_s < 30 ? 0.3 : 0.1;
}

/* Once for BINS_EACH_LOOK bins. Pays back, within 1 dB, what the last three minutes miss. */
static inline void mean_trim(struct rider *r, const struct rider_settings *set,
			     double heard, bool may_rise)
{
	const double power = rider_momentary_power(r);

	if (power > 1e-7) {
		gated_add(&r->minute, power, 60);
		gated_add(&r->minutes, heard, 180);
	}
	double wanted = set->target - loudness_of(r->minute.power);
	if (r->minutes.memory > 20)
		wanted += bound(set->target - loudness_of(r->minutes.power), -1, 1);
	wanted = bound(wanted, -set->cut, set->boost);
	const double step = mean_pace(r->minute.memory) * LOOK_S;
	r->trim = bound(wanted, r->trim - step, r->trim + (may_rise ? step : 0));
}

static inline void mean_ride(struct rider *r, const struct rider_settings *set,
			     double heard)
{
	const struct radio_verdict v = radio_decide(r, set);
	const bool may_rise = r->known && !v.silent && !v.hold && v.lives && !v.sinks;

	r->guard = rider_towards(r->guard, 0, 10, 10);
	if (r->heard.bins % BINS_EACH_LOOK == BINS_EACH_LOOK - 1)
		mean_trim(r, set, heard, may_rise);
	r->last = bound(r->trim, -set->cut, set->boost) - r->guard;
	r->reason = v.silent                 ? RIDER_SILENCE
		    : r->beside.ambient      ? RIDER_AMBIENCE
		    : v.hold                 ? RIDER_PAUSE
		    : !v.lives               ? RIDER_STEADY
		    : v.sinks                ? RIDER_FALLING
		    : rider_at_limit(r, set) ? RIDER_LIMIT
					     : RIDER_PROGRAMME;
}

#endif

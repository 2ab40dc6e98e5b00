/* rider.h - where the leveller's gain goes: one decision each 10 ms. Audio thread.
 *
 *   power of a bin -> momentary -> live? -> anchor (seconds to half a minute) -> slow gain
 *                         \            \--> last seconds --------------------> fast gain
 *                          \--> guard: never far over the target ------------> lower now
 *
 * The anchor is a mean that forgets, gated 10 LU below itself; its memory starts short with
 * every new piece and grows, so that it is quick first and calm later. A 60 s trim on what
 * comes out keeps the integrated loudness exact.
 *
 * Level cannot tell quiet programme from room tone, but steadiness can: over 2 s the
 * momentary loudness of noise rises or falls, if at all, in one direction; programme does
 * both by 0.7 LU or more. Nothing is raised without that.
 */
#ifndef LATHE_LEVELLER_RIDER_H
#define LATHE_LEVELLER_RIDER_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	RIDER_BINS = 512, /* a ring of at least 3 s and the longest look-ahead */
	RIDER_MOMENTARY = 40,
	RIDER_QUICK = 10,
	RIDER_PASSAGE = 100,
	RIDER_SHORT_TERM = 300,
	RIDER_EVERY = 5, /* bins between looks at the momentary loudness */
	RIDER_LOOKS = 40,
};

#define RIDER_BIN_S 0.01
#define RIDER_FLOOR (-100.0) /* LUFS */

enum rider_state { RIDER_RIDES, RIDER_SILENCE, RIDER_ROOM, RIDER_PAUSE, RIDER_HELD };

struct rider_settings {
	double target, silence; /* LUFS */
	double boost, cut;      /* dB, both positive */
	double speed;           /* 1: as made */
	bool music, hold;
};

struct rider {
	uint32_t bins;
	float power[RIDER_BINS], out[RIDER_BINS];
	float looks[RIDER_LOOKS];
	bool live, sinks;
	double momentary, quick; /* LUFS: 0.4 and 0.1 s */
	/* The anchor: power, its loudness, seconds that it remembers, and seconds since the
	 * piece began. */
	double anchor_power, anchor, memory, age;
	double recent_power; /* the fast stage's */
	double out_power, out_memory, trim;
	double trend; /* momentary loudness over 3 s: fades stay below it */
	double pause, higher, lower; /* seconds that it has been so */
	int settle; /* bins until the momentary window is full of this */
	bool moving;
	double slow, fast, guard; /* dB; the guard's is taken away */
	enum rider_state state;
};

static inline double rider_loudness(double power)
{
	return power > 1e-10 ? -0.691 + 4.3429448190325182 * log(power) : RIDER_FLOOR;
}

static inline double rider_bound(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

static inline double rider_high(double a, double b)
{
	return a > b ? a : b;
}

static inline double rider_low(double a, double b)
{
	return a < b ? a : b;
}

static inline double rider_sum(const float *from, uint32_t count)
{
	double sum[4] = { 0 };
	for (; count >= 4; count -= 4, from += 4)
		for (int k = 0; k < 4; k++)
			sum[k] += (double)from[k];
	for (; count > 0; count--)
		sum[0] += (double)*from++;
	return sum[0] + sum[1] + (sum[2] + sum[3]);
}

/* Mean of the newest `count`, or of what there is; summed anew, so it never drifts. */
static inline double rider_mean(const float *ring, uint32_t bins, uint32_t count)
{
	const uint32_t used = bins < count ? bins : count;
	const uint32_t first = (bins - used) % RIDER_BINS;
	const uint32_t head = RIDER_BINS - first < used ? RIDER_BINS - first : used;
	const double sum = rider_sum(ring + first, head) + rider_sum(ring, used - head);
	return used ? sum / used : 0;
}

/* Whether the momentary loudness has both risen and fallen over the looks: over 2 s, or
 * since it fell, without the 0.4 s in which its window still held what was before. It sinks
 * when it falls by more than 2 LU a second. */
static inline void rider_look(struct rider *r)
{
	enum { LIVELY_MILLI_LU = 700, SETTLING = RIDER_MOMENTARY / RIDER_EVERY };
	const uint32_t look = r->bins / RIDER_EVERY;
	uint32_t count = look < RIDER_LOOKS ? look : RIDER_LOOKS;
	const uint32_t fallen = (uint32_t)(r->lower / (RIDER_BIN_S * RIDER_EVERY));
	if (fallen > SETTLING && count > fallen - SETTLING)
		count = fallen - SETTLING;
	float low = 1e3f, high = -1e3f, rise = 0, fall = 0, tilt = 0;
	r->looks[look % RIDER_LOOKS] = (float)r->momentary;
	for (uint32_t k = look - count + 1; k <= look; k++) {
		const float m = r->looks[k % RIDER_LOOKS];
		low = m < low ? m : low;
		high = m > high ? m : high;
		rise = m - low > rise ? m - low : rise;
		fall = high - m > fall ? high - m : fall;
		tilt += 2 * (look - k) < count ? m : -m;
	}
	r->live = (rise < fall ? rise : fall) >= LIVELY_MILLI_LU * 1e-3f;
	r->sinks = 2 * tilt < -0.05f * (float)(count * count);
}

/* The momentary loudness `looks` looks ago. */
static inline double rider_ago(const struct rider *r, uint32_t looks)
{
	const uint32_t look = r->bins / RIDER_EVERY;
	return look <= looks ? RIDER_FLOOR
			     : (double)r->looks[(look - looks) % RIDER_LOOKS];
}

/* A new piece, so far as loud as `power`. */
static inline void rider_restart(struct rider *r, double power, double memory)
{
	r->anchor_power = power;
	r->anchor = rider_loudness(power);
	r->recent_power = power;
	r->memory = memory;
	r->age = 0;
	r->higher = r->lower = 0;
	r->moving = true;
}

/* Jumps of level that last: a new piece without a pause before it. */
static inline void rider_find_piece(struct rider *r, const struct rider_settings *set)
{
	const double up = set->music ? 6.0 : 5.0, down = set->music ? 8.0 : 5.0;
	const double up_s = set->music ? 1.0 : 0.8;
	const double down_s = !set->music ? 1.2 : r->pause > 0.7 ? 2.0 : 8.0;
	const bool above = r->momentary > r->anchor + up;
	const bool below = r->momentary < r->anchor - down;
	const double sure = r->momentary > r->anchor + 8.0 ? 2.0 : 1.0;
	r->higher = above ? r->higher + sure * RIDER_BIN_S : 0;
	if (!below)
		r->lower = rider_high(0, r->lower - 2 * RIDER_BIN_S);
	else if (r->momentary > set->silence)
		r->lower += (r->momentary < r->anchor - 7.0 ? 1.0 : 0.5) * RIDER_BIN_S;
	if (r->higher > up_s)
		rider_restart(r, rider_mean(r->power, r->bins, RIDER_MOMENTARY), 0.4);
	else if (r->lower > down_s && r->live && !r->sinks &&
		 (!set->music || r->momentary > r->trend - 2.0))
		rider_restart(r, rider_mean(r->power, r->bins, RIDER_PASSAGE), 1.0);
}

static inline void rider_remember(struct rider *r, const struct rider_settings *set,
				  double power)
{
	const double longest = (set->music ? 30.0 : 12.0) / set->speed;
	const double after = set->music ? 0.7 : 1.5;
	if (r->settle > 0 || r->bins < RIDER_MOMENTARY) {
		r->settle -= r->settle > 0;
		return;
	}
	if (r->pause > after || r->memory == 0) {
		if (set->music || r->memory == 0)
			rider_restart(r, power, 0.4);
		else
			r->memory = r->age = 0.4;
	}
	r->pause = 0;
	r->age += RIDER_BIN_S;
	r->memory = rider_low(r->memory + RIDER_BIN_S, longest);
	r->anchor_power += (power - r->anchor_power) * RIDER_BIN_S / r->memory;
	r->recent_power += (power - r->recent_power) * RIDER_BIN_S / 1.5;
	r->anchor = rider_loudness(r->anchor_power);
}

/* What comes out, over a minute, moves the aim. */
static inline void rider_trim(struct rider *r, const struct rider_settings *set,
			      double power)
{
	const double gain = r->slow + r->fast - r->guard;
	const double out = power * exp(0.23025850929940457 * gain);
	if (r->out_memory > 10 && out < 0.1 * r->out_power)
		return;
	r->out_memory = rider_low(r->out_memory + RIDER_BIN_S, 60.0);
	r->out_power += (out - r->out_power) * RIDER_BIN_S / r->out_memory;
	if (r->out_memory < 10 || r->bins % RIDER_EVERY != 1)
		return;
	const double off = set->target - rider_loudness(r->out_power);
	r->trim += rider_bound(off, -2, 2) * RIDER_EVERY * RIDER_BIN_S / 20.0;
	r->trim = rider_bound(r->trim, -1.5, 1.5);
}

static inline double rider_towards(double from, double to, double up, double down)
{
	return rider_bound(to, from - down * RIDER_BIN_S, from + up * RIDER_BIN_S);
}

/* How fast the slow gain may move, dB/s: quick for a new piece, then calm. */
static inline void rider_rates(const struct rider *r, const struct rider_settings *set,
			       double off, double *up, double *down)
{
	const double size = fabs(off);
	if (set->music) {
		*up = r->age < 1.5              ? 0
		      : r->age > 30             ? 0.04
		      : r->age < 10 && size > 3 ? 4
		      : size > 3                ? 1
						: 0.15;
		*down = r->age < 1.5 ? 0 : r->age < 12 ? 6 : size > 3 ? 1 : 0.2;
	} else if (r->age < 4) {
		*up = rider_bound(2 * size, 4, 20) * rider_bound(r->age - 0.6, 0, 1);
		*down = 30;
	} else {
		*up = rider_bound(0.3 * size, 0.2, 1);
		*down = rider_bound(0.5 * size, 0.3, 3);
	}
	*up *= set->speed;
	*down *= set->speed;
}

static inline void rider_move(struct rider *r, const struct rider_settings *set,
			      bool may_rise)
{
	const double aim = set->target + r->trim;
	double off = rider_bound(aim - r->anchor, -set->cut, set->boost) - r->slow;
	const double zone = set->music && r->age > 30 ? 3.0 : 1.0;
	double up, down;
	/* In music the first seconds count only as far as they leave the zone. */
	if (set->music && r->age < 30)
		off -= rider_bound(off, -1, 1);
	if (fabs(off) > zone)
		r->moving = true;
	if (fabs(off) < 0.2)
		r->moving = false;
	rider_rates(r, set, off, &up, &down);
	if (!may_rise)
		up = 0;
	if (r->moving)
		r->slow = rider_towards(r->slow, r->slow + off, up, down);
	const double recent = rider_loudness(r->recent_power) + r->slow;
	const double fast = set->music ? 0 : rider_bound(0.5 * (aim - recent), -4, 3);
	r->fast = rider_towards(r->fast, fast,
				may_rise && r->age > 1 ? 2 * set->speed : 0,
				4 * set->speed);
}

/* Always at work, whatever the rest believes. */
static inline void rider_guard(struct rider *r, const struct rider_settings *set,
			       double before, bool may_rise)
{
	const bool sure = r->memory > 0 && r->momentary > r->anchor + 8.0;
	const double over = sure || r->higher > 0.3 ? 3.0 : 5.0;
	const double loud = rider_high(r->momentary, r->quick - (sure ? 0.0 : 4.0));
	const double gain = r->slow + r->fast;
	const double wanted = rider_high(0, gain + loud - set->target - over);
	/* What the others have taken need not be taken twice. */
	if (gain < before)
		r->guard = rider_high(0, r->guard + gain - before);
	r->guard = rider_towards(r->guard, wanted, 200, may_rise ? 4 : 0);
}

/* One bin of 10 ms; returns the gain, dB. */
static inline double rider_step(struct rider *r, const struct rider_settings *set,
				double bin_power)
{
	r->power[r->bins++ % RIDER_BINS] = (float)bin_power;
	const double power = rider_mean(r->power, r->bins, RIDER_MOMENTARY);
	r->momentary = rider_loudness(power);
	r->quick = rider_loudness(rider_mean(r->power, r->bins, RIDER_QUICK));
	if (r->bins % RIDER_EVERY == 0)
		rider_look(r);
	const bool silent = r->momentary < set->silence;
	if (!silent)
		r->trend += (r->momentary - r->trend) * RIDER_BIN_S / 3.0;
	const bool low = r->memory > 0 && r->momentary < r->anchor - 10.0;
	const bool falls = r->momentary < rider_ago(r, 20) - (r->age < 4 ? 3.0 : 1.0) ||
			   (r->memory > 0 && r->momentary < r->anchor - 6.0);
	r->state = set->hold  ? RIDER_HELD
		   : silent   ? RIDER_SILENCE
		   : !r->live ? RIDER_ROOM
		   : low      ? RIDER_PAUSE
			      : RIDER_RIDES;
	if (set->hold)
		return r->slow + r->fast - r->guard;
	if (r->memory > 0)
		rider_find_piece(r, set);
	if (silent || r->momentary < r->anchor - 20.0)
		r->pause += RIDER_BIN_S;
	if (r->pause > 0.7 && silent)
		r->lower = 0;
	if (silent || low) {
		r->settle = RIDER_MOMENTARY;
	} else {
		rider_remember(r, set, power);
		if (r->live && r->memory > 0)
			rider_trim(r, set, power);
	}
	const bool may_rise = r->state == RIDER_RIDES && !falls;
	const double before = r->slow + r->fast;
	if (!silent && !low && r->memory > 0)
		rider_move(r, set, may_rise);
	rider_guard(r, set, before, may_rise);
	return rider_bound(r->slow + r->fast, -set->cut, set->boost) - r->guard;
}

#endif

/* rider.h - where the leveller's gain goes: one decision each 10 ms. Audio thread.
 *
 *   power of a bin -> momentary -> live? -> anchor (seconds to half a minute) -> slow gain
 *                         \            \--> last seconds --------------------> fast gain
 *                          \--> guard: never far over the target ------------> lower now
 *
 * The anchor is a mean that forgets, gated 10 LU below itself; its memory starts short with
 * every new piece and grows, so that it is quick first and calm later. A trim that knows the
 * last minutes keeps the integrated loudness exact.
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
#define RIDER_LOOK_S (RIDER_BIN_S * RIDER_EVERY)
#define RIDER_FLOOR (-100.0) /* LUFS */
#define RIDER_JUMP 5.0       /* LU off the anchor: another piece, if it lasts */
#define RIDER_STILL_S 0.65

enum rider_state { RIDER_RIDES, RIDER_SILENCE, RIDER_ROOM, RIDER_PAUSE, RIDER_HELD };

struct rider_settings {
	double target, silence; /* LUFS */
	double boost, cut;      /* dB, both positive */
	double speed;           /* 1: as made */
	bool music, mean, hold; /* mean: the trim alone */
};

struct rider_mean {
	double all, all_memory, power,
		memory; /* ungated and gated, seconds remembered */
};

struct rider {
	uint32_t bins;
	float power[RIDER_BINS], out[RIDER_BINS];
	float looks[RIDER_LOOKS];
	bool live;
	double sink;                     /* LU a second */
	double momentary, quick, newest; /* LUFS: 0.4 and 0.1 s, and the last bin */
	/* The anchor: power, its loudness, seconds that it remembers, and seconds since the
	 * piece began. */
	double anchor_power, anchor, memory, age;
	double passage_power; /* seconds: how far off is the anchor? */
	double recent_power;  /* the fast stage's */
	struct rider_mean minute,
		minutes; /* of what the trim steers, and of what came out */
	double trim;
	bool fresh;           /* a new piece has begun */
	double trend;         /* momentary loudness over 3 s: fades stay below it */
	double pause, higher; /* seconds that it has been so */
	double lower;         /* evidence of a quieter piece, seconds */
	double fell,
		near;   /* seconds that it is below, and since it was near the anchor */
	double still;   /* of silence before what is heard, seconds */
	bool abrupt;    /* it fell at once, or began after silence */
	double lasting; /* seconds until steady sound counts as room tone to the trim */
	int settle;     /* bins until the momentary window is full of this */
	bool moving;
	double slow, fast, guard; /* dB; the guard's is taken away */
	double last;              /* what was returned, dB */
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
static inline double rider_window(const float *ring, uint32_t bins, uint32_t count)
{
	const uint32_t used = bins < count ? bins : count;
	const uint32_t first = (bins - used) % RIDER_BINS;
	const uint32_t head = RIDER_BINS - first < used ? RIDER_BINS - first : used;
	const double sum = rider_sum(ring + first, head) + rider_sum(ring, used - head);
	return used ? sum / used : 0;
}

/* Whether the momentary loudness has both risen and fallen over the looks: over 2 s, or
 * since it fell, without the 0.4 s in which its window still held what was before; and how
 * fast it sinks. A note that dies away after silence lives, too. */
static inline void rider_look(struct rider *r)
{
	enum { LIVELY_MILLI_LU = 700, SETTLING = RIDER_MOMENTARY / RIDER_EVERY };
	const uint32_t look = r->bins / RIDER_EVERY;
	uint32_t count = look < RIDER_LOOKS ? look : RIDER_LOOKS;
	const uint32_t fallen = (uint32_t)(r->fell / RIDER_LOOK_S);
	const uint32_t settled = fallen > SETTLING ? fallen - SETTLING : 0;
	const bool begun = r->still > RIDER_STILL_S;
	if ((settled > 0 || begun) && count > settled)
		count = settled;
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
	r->live = (rise < fall ? rise : fall) >= LIVELY_MILLI_LU * 1e-3f ||
		  (begun && r->fell > 0 && fall > 2.5f);
	r->sink = -4.0 / RIDER_LOOK_S * (double)tilt / (double)(count * count);
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
	r->passage_power = r->recent_power = power;
	r->memory = memory;
	r->age = 0;
	r->higher = r->lower = r->fell = 0;
	r->moving = r->fresh = true;
}

/* What each second below the anchor says for a new piece: the deeper the more, and most when
 * it fell at once or began after silence, for what ends or fades sinks slowly. */
static inline double rider_evidence(const struct rider *r, bool music, double depth)
{
	if (music)
		return depth > 7.0 ? 1.0 : 0.5;
	return rider_bound(0.43 + 0.26 * (depth - RIDER_JUMP), 0.43,
			   r->abrupt ? 4.0 : 0.6);
}

static inline void rider_below(struct rider *r, const struct rider_settings *set)
{
	const double depth = r->anchor - r->momentary;
	const bool below = depth > (set->music ? 8.0 : RIDER_JUMP);
	r->near = depth < 3.0 ? 0 : r->near + RIDER_BIN_S;
	if (r->near <= 0)
		r->fell = 0;
	if (r->fell <= 0)
		r->abrupt = false;
	if ((depth > 6.5 && r->near < 0.4) || (below && r->still > RIDER_STILL_S))
		r->abrupt = true;
	if (!below) {
		r->lower = rider_high(0, r->lower - 2 * RIDER_BIN_S);
		r->fell = rider_high(0, r->fell - 2 * RIDER_BIN_S);
	} else if (r->momentary > set->silence) {
		r->lower += rider_evidence(r, set->music, depth) * RIDER_BIN_S;
		r->fell += RIDER_BIN_S;
		if (!set->music && !r->live && r->fell > 2.4)
			r->lower = 0;
	}
}

/* Jumps of level that last: a new piece without a pause before it. */
static inline void rider_find_piece(struct rider *r, const struct rider_settings *set)
{
	const double up = set->music ? 6.0 : RIDER_JUMP;
	const double up_s = set->music ? 1.0 : 0.8;
	const bool after_silence = !set->music && r->still > RIDER_STILL_S;
	const double down_s = after_silence    ? 0.3
			      : !set->music    ? 3.0
			      : r->pause > 0.7 ? 2.0
					       : 8.0;
	const bool above = r->momentary > r->anchor + up;
	const double sure = r->momentary > r->anchor + 8.0 ? 2.0 : 1.0;
	r->higher = above ? r->higher + sure * RIDER_BIN_S : 0;
	rider_below(r, set);
	if (r->higher > up_s) {
		rider_restart(r, rider_window(r->power, r->bins, RIDER_MOMENTARY), 0.4);
	} else if (r->lower > down_s && r->momentary > set->silence && r->live &&
		   (after_silence || r->sink < 2) &&
		   (!set->music || r->momentary > r->trend - 2.0)) {
		rider_restart(r, rider_window(r->power, r->bins, RIDER_PASSAGE),
			      set->music ? 1.0 : 0.4);
		r->still = 0;
	}
}

/* The anchor forgets the faster the further it is off the last seconds. */
static inline double rider_haste(struct rider *r, double power)
{
	const double memory = rider_low(4.0, r->memory + RIDER_BIN_S);
	r->passage_power += (power - r->passage_power) * RIDER_BIN_S / memory;
	const double off = fabs(rider_loudness(r->passage_power) - r->anchor);
	return 1 + 0.18 * rider_bound(off - 1, 0, 3);
}

static inline void rider_remember(struct rider *r, const struct rider_settings *set,
				  double power)
{
	const double longest = (set->music ? 30.0 : 17.5) / set->speed;
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
	const double haste = set->music ? 1 : rider_haste(r, power);
	r->age += RIDER_BIN_S;
	r->memory = rider_low(r->memory + RIDER_BIN_S, longest);
	r->anchor_power += (power - r->anchor_power) * haste * RIDER_BIN_S / r->memory;
	r->recent_power += (power - r->recent_power) * RIDER_BIN_S / 1.35;
	r->anchor = rider_loudness(r->anchor_power);
}

static inline double rider_towards(double from, double to, double up, double down)
{
	return rider_bound(to, from - down * RIDER_BIN_S, from + up * RIDER_BIN_S);
}

/* A mean that forgets, gated as in BS.1770: 10 LU below the mean of all there is. */
static inline void rider_gate(struct rider_mean *m, double power, double longest)
{
	m->all_memory = rider_low(m->all_memory + RIDER_LOOK_S, longest);
	m->all += (power - m->all) * RIDER_LOOK_S / m->all_memory;
	if (power < 0.1 * m->all)
		return;
	m->memory = rider_low(m->memory + RIDER_LOOK_S, longest);
	m->power += (power - m->power) * RIDER_LOOK_S / m->memory;
}

/* Steers the mean of a minute, and a little that of three. In radio mode what came out but
 * for the trim itself says where it goes, else what comes in: no feedback, so no swing.
 * Once for RIDER_EVERY bins. */
static inline void rider_trim(struct rider *r, const struct rider_settings *set,
			      double power, bool may_rise)
{
	const double heard = rider_window(r->out, r->bins - 1, RIDER_MOMENTARY);
	const bool whole = set->music || set->mean;
	const double most = set->mean ? 36 : set->music ? 6 : 3;
	const double from = whole ? power : heard * exp(-0.23025850929940457 * r->trim);
	if (r->fresh && set->music)
		r->minute = (struct rider_mean) { 0 };
	r->fresh = false;
	if (from > 1e-7 && r->bins > RIDER_MOMENTARY) {
		rider_gate(&r->minute, from, 60);
		rider_gate(&r->minutes, heard, 180);
	}
	double wanted = set->target - rider_loudness(r->minute.power);
	if (whole) {
		wanted -= r->slow;
		if (r->minutes.memory > 20)
			wanted += rider_bound(
				set->target - rider_loudness(r->minutes.power), -1, 1);
	}
	const double room = rider_high(0, set->boost - r->slow - r->fast);
	wanted = rider_bound(wanted, -most, rider_low(most, room));
	const double known = r->minute.memory;
	if (set->music)
		wanted -= rider_bound(wanted - r->trim, -0.3, 0.3);
	const double pace = known < (set->music ? 15 : 5) ? 0
			    : set->mean && known < 15     ? 1
			    : !set->music && known < 30   ? 0.3
							  : 0.1;
	const double step = pace * RIDER_LOOK_S;
	r->trim = rider_bound(wanted, r->trim - step, r->trim + (may_rise ? step : 0));
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
	} else if (r->age < 6) {
		*up = rider_bound(3 * size, 4, 30) *
		      rider_bound(3 * r->age - 0.3, 0, 1);
		*down = 30;
	} else {
		*up = rider_bound(0.5 * size, 0.1, 0.8);
		*down = rider_bound(1.2 * size, 0.2, 2);
	}
	*up *= set->speed;
	*down *= set->speed;
}

static inline void rider_move(struct rider *r, const struct rider_settings *set,
			      bool may_rise)
{
	const double aim = set->target;
	double off = rider_bound(aim - r->anchor, -set->cut, set->boost) - r->slow;
	const double zone = !set->music ? 0.4 : r->age > 30 ? 3.0 : 1.0;
	double up, down;
	/* In music the first seconds count only as far as they leave the zone. */
	if (set->music)
		off -= r->trim;
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
	const double fast =
		set->music ? 0 : rider_bound(0.47 * (aim - recent), -3.5, 4.9);
	r->fast = rider_towards(r->fast, fast,
				may_rise && r->age > 0.1 ? 2.5 * set->speed : 0,
				1.8 * set->speed);
}

/* Always at work, whatever the rest believes. */
static inline void rider_guard(struct rider *r, const struct rider_settings *set,
			       double before, bool may_rise)
{
	const bool sure = r->memory > 0 && r->momentary > r->anchor + 8.0;
	const double over = !set->music ? 5.2 : sure || r->higher > 0.3 ? 3.0 : 5.0;
	const double quick = r->quick - (sure ? 0.0 : set->music ? 4.0 : 2.7);
	double loud = rider_high(r->momentary, quick);
	if (!set->music) /* a loud start has most in its first beat */
		loud = rider_high(loud, r->newest - 5.0);
	const double gain = r->slow + r->fast;
	const double wanted = rider_high(0, gain + r->trim + loud - set->target - over);
	/* What the others have taken need not be taken twice. */
	if (gain < before)
		r->guard = rider_high(0, r->guard + gain - before);
	r->guard = rider_towards(r->guard, wanted, 200,
				 !may_rise    ? 0
				 : set->music ? 4
					      : 2.6);
}

/* What is heard: levels, whether it lives, and the state that the meter shows. */
static inline double rider_listen(struct rider *r, const struct rider_settings *set,
				  double bin_power)
{
	r->power[r->bins++ % RIDER_BINS] = (float)bin_power;
	const double power = rider_window(r->power, r->bins, RIDER_MOMENTARY);
	r->momentary = rider_loudness(power);
	r->newest = rider_loudness(bin_power);
	r->quick = rider_loudness(rider_window(r->power, r->bins, RIDER_QUICK));
	if (r->bins % RIDER_EVERY == 0)
		rider_look(r);
	r->lasting = r->live ? 8.0 : r->lasting - RIDER_BIN_S;
	const bool silent = r->momentary < set->silence;
	const bool low = r->memory > 0 && r->momentary < r->anchor - 10.0;
	if (!silent)
		r->trend += (r->momentary - r->trend) * RIDER_BIN_S / 3.0;
	r->state = set->hold  ? RIDER_HELD
		   : silent   ? RIDER_SILENCE
		   : !r->live ? RIDER_ROOM
		   : low      ? RIDER_PAUSE
			      : RIDER_RIDES;
	return power;
}

/* Whether the gain may go up: there is life, and it does not just fade. */
static inline bool rider_may_rise(const struct rider *r, bool music)
{
	const double fall = r->age < 4 ? 3.0 : music ? 1.0 : 2.0;
	const bool known = r->memory > 0;
	/* Long notes are steady for a while, and still no room tone. */
	const bool note = !music && known && r->state == RIDER_ROOM && r->lasting > 0 &&
			  r->sink < 3.0;
	return (r->state == RIDER_RIDES || note) &&
	       r->momentary > rider_ago(r, 20) - fall &&
	       (!known || r->momentary > r->anchor - (music ? 6.0 : 7.5));
}

/* In silence: what comes after it is judged by itself. */
static inline void rider_hush(struct rider *r, bool music)
{
	r->still += RIDER_BIN_S;
	if (r->pause > 0.7 || (!music && r->still > RIDER_STILL_S))
		r->lower = 0;
	if (r->pause > 0.7 || !music)
		r->fell = 0;
}

/* One bin of 10 ms; returns the gain, dB. */
static inline double rider_step(struct rider *r, const struct rider_settings *set,
				double bin_power)
{
	const double power = rider_listen(r, set, bin_power);
	const bool known = r->memory > 0;
	const bool silent = r->momentary < set->silence;
	const bool low = known && r->momentary < r->anchor - 10.0;
	if (set->hold)
		return r->last;
	if (known)
		rider_find_piece(r, set);
	if (silent || r->momentary < r->anchor - 20.0)
		r->pause += RIDER_BIN_S;
	if (silent)
		rider_hush(r, set->music);
	else if (r->momentary > r->anchor - RIDER_JUMP)
		r->still = 0;
	if (silent || low)
		r->settle = RIDER_MOMENTARY;
	else
		rider_remember(r, set, power);
	const bool may_rise = rider_may_rise(r, set->music);
	const double before = r->slow + r->fast;
	if (set->mean) {
		r->slow = rider_towards(r->slow, 0, 10, 10);
		r->fast = rider_towards(r->fast, 0, 10, 10);
		r->guard = rider_towards(r->guard, 0, 10, 10);
	} else {
		if (!silent && !low && r->memory > 0)
			rider_move(r, set, may_rise);
		rider_guard(r, set, before, may_rise);
	}
	/* Long notes are steady for a while, and still no room tone. */
	const bool lasts =
		r->memory > 0 && r->momentary > r->anchor - 4.0 && r->lasting > 0;
	if (r->bins % RIDER_EVERY == 1)
		rider_trim(r, set, power, may_rise || lasts);
	r->last = rider_bound(r->slow + r->fast + r->trim, -set->cut, set->boost) -
		  r->guard;
	return r->last;
}

#endif

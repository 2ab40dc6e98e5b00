/* rider.h - what the three modes of the leveller share: settings, anchor, memory of a
 * minute. Audio thread.
 *
 * The anchor is the loudness that the gain is set for: a mean that forgets, gated 10 LU
 * below itself. Its memory starts short with every new piece and grows, so that it is
 * quick first and calm later.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LEVELLER_RIDER_H
#define LATHE_LEVELLER_RIDER_H

#include "modules/leveller/listening.h"

enum rider_mode { RIDER_RADIO, RIDER_MUSIC, RIDER_MEAN };

/* Why the gain holds or moves, as the meter tells it. */
enum rider_reason {
	RIDER_PROGRAMME,
	RIDER_SILENCE,
	RIDER_PAUSE,
	RIDER_AMBIENCE,
	RIDER_STEADY,
	RIDER_FALLING,
	RIDER_NEW_PIECE,
	RIDER_LIMIT,
	RIDER_HELD,
};

struct rider_settings {
	double target, silence; /* LUFS */
	double boost, cut;      /* dB, both positive */
	double speed;           /* 1: as made */
	enum rider_mode mode;
	bool hold;
};

/* A mean that forgets, gated as in BS.1770: 10 LU below the mean of all there is. */
struct gated {
	double all, all_memory, power, memory; /* memories in seconds */
};

/* What stands beside the programme: the quietest 0.1 s in the gaps that it closes again. */
struct beside {
	double level;       /* LUFS */
	double gap, lowest; /* the gap in the making: seconds, LUFS */
	double away;        /* seconds since the programme was near the anchor */
	bool ambient;       /* what is heard is that, and no programme */
};

struct rider {
	struct listening heard;
	enum rider_mode mode;                /* that the rest is of */
	bool known;                          /* there is an anchor */
	double anchor, anchor_power, memory; /* LUFS, power, seconds remembered */
	double age;                          /* seconds since the piece began */
	int settle;         /* bins until the momentary window holds nothing older */
	double still, held; /* seconds of silence, of a pause that is not silent */
	double floor;       /* LUFS of that pause */
	double above;       /* evidence of a louder piece, seconds */
	struct beside beside;
	double recent;   /* power of the fast stage's last seconds */
	double proof;    /* seconds of life since the piece began */
	double lived;    /* seconds for which the last life still counts */
	double onset;    /* seconds of speech over the floor of a pause */
	double fell;     /* seconds since an evident fall; 0: none */
	double before;   /* the anchor before it */
	double licence;  /* seconds in which the gain may rise faster */
	double high;     /* LUFS of the loudest bin lately */
	double surprise; /* seconds for which a sudden start is met strictly */
	bool finding;    /* music: the piece is not known yet */
	double found;    /* music: the gain that was found, dB */
	struct sums out; /* power of what is heard */
	struct gated minute,
		minutes; /* of what the trim steers, and of what came out */
	double slow, fast, trim, guard; /* dB; the guard's is taken away */
	double last;                    /* the gain, dB */
	enum rider_reason reason;
};

/* Longer than any time that is asked for. */
#define RIDER_LONG_S 60.0

static inline double rider_later(double seconds)
{
	return lower(seconds + BIN_S, RIDER_LONG_S);
}

static inline double rider_sooner(double seconds)
{
	return higher(seconds - BIN_S, 0);
}

static inline void gated_add(struct gated *m, double power, double longest)
{
	m->all_memory = lower(m->all_memory + LOOK_S, longest);
	m->all += (power - m->all) * LOOK_S / m->all_memory;
	if (power < 0.1 * m->all)
		return;
	m->memory = lower(m->memory + LOOK_S, longest);
	m->power += (power - m->power) * LOOK_S / m->memory;
}

/* Towards `to`, by no more than these dB a second. */
static inline double rider_towards(double from, double to, double up, double down)
{
	return bound(to, from - down * BIN_S, from + up * BIN_S);
}

static inline double rider_momentary_power(const struct rider *r)
{
	return sums_mean(&r->heard.power, r->heard.bins, BINS_MOMENTARY);
}

static inline void rider_set_anchor(struct rider *r, double power, double memory)
{
	r->known = true;
	r->anchor_power = power;
	r->anchor = loudness_of(power);
	r->memory = memory;
}

/* Another piece, so far as loud as the last 0.4 s. */
static inline void rider_restart(struct rider *r)
{
	const double power = rider_momentary_power(r);

	rider_set_anchor(r, power, 0.4);
	r->recent = power;
	r->age = r->above = r->fell = 0;
}

/* The anchor's power follows that of the last 0.4 s. */
static inline void rider_remember(struct rider *r)
{
	const double power = rider_momentary_power(r);

	r->anchor_power += (power - r->anchor_power) * BIN_S / r->memory;
	r->anchor = loudness_of(r->anchor_power);
}

/* How far the level lies under the anchor, LU. */
static inline double rider_depth(const struct rider *r)
{
	return r->known ? r->anchor - r->heard.momentary : 0;
}

static inline bool rider_silent(const struct rider *r, const struct rider_settings *set)
{
	return r->heard.momentary < set->silence;
}

/* The level of a pause: down at once, up slowly. */
static inline void rider_sink(struct rider *r)
{
	const double level = r->heard.momentary;
	const double time_s = level < r->floor ? 0.3 : 8.0;

	if (r->floor <= LUFS_FLOOR)
		r->floor = level;
	else
		r->floor += (level - r->floor) * BIN_S / time_s;
}

/* What the gain would have to become, from where `slow` is, dB. */
static inline double rider_off(const struct rider *r, const struct rider_settings *set)
{
	return bound(set->target - r->anchor, -set->cut, set->boost) - r->slow;
}

/* The gain can't go where the target asks it to. */
static inline bool rider_at_limit(const struct rider *r,
				  const struct rider_settings *set)
{
	const double wanted = set->target - r->anchor;

	return r->known && ((wanted > set->boost && r->last > set->boost - 0.5) ||
			    (wanted < -set->cut && r->last < 0.5 - set->cut));
}

/* As endless silence leaves it. */
static inline void rider_init(struct rider *r)
{
	listening_init(&r->heard);
	r->anchor = r->floor = r->high = LUFS_FLOOR;
	r->age = r->still = r->beside.away = RIDER_LONG_S;
	r->settle = BINS_MOMENTARY;
}

#endif

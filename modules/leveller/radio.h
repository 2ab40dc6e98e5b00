/* radio.h - radio mode: what is programme, and how loud. Audio thread.
 *
 *   level --+--> beside the programme? --> ambience -----------.
 *           +--> far below it? ----------> pause --------------+--> may the gain rise?
 *           +--> does it sink, stay, or has it fallen at once? +
 *           +--> does it live? --------------------------------'
 *            `-> anchor: up at once, down when what is lower stays
 *
 * Nothing is raised that was heard beside the programme all the time, that sinks, or that
 * has no life. Where the level falls and then stays, it is another passage.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LEVELLER_RADIO_H
#define LATHE_LEVELLER_RADIO_H

#include "modules/leveller/rider.h"

/* LU under the anchor. */
#define RADIO_GATE 10.0 /* no part of its mean */
#define RADIO_DEEP 26.0 /* too quiet to be raised without a new start */
/* Flicker, dB: what lives; what does beside a piece that has shown life; speech. */
#define RADIO_LIFE 0.42
#define RADIO_LIFE_NEAR 0.30
#define RADIO_SPEECH 1.6
/* The most that the gain rises, dB a second: within a piece, and after a pause. */
#define RADIO_RISE 3.0
#define RADIO_RISE_FREE 9.0
#define RADIO_FALLING 2.5 /* LU of the last 2 s under the loudest before */
#define RADIO_MEMORY_S 15.0
#define RADIO_PATIENCE_S 60.0 /* a pause with so much life is programme after all */

/* Finds the level in the gaps that the programme closes again, within 1.5 s. It rises
 * slowly, so that what has gone is forgotten. */
static inline void radio_hear_beside(struct rider *r, double silence)
{
	struct beside *b = &r->beside;
	const double level = r->heard.tenth;

	if (level < r->anchor - 7.0) {
		b->gap = rider_later(b->gap);
		b->lowest = lower(b->lowest, level);
		return;
	}
	if (b->gap > 0 && b->gap < 1.5)
		b->level = lower(b->level, higher(b->lowest, silence));
	b->gap = b->lowest = 0;
	b->level = lower(b->level + 0.5 * BIN_S, r->anchor - 3.0);
}

/* Ambience: near that level for 2 s, if it lies far under the programme. Dense music has
 * none. */
static inline bool radio_ambient(struct rider *r, double silence)
{
	const double far = 16.0, over = 8.0, under = 6.0; /* LU */
	struct beside *b = &r->beside;
	const double two = r->heard.two, depth = rider_depth(r);
	const bool near = depth < 7.0 && r->heard.momentary >= silence;

	b->away = near ? 0 : rider_later(b->away);
	if (!r->known)
		return b->ambient = false;
	radio_hear_beside(r, silence);
	if (near || two > b->level + over + 3 || two < b->level - under - 2)
		b->ambient = false;
	else if (b->away > 0.6 && depth > RADIO_GATE && b->level < r->anchor - far &&
		 two > b->level - under && two < b->level + over)
		b->ambient = true;
	return b->ambient;
}

/* The level fell at once, from near the anchor, and stays: no fade does that. It holds for
 * 8 s, or until the level is back. */
static inline void radio_watch_fall(struct rider *r)
{
	const struct listening *h = &r->heard;

	if (r->fell > 0)
		r->fell =
			r->fell > 8.0 || h->one > r->before - 4.0 ? 0 : r->fell + BIN_S;
	else if (rider_depth(r) > 4.0 && h->drop > 4.5 && h->wall > r->anchor - 4.0) {
		r->fell = BIN_S;
		r->before = r->anchor;
	}
}

static inline bool radio_lives(struct rider *r, bool silent)
{
	const double flicker = r->heard.flicker, depth = rider_depth(r);
	const bool strict = depth > 12.0 || r->proof < 0.3;
	const bool lives = flicker >= (strict ? RADIO_LIFE : RADIO_LIFE_NEAR);

	if (flicker >= RADIO_LIFE && r->known && !silent && depth < 6.0)
		r->proof = rider_later(r->proof);
	r->lived = lives ? 6.0 : rider_sooner(r->lived);
	return lives;
}

static inline void radio_begin(struct rider *r)
{
	rider_restart(r);
	r->licence = 5.0;
	r->still = r->held = r->onset = r->lived = r->proof = 0;
	r->beside.level = r->anchor - 3.0;
}

/* A pause that is not silent. Speech that stands over its floor begins another piece. */
static inline void radio_wait(struct rider *r, double silence, bool lives)
{
	const struct listening *h = &r->heard;

	r->held = rider_later(r->held);
	r->settle = r->settle > 1 ? r->settle : 1;
	rider_sink(r);
	const bool up = (r->still > 1.0 && h->momentary > silence + 6.0) ||
			(r->held > 1.5 && h->momentary > r->floor + 10.0);
	if (!up)
		r->onset = higher(0, r->onset - 2 * BIN_S);
	else if (h->flicker > RADIO_SPEECH)
		r->onset += BIN_S;
	if (r->onset > 0.5)
		radio_begin(r);
	else if (r->held >= RADIO_PATIENCE_S && lives)
		rider_set_anchor(r, power_of(r->anchor - 0.2 * BIN_S), r->memory);
}

/* The loudest of the seconds that speak for what is heard now. */
static inline double radio_passage(const struct rider *r)
{
	const struct listening *h = &r->heard;

	if (r->fell > 0) {
		const uint64_t look = h->bins / BINS_EACH_LOOK;
		return higher(h->one, looks_ago(&h->ones, look, 16));
	}
	return h->plateau ? h->best : h->top;
}

static inline bool radio_stays(const struct rider *r)
{
	return r->heard.plateau || (r->fell > 0 ? r->heard.stays : !r->heard.sinks);
}

static inline void radio_lower_anchor(struct rider *r, double rate, double memory)
{
	rider_set_anchor(r, power_of(r->anchor - rate * BIN_S),
			 lower(r->memory, memory));
}

/* The anchor follows the programme; down only to what stays. */
static inline void radio_follow(struct rider *r, const struct rider_settings *set,
				bool lives)
{
	const struct listening *h = &r->heard;
	const bool young = r->age < 4.0;

	if (h->momentary >= r->anchor - RADIO_GATE) {
		r->memory = lower(r->memory + BIN_S, RADIO_MEMORY_S / set->speed);
		if (h->momentary > r->anchor || young ||
		    h->top - h->two < RADIO_FALLING)
			rider_remember(r);
	}
	const double off = r->anchor - radio_passage(r);
	if (!lives || off <= 2.0)
		return;
	if (radio_stays(r)) {
		if (!young)
			radio_lower_anchor(
				r, set->speed * bound(0.8 * (off - 1), 0.3, RADIO_RISE),
				4.0);
		r->recent = lower(r->recent, 2 * r->anchor_power);
	}
	if (off > 3.0 && r->licence > 0)
		radio_lower_anchor(r, bound(3 * off, 0.3, RADIO_RISE_FREE), 1.0);
}

/* Programme, or what may become it. */
static inline void radio_hear_programme(struct rider *r,
					const struct rider_settings *set, bool lives)
{
	const struct listening *h = &r->heard;
	const bool quiet = rider_depth(r) > 5.0;

	if (!r->known || (r->still > 1.0 && quiet))
		radio_begin(r);
	else if (r->held > 1.0 && quiet && h->flicker > RADIO_SPEECH &&
		 h->momentary > r->floor + 10.0)
		r->licence = 4.0; /* another, quieter voice */
	r->still = r->held = r->onset = 0;
	r->floor = LUFS_FLOOR;
	radio_follow(r, set, lives);
}

/* Louder, and it lasts: another piece. */
static inline void radio_find_louder(struct rider *r, bool silent)
{
	const double over = r->heard.momentary - r->anchor;

	if (!r->known || silent || over <= 5.0)
		r->above = 0;
	else
		r->above += over > 8.0 ? 2 * BIN_S : BIN_S;
	if (r->above > 0.8)
		rider_restart(r);
}

/* What the gain is allowed. */
struct radio_verdict {
	bool silent, hold; /* hold: ambience or a deep pause */
	bool lives;        /* or did a moment ago, near the anchor */
	bool sinks, falls; /* falls: even a moment's fall */
};

static inline struct radio_verdict radio_decide(struct rider *r,
						const struct rider_settings *set)
{
	const struct listening *h = &r->heard;
	struct radio_verdict v = { .silent = rider_silent(r, set) };
	const bool lives = radio_lives(r, v.silent);

	v.hold = radio_ambient(r, set->silence) || rider_depth(r) > RADIO_DEEP;
	radio_watch_fall(r);
	if (v.silent) {
		r->still = rider_later(r->still);
		r->settle = BINS_MOMENTARY;
		r->onset = 0;
	} else if (v.hold) {
		radio_wait(r, set->silence, lives);
	} else if (r->settle > 0) {
		r->settle--;
	}
	if (!v.silent && !v.hold && r->settle == 0)
		radio_hear_programme(r, set, lives);
	radio_find_louder(r, v.silent);
	r->age = rider_later(r->age);
	r->licence = rider_sooner(r->licence);
	const bool old = r->age > 4.0 && !h->plateau;
	v.sinks = old && (r->fell > 0 ? !h->stays : h->sinks);
	v.falls = v.sinks || (old && r->fell <= 0 && h->top - h->two > RADIO_FALLING);
	v.lives = lives || (r->lived > 0 && h->momentary > r->anchor - 4.0);
	return v;
}

#endif

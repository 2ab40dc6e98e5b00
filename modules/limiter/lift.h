/* lift.h - what the limiter adds to its gain so that its output keeps a loudness.
 *
 *   out -> K-weighting -> 0.1 s steps -> 0.4 s blocks -> gates -> mean of a minute
 *   gain <- straight lines <- lift <- at most 0.1 dB/s <- what is lacking, over the slope
 *
 * The limiter gives back only a share of a lift: none while it reduces, all of it while it
 * does not. So the slope is the share of the power that goes out unreduced. What is lacking
 * of the target in the mean, over the slope, is added to the mean of the lifts in the same
 * minute: where a wrong slope is taken, the loop is slower or faster, and ends at the same
 * lift. Gates as in ITU-R BS.1770-5.
 *
 * Steps end on grid lines that the rack's frame counter fixes. Digital silence changes
 * nothing, so a live rack does what a render from frame 0 does. Audio thread; plain data.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LIMITER_LIFT_H
#define LATHE_LIMITER_LIFT_H

#include "dsp/db.h"
#include "dsp/kweight.h"
#include "modules/module.h"

enum { LIFT_WINDOW = 4 }; /* steps of a gating block */

#define LIFT_STEP_S 0.1
#define LIFT_SILENCE 1.17e-7 /* power of -70 LUFS */
#define LIFT_MINUTE_S 60.0
#define LIFT_SLOPE_MIN 0.3
/* Until so much of a programme was heard, the lift stays. */
#define LIFT_KNOWN_S 3.0
#define LIFT_EARLY_S 30.0
#define LIFT_EARLY_PACE 0.3 /* dB/s */
#define LIFT_PACE 0.1
/* Octaves that a lift can rise by, between a peak's detection and its gain. */
#define LIFT_AHEAD_OCTAVES 6e-4f

/* Means that forget; the last three are of what passes the gate. */
struct lift_minute {
	double all, all_s; /* power; how long it remembers */
	double power, unreduced, db, heard_s;
};

struct lift {
	struct kweight_state state[CHANNELS_MAX / KWEIGHT_LANES];
	/* Of the step in the making: energy by channel, up to the last grid line, and what
	 * of that was not reduced. */
	double energy[CHANNELS_MAX], until, unreduced;
	int frames;
	double step[LIFT_WINDOW][2]; /* power of the last ones, all and unreduced */
	int next;
	struct lift_minute minute;
	bool moves;       /* programme is heard, and not what lies under the gate */
	double lacking;   /* LU, of the target in the mean */
	double wanted_db; /* without bounds */
	double db;        /* at the end of this grid block */
	float octaves;    /* the same */
	float gain[2];    /* at its begin and end */
	float last[2];    /* of the last two groups */
	float missing;    /* LU */
};

/* What is the same for all of a node's life. */
struct lift_setup {
	struct kweight filter;
	double weight[CHANNELS_MAX];
	int rate, channels;
	uint64_t step_blocks; /* of the grid */
};

static inline void lift_setup_init(struct lift_setup *s, int rate, int channels)
{
	s->rate = rate;
	s->channels = channels;
	s->step_blocks = (uint64_t)lrint(LIFT_STEP_S * rate / GRID_FRAMES);
	kweight_init(&s->filter, rate);
	for (int c = 0; c < channels; c++)
		s->weight[c] = kweight_channel(c, channels);
}

/* Begins at 0 dB. */
static inline void lift_begin(struct lift *l)
{
	*l = (struct lift) { .gain = { 1.0f, 1.0f }, .last = { 1.0f, 1.0f } };
}

/* How much of what is new counts, if a mean remembers this long. */
static inline double lift_share(double *memory_s)
{
	*memory_s = fmin(*memory_s + LIFT_STEP_S, LIFT_MINUTE_S);
	return LIFT_STEP_S / *memory_s;
}

/* A gating block; true when it passes. */
static inline bool lift_gate(struct lift_minute *m, double power, double unreduced,
			     double db)
{
	if (power <= LIFT_SILENCE)
		return false;
	m->all += (power - m->all) * lift_share(&m->all_s);
	if (power < 0.1 * m->all)
		return false;
	const double share = lift_share(&m->heard_s);
	m->power += (power - m->power) * share;
	m->unreduced += (unreduced - m->unreduced) * share;
	m->db += (db - m->db) * share;
	return true;
}

/* A step is over. */
static inline void lift_step(struct lift *l, const struct lift_setup *s, double target)
{
	const struct lift_minute *m = &l->minute;
	const double level = s->filter.level / l->frames;
	double power = 0, unreduced = 0;

	l->step[l->next][0] = l->until * level;
	l->step[l->next][1] = l->unreduced * level;
	l->next = (l->next + 1) % LIFT_WINDOW;
	memset(l->energy, 0, sizeof(l->energy));
	l->until = l->unreduced = 0;
	l->frames = 0;
	for (int k = 0; k < LIFT_WINDOW; k++) {
		power += l->step[k][0] / LIFT_WINDOW;
		unreduced += l->step[k][1] / LIFT_WINDOW;
	}
	l->moves = lift_gate(&l->minute, power, unreduced, l->db);
	if (!l->moves)
		return;
	const double slope = fmax(m->unreduced / m->power, LIFT_SLOPE_MIN);
	const double lacking = target + 0.691 - 4.3429448190325182 * log(m->power);
	l->wanted_db = m->db + lacking / slope;
	l->lacking = lacking;
}

/* What went out since the last grid line. */
static inline void lift_count(struct lift *l, const struct lift_setup *s, bool reducing)
{
	double energy = 0;

	for (int c = 0; c < s->channels; c++)
		energy += s->weight[c] * l->energy[c];
	l->unreduced += reducing ? 0 : energy - l->until;
	l->until = energy;
}

/* On a grid line: steers towards `target` LUFS, by at most `most_db` up or down. */
static inline void lift_turn(struct lift *l, const struct lift_setup *s, uint64_t frame,
			     bool reducing, double target, double most_db)
{
	lift_count(l, s, reducing);
	if (l->frames && frame / GRID_FRAMES % s->step_blocks == 0)
		lift_step(l, s, target);
	const double heard = l->minute.heard_s;
	const double pace = !l->moves || heard < LIFT_KNOWN_S ? 0
			    : heard < LIFT_EARLY_S            ? LIFT_EARLY_PACE
							      : LIFT_PACE;
	const double step = pace * GRID_FRAMES / s->rate;
	const double wanted = fmax(-most_db, fmin(l->wanted_db, most_db));
	l->db = fmax(l->db - step, fmin(wanted, l->db + step));
	l->octaves = (float)(l->db / DB_PER_OCTAVE);
	l->gain[0] = l->gain[1];
	l->gain[1] = vf_exp2(vf_all(l->octaves))[0];
	l->missing = (float)(l->db >= most_db ? fmax(0.0, l->lacking) : 0.0);
}

/* Instead of lift_turn(), while what was lifted fades out. */
static inline void lift_stay(struct lift *l)
{
	l->gain[0] = l->gain[1];
}

/* Gains of the groups that end in a piece, the first of which is the `group`th of its grid
 * block, behind those of the two groups before. */
static inline void lift_knots(struct lift *l, int group, int groups, int group_frames,
			      float *knot)
{
	const float rise =
		(l->gain[1] - l->gain[0]) * (float)group_frames / GRID_FRAMES;

	knot[0] = l->last[0];
	knot[1] = l->last[1];
	for (int g = 0; g < groups; g++)
		knot[2 + g] = l->gain[0] + rise * (float)(group + g + 1);
	memcpy(l->last, knot + groups, sizeof(l->last));
}

/* Hears what has gone out. */
static inline void lift_listen(struct lift *l, const struct lift_setup *s,
			       const float *const *out, int frames)
{
	const int last = s->channels - 1;

	for (int c = 0; c <= last; c += KWEIGHT_LANES)
		kweight_power(&s->filter, &l->state[c / KWEIGHT_LANES], out[c],
			      out[c < last ? c + 1 : c], frames, l->energy + c);
	l->frames += frames;
}

#endif

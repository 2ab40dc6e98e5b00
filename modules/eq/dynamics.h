/* dynamics.h - the gain of each dynamic band, frame by frame. Audio thread.
 *
 *   in --> listening filter --> level --> over threshold --> attack, release --> amount
 *
 * A bell detects through its band-pass and its low-pass, 90 degrees apart: the sum of
 * their squares is the level without ripple. All lanes at once: 8 cost as much as 1.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_EQ_DYNAMICS_H
#define LATHE_EQ_DYNAMICS_H

#include "dsp/vec.h"
#include "modules/eq/eq.h"

/* Half a dB per dB over the threshold, around it a soft knee of 6 dB (1 in log2). */
#define EQ_SLOPE 0.5f
#define EQ_KNEE 1.0f

/* One frame into one detector of every lane; returns the power. */
static inline void dynamics_hear(const struct eq_dynamics *d, int ear, double left,
				 double right, double s1[EQ_BANDS], double s2[EQ_BANDS],
				 float power[EQ_BANDS])
{
	const struct cascade *c = &d->listen;

	for (int k = 0; k < EQ_BANDS; k++) {
		double x = d->first[ear][k] * left;
		x = d->second[ear][k] * right + x;
		double y = c->c1[k] * s1[k];
		y = c->c2[k] * s2[k] + y;
		y = c->d[k] * x + y;
		double z = d->turned[0][k] * s1[k];
		z = d->turned[1][k] * s2[k] + z;
		z = d->turned[2][k] * x + z;
		double p = c->a11[k] * s1[k] + x;
		p = c->a12[k] * s2[k] + p;
		double q = c->a22[k] * s2[k] + x;
		q = c->a21[k] * s1[k] + q;
		s1[k] = p;
		s2[k] = q;
		y = y * y;
		power[k] = (float)(z * z + y);
	}
}

/* power[n][lane]: the larger power of the two detectors. */
static inline void dynamics_listen(struct eq_deck *deck, const float *left,
				   const float *right, float power[][EQ_BANDS],
				   int frames)
{
	const struct eq_dynamics *d = &deck->numbers.dynamics;
	double s1[2][EQ_BANDS], s2[2][EQ_BANDS];

	for (int ear = 0; ear < 2; ear++) {
		memcpy(s1[ear], deck->ear[ear].s1, sizeof(s1[ear]));
		memcpy(s2[ear], deck->ear[ear].s2, sizeof(s2[ear]));
	}
	for (int n = 0; n < frames; n++) {
		float heard[2][EQ_BANDS];
		for (int ear = 0; ear < 2; ear++)
			dynamics_hear(d, ear, (double)left[n], (double)right[n],
				      s1[ear], s2[ear], heard[ear]);
		for (int k = 0; k < EQ_BANDS; k++) {
			const float most =
				heard[0][k] > heard[1][k] ? heard[0][k] : heard[1][k];
			power[n][k] = most + 1e-20f;
		}
	}
	for (int ear = 0; ear < 2; ear++) {
		memcpy(deck->ear[ear].s1, s1[ear], sizeof(s1[ear]));
		memcpy(deck->ear[ear].s2, s2[ear], sizeof(s2[ear]));
	}
}

/* From power to the band's target gain, in place; a row is eight floats. */
static inline void dynamics_aim(const struct eq_dynamics *d, float *row, int rows)
{
	for (int i = 0; i < rows * EQ_BANDS; i += VEC_FLOATS) {
		float threshold[VEC_FLOATS], range[VEC_FLOATS];
		for (int k = 0; k < VEC_FLOATS; k++) {
			threshold[k] = d->threshold[(i + k) % EQ_BANDS];
			range[k] = d->range[(i + k) % EQ_BANDS];
		}
		const vf level = 0.5f * vf_log2(vf_load(row + i));
		const vf over = level - vf_load(threshold) + 0.5f * EQ_KNEE;
		const vf knee = vf_min(vf_max(over, vf_all(0.0f)), vf_all(EQ_KNEE));
		const vf bend = knee * knee * (0.5f / EQ_KNEE);
		const vf above = vf_max(over - EQ_KNEE, vf_all(0.0f));
		const vf move = EQ_SLOPE * (bend + above);
		vf_store(row + i, vf_min(move, vf_load(range)));
	}
}

/* Attack and release, then log2 of gain to the share of the full range. */
static inline void dynamics_follow(const struct eq_dynamics *d, struct eq_deck *deck,
				   const double *attack, const double *release,
				   float *row, int frames)
{
	double move[EQ_BANDS];

	memcpy(move, deck->move, sizeof(move));
	for (int n = 0; n < frames; n++) {
		for (int k = 0; k < EQ_BANDS; k++) {
			const double way = (double)row[n * EQ_BANDS + k] - move[k];
			const double share = way > 0.0 ? attack[k] : release[k];
			move[k] = share * way + move[k];
			row[n * EQ_BANDS + k] = d->sign[k] * (float)move[k];
		}
	}
	for (int k = 0; k < EQ_BANDS; k++)
		deck->move[k] = move[k];
	for (int i = 0; i < frames * EQ_BANDS; i += VEC_FLOATS)
		vf_store(row + i, vf_exp2(vf_load(row + i)) - 1.0f);
	for (int n = 0; n < frames; n++)
		for (int k = 0; k < EQ_BANDS; k++)
			row[n * EQ_BANDS + k] *= d->whole[k];
}

/* amount[n][lane], 0: at rest, 1: at full range. */
static inline void dynamics_run(struct eq_deck *deck, const struct piece *piece,
				const double *hurry,
				float amount[GRID_FRAMES][EQ_BANDS])
{
	const struct eq_dynamics *d = &deck->numbers.dynamics;
	const float *left = piece->in[0];
	const float *right = piece->channels >= 2 ? piece->in[1] : left;
	/* Vectors may be two rows wide. */
	const int rows = (piece->frames + 1) & ~1;

	memset(amount[rows - 1], 0, sizeof(amount[0]));
	dynamics_listen(deck, left, right, amount, piece->frames);
	dynamics_aim(d, amount[0], rows);
	double attack[EQ_BANDS], release[EQ_BANDS];
	for (int k = 0; k < EQ_BANDS; k++) {
		const bool fresh = deck->fresh[k];
		attack[k] = fresh ? hurry[0] : d->attack[k];
		release[k] = fresh ? hurry[1] : d->release[k];
	}
	dynamics_follow(d, deck, attack, release, amount[0], piece->frames);
}

/* The amounts of one path, skewed for its cascade. */
static inline void dynamics_skew(const struct eq_dynamics *d, enum eq_way way,
				 float amount[GRID_FRAMES][EQ_BANDS],
				 double skewed[CASCADE_STEPS][CASCADE_PASS], int frames)
{
	memset(skewed, 0, (size_t)(frames + CASCADE_PASS - 1) * sizeof(*skewed));
	for (int k = 0; k < d->way[way].lanes; k++)
		for (int n = 0; n < frames; n++)
			skewed[n + k][k] = (double)amount[n][d->source[way][k]];
}

#endif

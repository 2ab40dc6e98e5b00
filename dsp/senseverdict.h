/* senseverdict.h - a bin of 10 ms is full: levels, timers, and what is the matter. A part of
 * sense.h. Audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_SENSEVERDICT_H
#define LATHE_DSP_SENSEVERDICT_H

#include "dsp/sense.h"

/* A condition's seconds: up while it holds, forgotten in four seconds. */
static inline double sense_timer(double seconds, bool holds, double dt, double full)
{
	if (holds)
		return fmin(seconds + dt, 1e7);
	return fmax(seconds - dt * full / SENSE_LEAK_S, 0.0);
}

/* Up to `back` while it is alive; a second of anything else undoes it. */
static inline double sense_alive_timer(double seconds, bool holds, double dt,
				       double back)
{
	if (holds)
		return fmin(seconds + dt, back);
	return fmax(seconds - dt * back, 0.0);
}

/* A bin's worth of rounding. */
static inline bool sense_is_over(double seconds, double limit, double dt)
{
	return limit > 0.0 && seconds >= limit - 0.01 * dt;
}

/* What the rings say of one input. */
struct sense_reading {
	double channel[SENSE_CHANNELS]; /* twice the mean square, 100 ms */
	double most, bin;   /* of the loudest channel, and in this bin alone */
	double side, mid;   /* squares, 0.3 s */
	double correlation; /* 2; 1 where there is none */
};

/* Of rows of floats. */
static inline void sense_add_rows(const void *rows, int row_count, int floats,
				  float *sums)
{
	const float *from = rows;

	for (int k = 0; k < floats; k += SENSE_LANES) {
		float sum[SENSE_LANES] = { 0 };
		for (int r = 0; r < row_count; r++)
			for (int lane = 0; lane < SENSE_LANES; lane++)
				sum[lane] += from[r * floats + k + lane];
		memcpy(sums + k, sum, sizeof(sum));
	}
}

static inline void sense_read(const struct sense *s, int i, int row,
			      struct sense_reading *r)
{
	r->most = r->bin = 0.0;
	for (int c = 0; c < s->channels; c++) {
		const int pair = c / 2, lane = i + c % 2 * SENSE_SIDE;
		const double sum = (double)s->level_sums[pair][lane];
		r->channel[c] = 2.0 * sum / (SENSE_WINDOW * s->bin_frames);
		r->most = fmax(r->most, r->channel[c]);
		r->bin = fmax(r->bin,
			      2.0 * (double)s->level[row][pair][lane] / s->bin_frames);
	}
	r->correlation = 1.0;
	if (s->channels < 2)
		return;
	const double left = (double)s->long_sums.all[i];
	const double right = (double)s->long_sums.all[i + SENSE_SIDE];
	r->side = (double)s->long_sums.side[i];
	r->mid = fmax(2.0 * (left + right) - r->side, 0.0);
	const double ll = (double)s->long_sums.box_squares[i];
	const double rr = (double)s->long_sums.box_squares[i + SENSE_SIDE];
	if (ll > 1e-12 && rr > 1e-12)
		r->correlation = (double)s->long_sums.box_products[i] / sqrt(ll * rr);
}

/* How far from silence it is; times count back to the last loud bin. */
static inline void sense_silence(struct sense_input *in,
				 const struct sense_rules *rules,
				 const struct sense_reading *r, double dt)
{
	const bool above = r->most >= (double)rules->dead;

	in->zeros = sense_timer(in->zeros, !in->nonzero, dt, rules->wait);
	in->since = r->bin >= (double)rules->dead ? 0 : in->since + 1;
	if (above)
		in->quiet = sense_timer(in->quiet, false, dt, rules->quiet_wait);
	else if (in->above)
		in->quiet = in->mark + in->since * dt;
	else
		in->quiet = sense_timer(in->quiet, true, dt, rules->quiet_wait);
	if (above && in->since == 0)
		in->mark = in->quiet;
	in->above = above;
}

static inline bool sense_is_stuck(const struct sense *s, const struct sense_input *in,
				  uint64_t frame)
{
	const uint64_t frames = (uint64_t)in->cells.most * SENSE_PIECE;
	const struct sense_line *line = &in->line;

	return frames >= (uint64_t)s->rate && line->known && line->loud &&
	       !line->tone && line->began + frames >= frame;
}

static inline bool sense_has_mean(const struct sense *s, const struct sense_input *in)
{
	const double frames = (double)SENSE_QUARTERS * SENSE_QUARTER * s->bin_frames;

	for (int c = 0; c < s->channels; c++) {
		double sum = 0.0;
		for (int q = 0; q < SENSE_QUARTERS; q++)
			sum += in->dc[q][c];
		if (fabs(sum) > SENSE_DC_MEAN * frames)
			return true;
	}
	return false;
}

/* Which conditions hold in this bin. */
static inline unsigned sense_conditions(const struct sense *s, struct sense_input *in,
					const struct sense_rules *rules,
					const struct sense_reading *r, uint64_t frame)
{
	unsigned now = 0;
	const bool above = in->above, pair = s->channels >= 2;
	const double low = pair ? fmin(r->channel[0], r->channel[1]) : 0.0;
	const double high = pair ? fmax(r->channel[0], r->channel[1]) : 0.0;
	const bool both = pair && low >= (double)rules->dead;
	int clips = 0;

	for (int p = 0; p < SENSE_CLIP_PARTS; p++)
		clips += in->clips[p];
	now |= (unsigned)sense_is_stuck(s, in, frame) << SENSE_STUCK;
	now |= (unsigned)sense_has_mean(s, in) << SENSE_DC;
	now |= (unsigned)(above && in->line.tone) << SENSE_TONE;
	now |= (unsigned)(above && in->line.is_static) << SENSE_STATIC;
	now |= (unsigned)(pair && above && low < (double)rules->dead &&
			  high >= (double)rules->leg * low)
	       << SENSE_ONE_LEG;
	now |= (unsigned)(both && r->correlation < SENSE_INVERTED_BELOW)
	       << SENSE_INVERTED;
	now |= (unsigned)(both && r->correlation < SENSE_OUT_OF_PHASE_BELOW)
	       << SENSE_OUT_OF_PHASE;
	now |= (unsigned)(both && r->side < SENSE_IDENTICAL_POWER * r->mid)
	       << SENSE_IDENTICAL;
	now |= (unsigned)(clips > SENSE_CLIP_RUNS) << SENSE_CLIPPING;
	if (now >> SENSE_ONE_LEG & 1)
		in->leg = r->channel[1] > r->channel[0];
	return now;
}

/* A fault is raised when its timer is full, and over when it is empty. */
static inline void sense_faults(struct sense_input *in, const struct sense_rules *rules,
				unsigned now, double dt)
{
	/* A pause says nothing about the channels. */
	const unsigned asleep = in->above ? 0
					  : 1u << SENSE_ONE_LEG | 1u << SENSE_INVERTED |
						    1u << SENSE_OUT_OF_PHASE |
						    1u << SENSE_IDENTICAL;

	for (int f = 0; f < SENSE_FAULTS; f++) {
		const bool holds = now >> f & rules->watch >> f & 1;
		const double full =
			f == SENSE_ONE_LEG ? rules->leg_wait : (double)sense_seconds[f];
		if (holds && (f == SENSE_STUCK || f == SENSE_CLIPPING))
			in->fault[f] = full;
		if (!(asleep >> f & 1))
			in->fault[f] =
				fmin(sense_timer(in->fault[f], holds, dt, full), full);
		if (sense_is_over(in->fault[f], full, dt))
			in->raised |= 1u << f;
		else if (in->fault[f] <= 0.0)
			in->raised &= ~(1u << f);
	}
}

static inline void sense_judge(struct sense_input *in, const struct sense_rules *rules,
			       const struct sense_reading *r, double dt)
{
	const bool dead = sense_is_over(in->zeros, rules->wait, dt) ||
			  sense_is_over(in->quiet, rules->quiet_wait, dt);
	const bool bad = in->raised & rules->fail;
	const bool alive = r->most >= (double)rules->alive && !bad;

	if (in->seen && !in->failed && (dead || bad)) {
		in->failed = true;
		in->alive = 0.0;
	}
	if (in->failed && dead)
		in->silent = true;
	if (sense_is_over(in->zeros, rules->wait, dt))
		in->zeroed = true;
	else if (!in->above && in->zeros <= 0.0)
		in->zeroed = false;
	const double back = in->seen ? rules->back : fmin(rules->back, SENSE_SEEN_S);
	in->alive = sense_alive_timer(in->alive, alive, dt, back);
	if (!alive || (in->seen && !in->failed) || in->alive < back - 0.01 * dt)
		return;
	in->seen = true;
	in->failed = in->silent = false;
	in->zeros = in->quiet = in->mark = 0.0;
}

/* The meter's word. */
static inline enum sense_state sense_state(const struct sense *s, int i)
{
	const struct sense_input *in = &s->input[i];

	if (!in->seen)
		return SENSE_UNSEEN;
	if (in->silent)
		return in->zeroed ? SENSE_ZEROS : SENSE_QUIET;
	for (int f = 0; f < SENSE_FAULTS; f++)
		if (in->raised >> f & 1)
			return (enum sense_state)sense_state_of[f];
	return SENSE_ALIVE;
}

/* Seconds of silence, of whichever kind is further on. */
static inline float sense_dead_s(const struct sense *s, int i)
{
	return (float)fmax(s->input[i].zeros, s->input[i].quiet);
}

/* 0..1 and a little: correlation of two inputs over 0.3 s, of all that the pair carries. */
static inline double sense_between(const struct sense *s, int one, int other)
{
	const int first = (one + 1) % SENSE_INPUTS == other ? one : other;
	double product = 0.0, a = 0.0, b = 0.0;

	for (int side = 0; side <= SENSE_SIDE; side += SENSE_SIDE) {
		product += (double)s->long_sums.between[first + side];
		a += (double)s->long_sums.all[one + side];
		b += (double)s->long_sums.all[other + side];
	}
	return a > 1e-12 && b > 1e-12 ? product / sqrt(a * b) : 0.0;
}

/* ---- a bin ------------------------------------------------------------------------------ */

/* What is far above full scale has filled the filters with infinities. */
static inline void sense_heal(struct sense_pair *pair)
{
	for (int k = 0; k < SENSE_LANES; k++)
		if (!(pair->band[k] < 1e20f && pair->sums.all[k] < 1e20f))
			memset(pair, 0, sizeof(*pair));
}

static inline void sense_take_sums(struct sense *s)
{
	const int row = (int)(s->bins % SENSE_WINDOW);

	for (int p = 0; p < (s->channels + 1) / 2; p++) {
		struct sense_pair *pair = &s->pair[p];
		sense_heal(pair);
		memcpy(s->level[row][p], pair->band, sizeof(pair->band));
		for (int i = 0; i < s->inputs; i++)
			for (int c = 2 * p; c < 2 * p + 2 && c < s->channels; c++)
				s->input[i].dc[s->bins / SENSE_QUARTER % SENSE_QUARTERS]
					      [c] +=
					(double)pair->box[i + c % 2 * SENSE_SIDE];
		if (p == 0)
			s->past[s->bins % SENSE_LONG] = pair->sums;
		memset(pair->band, 0, sizeof(pair->band));
		memset(pair->box, 0, sizeof(pair->box));
		memset(&pair->sums, 0, sizeof(pair->sums));
	}
}

/* The oldest parts of what is counted by the second or the minute begin anew. */
static inline void sense_turn(struct sense *s)
{
	for (int i = 0; i < s->inputs; i++) {
		if (s->bins % SENSE_QUARTER == 0)
			memset(s->input[i].dc[s->bins / SENSE_QUARTER % SENSE_QUARTERS],
			       0, sizeof(s->input[i].dc[0]));
		if (s->bins % 1000 == 0)
			s->input[i].clips[sense_clip_part(s)] = 0;
	}
}

static inline void sense_bin(struct sense *s, const struct sense_rules *rules,
			     uint64_t frame)
{
	const double dt = (double)s->bin_frames / s->rate;
	const int row = (int)(s->bins % SENSE_WINDOW);

	sense_take_sums(s);
	sense_add_rows(s->past, SENSE_LONG, sizeof(s->past[0]) / sizeof(float),
		       (float *)&s->long_sums);
	sense_add_rows(s->level, SENSE_WINDOW, SENSE_PAIRS * SENSE_LANES,
		       (float *)s->level_sums);
	for (int i = 0; i < s->inputs; i++) {
		struct sense_input *in = &s->input[i];
		struct sense_reading r = { .correlation = 1.0 };
		sense_read(s, i, row, &r);
		sense_silence(in, rules, &r, dt);
		const unsigned now = sense_conditions(s, in, rules, &r, frame);
		sense_faults(in, rules, now, dt);
		sense_judge(in, rules, &r, dt);
		in->level = (float)sqrt(r.most);
		in->nonzero = false;
	}
	s->bins++;
	sense_turn(s);
	s->bin_filled = 0;
}

/* ---- a stretch of a piece --------------------------------------------------------------- */

/* Frames that sense_run() would take of so many: up to the end of the bin. */
static inline int sense_room(const struct sense *s, int frames)
{
	const int room = s->bin_frames - s->bin_filled;

	return frames < room ? frames : room;
}

/* `frames` of the audio from its frame `from` on, which is the rack's `frame`; they cross no
 * grid line, and no bin's end (sense_room()). True: a bin is full, and every verdict new. */
static inline bool sense_run(struct sense *s, const struct sense_rules *rules,
			     const struct sense_audio *audio, int from, uint64_t frame,
			     int frames)
{
	const int at = (int)(frame % SENSE_PIECE);
	float woven[SENSE_PIECE][SENSE_LANES];

	if (at == 0)
		sense_grid(s, rules, frame);
	for (int i = 0; i < s->inputs; i++)
		if (audio->x[i][0])
			sense_input_scan(s, i, at, audio, from, frames);
	for (int p = 0; p < (s->channels + 1) / 2; p++) {
		sense_weave(s, p, audio, from, woven, frames);
		sense_walk(&s->pair[p], &rules->band, rules->speech, woven, frames,
			   s->box_filled, s->box_frames);
	}
	s->box_filled = (s->box_filled + frames) % s->box_frames;
	if (s->running)
		slowfft_fill(&s->fft[s->filling], &s->tables->fft,
			     s->cell * SENSE_PIECE + at,
			     sense_channel(audio, s->of[s->filling],
					   s->channel[s->filling]) +
				     from,
			     frames);
	s->bin_filled += frames;
	if (s->bin_filled < s->bin_frames)
		return false;
	sense_bin(s, rules, frame + (uint64_t)frames);
	return true;
}

#endif

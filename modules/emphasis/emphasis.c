/* emphasis.c - the audio thread's part of emphasis.
 *
 *   x -+-> slope (time d/dt) = h      x + h is the pre-emphasised signal
 *      |
 *      +-> delay ------------------------------------(-)--> flat
 *      '-> w (x + h) + (1 - w) r h -> de-emphasis ----'
 *
 * r turns down what the emphasis adds, w turns everything down. The level is at most
 * (1 - r) |x + h| + r |x|, so the r that keeps the ceiling follows from the true peaks
 * of x + h and x, without a search. What r takes away is de-emphasised and subtracted,
 * so that the signal is untouched while no reduction is needed.
 *
 * Vinyl: the groove's velocity is the signal with 75 us of pre-emphasis, so the stylus'
 * acceleration is its slope, h + (time d/dt)^2 x. The second slope is exact up to half
 * the rate, which h is not: so the part that r can't turn down, because h lacks it, is
 * known, and w, a plain gain in this mode, turns it down:
 *
 *   out = (1 - w) x - de-emphasis((1 - w) r h)
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/emphasis/emphasis.h"

#include "dsp/fir.h"

/* If the emphasis adds less than this share of the ceiling to a peak, it did not cause
 * it, and r is bounded in proportion; w does the rest: at most 0.6 dB if the programme
 * itself keeps the ceiling. */
#define BLAME 0.25f
#define REDUCTION_END 1e-6
#define TINY 1e-10 /* -200 dBFS */

typedef float row[GRID_FRAMES] __attribute__((aligned(64)));

struct scratch {
	row flat[CHANNELS_MAX], lifted[CHANNELS_MAX]; /* peaks without, with emphasis */
	row need[2][EMPHASIS_WAYS];
	row weight;
	struct truepeak_eighths eighths;
};

static void window_end(float *window, int past, int frames)
{
	memmove(window, window + frames, (size_t)past * sizeof(*window));
}

/* The stylus' acceleration, and the part that remains with r = 1. */
static void groove_run(const struct emphasis *m, struct emphasis_channel *ch,
		       float *flat, int frames)
{
	const float *x = ch->x + m->past_x - m->half;
	const float *h = ch->h + m->past_h;
	float *judged = ch->judged + m->past_judged;
	float *below = ch->below + m->past_judged;

	fir_run(m->bend, m->half, x, judged, frames);
	fir_any_run(m->slope, 2 * m->half + 1, h, below, frames);
	for (int n = 0; n < frames; n++) {
		judged[n] += h[n - m->half];
		flat[n] = judged[n] - below[n];
	}
}

/* The peaks of one channel. */
static void judge(struct emphasis *m, struct scratch *s, int c, const float *in,
		  int frames)
{
	struct emphasis_channel *ch = &m->channel[c];
	float *x = ch->x + m->past_x, *h = ch->h + m->past_h;
	float *judged = ch->judged + m->past_judged;

	memcpy(x, in, (size_t)frames * sizeof(*x));
	fir_any_run(m->slope, 2 * m->half + 1, x, h, frames);
	row flat;
	if (m->vinyl)
		groove_run(m, ch, flat, frames);
	else
		for (int n = 0; n < frames; n++) {
			flat[n] = x[n - m->half];
			judged[n] = h[n] + flat[n];
		}
	truepeak_run(&ch->flat, flat, s->flat[c], &s->eighths, frames);
	truepeak_end(&ch->flat, &s->eighths, frames);
	truepeak_run(&ch->lifted, judged, s->lifted[c], &s->eighths, frames);
	truepeak_end(&ch->lifted, &s->eighths, frames);
}

/* The shares to take away, the largest of all channels. */
static void needs_run(const struct emphasis *m, const struct emphasis_deck *deck,
		      const struct scratch *s, row *need, int frames)
{
	const vf ceiling = vf_all(deck->numbers.ceiling), one = vf_all(1);

	for (int n = 0; n < frames; n += VEC_FLOATS) {
		vf treble = { 0 }, all = { 0 };
		for (int c = 0; c < m->channels; c++) {
			const vf flat = vf_load(s->flat[c] + n);
			const vf lifted = vf_load(s->lifted[c] + n);
			const vf added = vf_max(lifted - flat, vf_all(1e-12f));
			const vf over = vf_max(lifted - ceiling, vf_all(0));
			const vf most = vf_min(added / (BLAME * ceiling), one);
			const vf r = vf_min(over / added, most);
			const vf left = vf_max(lifted - r * added, flat);
			const vf rest = one - ceiling / vf_max(left, ceiling);
			treble = vf_max(treble, r);
			all = vf_max(all, rest);
		}
		vf_store(need[EMPHASIS_TREBLE] + n, treble);
		vf_store(need[EMPHASIS_ALL] + n, all);
	}
}

/* The r that takes a sibilant of this level to the threshold: solves
 * |1 + (1 - r) j w time| = threshold / level |1 + j w time|. */
static float treble_share(const struct emphasis_numbers *numbers, float level)
{
	const float want = numbers->sibilance / level;
	const float kept = want * want * (1 + numbers->turn) - 1;

	return kept > 0 ? 1 - sqrtf(kept / numbers->turn) : 1;
}

/* What is above the sibilance frequency in x, two channels at a time. */
static void sibilance_run(struct emphasis *m, struct emphasis_deck *deck, row *need,
			  int frames)
{
	const struct emphasis_numbers *numbers = &deck->numbers;
	const struct cascade *const bands[2] = { &numbers->band, &numbers->band };
	double band[2][GRID_FRAMES];
	double *const x[2] = { band[0], band[1] };

	for (int first = 0; first < m->channels; first += 2) {
		const int count = m->channels - first >= 2 ? 2 : 1;
		struct cascade_state *const states[2] = {
			&deck->band[first], &deck->band[first + count - 1]
		};
		/* Delayed like the peaks. */
		for (int c = 0; c < count; c++) {
			const float *from = m->channel[first + c].x + m->past_x -
					    m->judged_late - TRUEPEAK_DELAY;
			for (int n = 0; n < frames; n++)
				band[c][n] = (double)from[n];
		}
		cascade_run(bands, states, x, frames, count);
		for (int c = 0; c < count; c++) {
			for (int n = 0; n < frames; n++) {
				const float level = (float)fabs(band[c][n]);
				if (level <= numbers->sibilance)
					continue;
				const float r = treble_share(numbers, level);
				float *t = &need[EMPHASIS_TREBLE][n];
				*t = r > *t ? r : *t;
			}
		}
	}
}

/* On a grid line: the block that ended is added to the earlier ones. */
static void deck_block(const struct emphasis *m, struct emphasis_deck *deck)
{
	const int size = EMPHASIS_HOLD_MAX;

	for (int w = 0; w < EMPHASIS_WAYS; w++) {
		deck->blocks[m->block][w] = deck->now[w];
		deck->now[w] = deck->held[w] = 0;
		for (int k = 0; k < m->hold_blocks; k++) {
			const float was = deck->blocks[(m->block + size - k) % size][w];
			deck->held[w] = was > deck->held[w] ? was : deck->held[w];
		}
	}
}

/* From needs to held, released, smoothed values. */
static void reduce(struct emphasis *m, struct emphasis_deck *deck, bool unheard,
		   row *need, int frames)
{
	const struct ballistics fast = unheard ? m->hurry : deck->numbers.fast;
	const struct ballistics slow = unheard ? m->hurry : deck->numbers.slow;

	for (int n = 0; n < frames; n++) {
		double out[EMPHASIS_WAYS];
		for (int w = 0; w < EMPHASIS_WAYS; w++) {
			const float asked = need[w][n];
			deck->now[w] = asked > deck->now[w] ? asked : deck->now[w];
			const float held = deck->held[w] > deck->now[w] ? deck->held[w]
									: deck->now[w];
			ballistics_auto_step(fast, slow, (double)held,
					     &deck->reduction[w], &deck->lasting[w]);
			if (held == 0 && deck->reduction[w] < REDUCTION_END)
				deck->reduction[w] = deck->lasting[w] = 0;
			out[w] = deck->reduction[w];
		}
		const box_lanes sum =
			box_step(&deck->box, &m->lengths, m->box_at + (uint32_t)n,
				 m->box_mask, box_in((box_doubles) { out[0], out[1] }));
		for (int w = 0; w < EMPHASIS_WAYS; w++)
			need[w][n] = (float)((double)sum[w] * m->lengths.scale);
	}
}

/* need[] becomes the shares taken of emphasis and of everything: (1 - w) r and w. */
static void deck_run(struct emphasis *m, struct emphasis_deck *deck, struct scratch *s,
		     bool unheard, row *need, int frames)
{
	needs_run(m, deck, s, need, frames);
	if (m->vinyl)
		sibilance_run(m, deck, need, frames);
	reduce(m, deck, unheard, need, frames);
	for (int n = 0; n < frames; n++)
		need[EMPHASIS_TREBLE][n] *= 1 - need[EMPHASIS_ALL][n];
}

/* A deck begins with nothing held, and settles silently. */
static void deck_start(struct emphasis *m, const struct emphasis_numbers *numbers)
{
	const struct emphasis_deck *from = &m->deck[m->fade.playing];
	/* Whole blocks, so that it begins in the same way however pieces are cut. */
	const int wait = (m->rate / 40 + m->latency) / GRID_FRAMES * GRID_FRAMES;
	struct emphasis_deck *deck = &m->deck[crossfade_start(&m->fade, wait)];
	const struct box box = deck->box;

	memset(deck, 0, sizeof(*deck));
	deck->box = box;
	deck->numbers = *numbers;
	memcpy(deck->band, from->band, sizeof(deck->band));
	box_fill(&deck->box, &m->lengths, m->box_mask, (box_lanes) { 0 });
}

static void turn(struct emphasis *m, const struct piece *piece)
{
	const struct emphasis_numbers *numbers = piece->numbers;
	const struct emphasis_deck *playing = &m->deck[m->fade.playing];

	for (int d = 0; d < 2; d++)
		deck_block(m, &m->deck[d]);
	m->block = (m->block + 1) % EMPHASIS_HOLD_MAX;
	if (!m->fade.running && playing->numbers.serial != numbers->serial)
		deck_start(m, numbers);
	for (int c = 0; c < m->channels; c++) {
		for (int d = 0; d < 2 && m->cell_silent; d++)
			cascade_settle(&m->deck[d].numbers.band, &m->deck[d].band[c], 1,
				       TINY);
		if (m->taken_age > m->past_taken && fabs(m->channel[c].pole) < TINY)
			m->channel[c].pole = 0;
	}
	m->cell_silent = true;
	smooth_aim(&m->output, m->vinyl ? 0 : (double)piece->values[EMPHASIS_OUTPUT],
		   smooth_frames(m->rate));
}

/* De-emphasises what was taken away, into fall[]. */
static void fall_run(struct emphasis *m, struct emphasis_channel *ch, float *fall,
		     int frames)
{
	if (m->taken_age > m->past_taken + GRID_FRAMES && ch->pole == 0) {
		memset(fall, 0, GRID_FRAMES * sizeof(*fall));
		return;
	}
	fir_any_run(m->fall, 2 * m->half + 2, ch->taken + m->past_taken, fall, frames);
	double y = ch->pole;
	for (int n = 0; n < frames; n++) {
		y = m->pole * y + (double)fall[n];
		fall[n] = (float)y;
	}
	ch->pole = y;
}

/* The peak after limiting: with emphasis, or of the acceleration. */
static float true_peak(struct emphasis_channel *ch, struct scratch *s, const float *x,
		       int frames)
{
	row peak;
	truepeak_run(&ch->out, x, peak, &s->eighths, frames);
	const float most = truepeak_refine(&ch->out, &s->eighths, peak, frames);
	truepeak_end(&ch->out, &s->eighths, frames);
	return most;
}

static void channel_run(struct emphasis *m, struct scratch *s, int c, float *out,
			const double *lift, float *meters, int frames)
{
	struct emphasis_channel *ch = &m->channel[c];
	const float *treble = s->need[0][EMPHASIS_TREBLE];
	const float *all = s->need[0][EMPHASIS_ALL];
	const float *x = ch->x + m->past_x - m->judged_late - m->late;
	const float *h = ch->h + m->past_h - m->judged_late + m->half - m->late;
	const float *judged = ch->judged + m->past_judged - m->late;
	const float *below =
		(m->vinyl ? ch->below + m->past_judged : ch->h + m->past_h) - m->late;
	const float *whole = m->whole;
	float *taken = ch->taken + m->past_taken;

	row fall, left;
	float top = 0;
	for (int n = 0; n < frames; n++) {
		const float lifted = x[n] + h[n];
		const float less = all[n] * lifted;
		const float part = treble[n] * h[n];
		const float size = fabsf(lifted - (part + less));
		top = size > top ? size : top;
		taken[n] = m->vinyl ? part : part + less;
		const float cut = all[n] * judged[n];
		left[n] = judged[n] - (treble[n] * below[n] + cut);
	}
	fall_run(m, ch, fall, frames);
	x -= m->half;
	h -= m->half;
	taken -= m->half;
	for (int n = 0; n < frames; n++) {
		const float plain = (1 - whole[n]) * x[n] - fall[n];
		const float lifted = x[n] + h[n] - taken[n];
		out[n] = lift[n] == 0 ? plain
				      : plain + (float)lift[n] * (lifted - plain);
	}
	const float peak = true_peak(ch, s, left, frames);
	meters[EMPHASIS_PEAK + c] = m->vinyl ? top : peak;
	const float speed = peak * m->deck[m->fade.playing].numbers.unit;
	if (speed > meters[EMPHASIS_SPEED])
		meters[EMPHASIS_SPEED] = speed;
	window_end(ch->x, m->past_x, frames);
	window_end(ch->h, m->past_h, frames);
	window_end(ch->judged, m->past_judged, frames);
	window_end(ch->below, m->past_judged, frames);
	window_end(ch->taken, m->past_taken, frames);
}

/* The meters of the reductions, and the time since the last reduction. */
static void note(struct emphasis *m, const struct scratch *s, float *meters, int frames)
{
	float treble = 0, all = 0;

	for (int n = 0; n < frames; n++) {
		const float w = s->need[0][EMPHASIS_ALL][n];
		const float r = s->need[0][EMPHASIS_TREBLE][n];
		all = w > all ? w : all;
		treble = r > treble ? r : treble;
	}
	if (treble > 0 || all > 0)
		m->taken_age = 0;
	else if (m->taken_age < m->rate)
		m->taken_age += frames;
	const float kept = treble < 1 ? 1 - treble : 0;
	meters[EMPHASIS_HF] =
		10 * log10f((1 + m->swing) / (1 + kept * kept * m->swing));
	meters[EMPHASIS_GR] = 1 / (1 - (all < 0.999999f ? all : 0.999999f));
	meters[EMPHASIS_SPEED] = 0;
}

static void process(void *state, const struct piece *piece) REALTIME;
static void process(void *state, const struct piece *piece)
{
	struct emphasis *m = state;
	const int frames = piece->frames;
	struct scratch s;
	double lift[GRID_FRAMES];

	if (!m->started) {
		m->deck[0].numbers = *(const struct emphasis_numbers *)piece->numbers;
		smooth_jump(&m->output,
			    m->vinyl ? 0 : (double)piece->values[EMPHASIS_OUTPUT]);
		m->started = true;
	}
	if (piece->frame % GRID_FRAMES == 0)
		turn(m, piece);
	m->cell_silent = m->cell_silent && piece->silent;
	for (int c = 0; c < m->channels; c++)
		judge(m, &s, c, piece->in[c], frames);
	deck_run(m, &m->deck[m->fade.playing], &s, false, s.need[0], frames);
	if (m->fade.running) {
		struct emphasis_deck *coming = &m->deck[1 - m->fade.playing];
		deck_run(m, coming, &s, m->fade.age < 0, s.need[1], frames);
		crossfade_run(&m->fade, smooth_frames(m->rate), s.weight, frames);
		for (int w = 0; w < EMPHASIS_WAYS; w++)
			crossfade_mix(s.weight, s.need[1][w], s.need[0][w], frames);
	}
	m->box_at += (uint32_t)frames;
	note(m, &s, piece->meters, frames);
	smooth_run(&m->output, smooth_frames(m->rate), lift, frames);
	if (m->vinyl)
		memcpy(m->whole + m->half, s.need[0][EMPHASIS_ALL],
		       (size_t)frames * sizeof(*m->whole));
	for (int c = 0; c < m->channels; c++)
		channel_run(m, &s, c, piece->out[c], lift, piece->meters, frames);
	window_end(m->whole, m->half, frames);
}

static void channel_adopt(const struct emphasis *m, struct emphasis_channel *ch,
			  const struct emphasis_channel *old)
{
	truepeak_adopt(&ch->flat, &old->flat);
	truepeak_adopt(&ch->lifted, &old->lifted);
	truepeak_adopt(&ch->out, &old->out);
	ch->pole = old->pole;
	memcpy(ch->x, old->x, (size_t)m->past_x * sizeof(float));
	memcpy(ch->h, old->h, (size_t)m->past_h * sizeof(float));
	memcpy(ch->judged, old->judged, (size_t)m->past_judged * sizeof(float));
	memcpy(ch->below, old->below, (size_t)m->past_judged * sizeof(float));
	memcpy(ch->taken, old->taken, (size_t)m->past_taken * sizeof(float));
}

/* A different mode or time starts cold, and so does a state that is too large: many
 * channels at high rates. */
static void adopt(void *state, const void *old_state) REALTIME;
static void adopt(void *state, const void *old_state)
{
	struct emphasis *m = state;
	const struct emphasis *old = old_state;

	if (m->vinyl != old->vinyl || m->pole != old->pole ||
	    emphasis_adopt_bytes(m) > ADOPT_BYTES_MAX)
		return;
	m->started = old->started;
	m->cell_silent = old->cell_silent;
	m->box_at = old->box_at;
	m->block = old->block;
	m->taken_age = old->taken_age;
	memcpy(m->whole, old->whole, (size_t)m->half * sizeof(*m->whole));
	m->output = old->output;
	m->fade = old->fade;
	for (int d = 0; d < 2; d++) {
		const struct box box = m->deck[d].box;
		m->deck[d] = old->deck[d];
		memcpy(m->deck[d].box.past, box.past, sizeof(box.past));
		for (int k = 0; k < BOX_COUNT; k++)
			memcpy(box.past[k], old->deck[d].box.past[k],
			       (m->box_mask + 1) * sizeof(*box.past[k]));
	}
	for (int c = 0; c < m->channels; c++)
		channel_adopt(m, &m->channel[c], &old->channel[c]);
}

MODULE_KERNEL(emphasis) = { .process = process, .adopt = adopt };

/* limiter.c - the true-peak limiter's audio thread part.
 *
 *   in -> (guard) -+-> delay ---------------------------> x --> clamp -> out
 *                  |                                      |
 *                  +-> 8 x peak -> groups -+-> deck 0 -> fade
 *                                          '-> deck 1 ----'
 *   deck:  hold -> need -> link -> release -> boxes -> lines, times the gain
 *          and, with a target, times the lift, which listens to the output (lift.h)
 *
 * Only the side chain is oversampled; the path stays at the base rate, so that without
 * reduction the output is the delayed input, bit for bit. The hold is longer than half a
 * period of 30 Hz: that, not a slow release, keeps low notes clean. The punchy style holds
 * only the lows (bass.h).
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/limiter/limiter.h"
#include "modules/limiter/reduce.h"

#include "dsp/fir.h"

/* Added to what is needed, 0.026 dB: crests between the eight points of a sample are a
 * little higher than the points, lifted as they are, and log2, exp2 and the boxes round. */
#define MARGIN_OCTAVES 4.3e-3f
/* Reductions stay below 96 dB, in the boxes' range; the clamp does the rest. */
#define REDUCTION_MAX 15.9f
#define QUIET (-66.0f) /* octaves; log2 of the least level */

struct scratch {
	_Alignas(64) float in[CHANNELS_MAX][GRID_FRAMES];
	/* Per group that ends in the piece: the block's highest level so far, and a deck's
	 * needs, which become reductions. */
	_Alignas(64) float level[CHANNELS_MAX][LIMITER_GROUPS];
	_Alignas(64) float need[2][CHANNELS_MAX][LIMITER_GROUPS];
	_Alignas(64) float gain[2][GRID_FRAMES + 2 * LIMITER_GROUP_MAX];
	/* Per frame: how far the other deck has come in, and what no sample exceeds. */
	_Alignas(64) float weight[GRID_FRAMES], ceiling[GRID_FRAMES];
	_Alignas(64) float peak[LIMITER_GROUP_MAX + GRID_FRAMES];
	_Alignas(64) struct truepeak_eighths eighths;
	float lift[LIMITER_GROUPS + 2];
	int first;  /* frame in the piece where its first group ends */
	int groups; /* that end in it */
};

static void ring_write(float *ring, int size, int at, const float *from, int frames)
{
	const int head = size - at < frames ? size - at : frames;

	memcpy(ring + at, from, (size_t)head * sizeof(*ring));
	memcpy(ring, from + head, (size_t)(frames - head) * sizeof(*ring));
}

/* Reads frames that lie `back` before `at`; at most `size` of them. */
static void ring_read(const float *ring, int size, int at, int back, float *to,
		      int frames)
{
	int from = at - back;

	while (from < 0)
		from += size;
	const int head = size - from < frames ? size - from : frames;
	memcpy(to, ring + from, (size_t)head * sizeof(*ring));
	memcpy(to + head, ring, (size_t)(frames - head) * sizeof(*ring));
}

/* Cleans `audio` in place. */
static void guard_piece(struct limiter *l, struct limiter_channel *ch, float *audio,
			int frames)
{
	const size_t past = 2 * LIMITER_GUARD_MAX;

	ring_write(ch->raw, l->ring_frames, l->at, audio, frames);
	memcpy(ch->window + past, audio, (size_t)frames * sizeof(*audio));
	fir_run(l->guard, l->guard_half, ch->window + past, audio, frames);
	memmove(ch->window, ch->window + frames, past * sizeof(*audio));
}

/* What the lows ask for of the block that ends: no more than all of it asks for, now or a
 * little before, because the low-pass is late. */
static void bass_end(struct limiter *l)
{
	const unsigned mask = LIMITER_HOLD_MAX - 1, at = (unsigned)l->block;
	const float *before = l->blocks[(at - 1) & mask];
	const float *earlier = l->blocks[(at - 2) & mask];

	for (int c = 0; c < LIMITER_LANES; c += VEC_FLOATS) {
		const vf now = vf_max(vf_load(l->bass_now + c), vf_all(1e-20f));
		const vf all =
			vf_max(vf_load(l->now + c),
			       vf_max(vf_load(before + c), vf_load(earlier + c)));
		vf_store(l->bass_blocks[at] + c, vf_min(vf_log2(now) + BASS_LIFT, all));
	}
	memset(l->bass_now, 0, sizeof(l->bass_now));
}

/* A grid block begins: the ended one joins those before. */
static void block_begin(struct limiter *l)
{
	if (l->punchy)
		bass_end(l);
	memcpy(l->blocks[l->block], l->now, sizeof(l->now));
	for (int c = 0; c < LIMITER_LANES; c++)
		l->now[c] = QUIET;
	l->block = (l->block + 1) & (LIMITER_HOLD_MAX - 1);
}

static void hold(const struct limiter *l, struct limiter_deck *deck)
{
	vf held[LIMITER_LANES / VEC_FLOATS];
	for (int v = 0; v < LIMITER_LANES / VEC_FLOATS; v++)
		held[v] = vf_all(QUIET);
	for (int k = 1; k <= deck->numbers.hold_blocks; k++) {
		const float *row = l->blocks[(l->block - k) & (LIMITER_HOLD_MAX - 1)];
		for (int v = 0; v < LIMITER_LANES / VEC_FLOATS; v++)
			held[v] = vf_max(held[v], vf_load(row + v * VEC_FLOATS));
	}
	for (int k = 1; k <= deck->numbers.bass_blocks; k++) {
		const float *row =
			l->bass_blocks[(l->block - k) & (LIMITER_HOLD_MAX - 1)];
		for (int v = 0; v < LIMITER_LANES / VEC_FLOATS; v++)
			held[v] = vf_max(held[v], vf_load(row + v * VEC_FLOATS));
	}
	memcpy(deck->held, held, sizeof(held));
}

/* Each group's level, then the highest of the block so far. */
static void levels(struct limiter *l, struct scratch *s, int c, int frames)
{
	struct limiter_channel *ch = &l->channel[c];
	float *peak = s->peak + LIMITER_GROUP_MAX, *level = s->level[c];

	if (l->punchy)
		l->bass_now[c] = fmaxf(l->bass_now[c],
				       bass_run(&l->bass_setup, &l->bass[c], s->in[c],
						frames, s->first, s->groups));
	truepeak_run_lifted(&ch->in, s->in[c], peak, &s->eighths, frames);
	truepeak_end(&ch->in, &s->eighths, frames);
	memcpy(s->peak, ch->peaks, sizeof(ch->peaks));
	for (int g = 0; g < s->groups; g++) {
		/* A frame's gain acts on both sides of it: one peak more than frames. */
		const float *last = peak + s->first + g * l->group;
		float most = 1e-20f;
		for (int k = 0; k <= l->group; k++)
			most = last[-k] > most ? last[-k] : most;
		level[g] = most;
	}
	memcpy(ch->peaks, s->peak + frames, sizeof(ch->peaks));
	for (int g = 0; g < s->groups; g += VEC_FLOATS)
		vf_store(level + g, vf_log2(vf_load(level + g)));
	float most = l->now[c];
	for (int g = 0; g < s->groups; g++)
		level[g] = most = level[g] > most ? level[g] : most;
	l->now[c] = most;
}

/* Of the level before the gain and the lift. */
static float deck_threshold(const struct limiter *l, const struct limiter_numbers *n)
{
	return n->lifts ? n->threshold - l->lift.octaves - LIFT_AHEAD_OCTAVES
			: n->threshold;
}

/* Octaves of gain that must go in a vector of groups; then every channel's need is moved
 * towards the largest. */
static void needs(const struct limiter_deck *deck, float threshold,
		  const float (*level)[LIMITER_GROUPS], float (*need)[LIMITER_GROUPS],
		  int channels, int g)
{
	const struct limiter_numbers *n = &deck->numbers;
	vf most = { 0 };

	for (int c = 0; c < channels; c++) {
		const vf held = vf_max(vf_load(level[c] + g), vf_all(deck->held[c]));
		const vf over = vf_max(held - threshold + MARGIN_OCTAVES, vf_all(0));
		const vf own = vf_min(over, vf_all(REDUCTION_MAX));
		most = vf_max(most, own);
		vf_store(need[c] + g, own);
	}
	const float apart = 1.0f - n->link;
	for (int c = 0; c < channels; c++)
		vf_store(need[c] + g, most - apart * (most - vf_load(need[c] + g)));
}

static void deck_reduce(const struct limiter *l, struct limiter_deck *deck,
			const struct scratch *s, float (*need)[LIMITER_GROUPS])
{
	const int channels = l->channels;
	const float threshold = deck_threshold(l, &deck->numbers);

	for (int g = 0; g < s->groups; g += VEC_FLOATS)
		needs(deck, threshold, s->level, need, channels, g);
	if (channels % BOX_LANES)
		memset(need[channels], 0, sizeof(need[channels]));
	for (int c = 0; c < channels; c += BOX_LANES)
		reduce_pair(l, deck, c, need[c], need[c + 1], s->groups);
}

/* A deck takes new numbers and goes on from the one that plays as if it had always had them:
 * what it holds, it has long reached. */
static void deck_start(struct limiter *l, struct limiter_deck *deck,
		       const struct limiter_deck *from,
		       const struct limiter_numbers *numbers)
{
	float level[CHANNELS_MAX][LIMITER_GROUPS], was[CHANNELS_MAX][LIMITER_GROUPS],
		is[CHANNELS_MAX][LIMITER_GROUPS];

	for (int c = 0; c < CHANNELS_MAX; c++)
		for (int g = 0; g < LIMITER_GROUPS; g++)
			level[c][g] = QUIET;
	deck->numbers = *numbers;
	hold(l, deck);
	needs(from, deck_threshold(l, &from->numbers),
	      (const float(*)[LIMITER_GROUPS])level, was, l->channels, 0);
	needs(deck, deck_threshold(l, numbers), (const float(*)[LIMITER_GROUPS])level,
	      is, l->channels, 0);
	for (int c = 0; c < (l->channels + 1) / BOX_LANES * BOX_LANES; c++) {
		const struct limiter_pair *old = &from->pair[c / BOX_LANES];
		struct limiter_pair *pair = &deck->pair[c / BOX_LANES];
		const int lane = c % BOX_LANES;
		const double need = c < l->channels ? (double)is[c][0] : 0;
		const double more = c < l->channels ? need - (double)was[c][0] : 0;
		const double slow = old->filled[lane] + old->above[lane] + more;
		pair->rest[lane] = need;
		pair->fast[lane] = fmax(need, old->fast[lane] + more);
		pair->filled[lane] = fmax(0, old->filled[lane] + more);
		pair->above[lane] = fmax(0, slow) - pair->filled[lane];
		const double reduction = fmax(pair->fast[lane], slow);
		was[c][0] = reduction > RELEASE_END ? (float)reduction : (float)need;
		deck->reduced[c][0] = deck->reduced[c][1] =
			vf_exp2(vf_all(-was[c][0]))[0];
	}
	for (int c = 0; c < l->channels; c += BOX_LANES)
		box_fill(&deck->pair[c / BOX_LANES].box, &l->lengths, l->box_mask,
			 box_in(lanes_of(was[c][0], was[c + 1][0])));
}

/* The first numbers ever. */
static void first_start(struct limiter *l, const struct limiter_numbers *numbers)
{
	for (int c = 0; c < LIMITER_LANES; c++)
		l->now[c] = QUIET;
	for (int k = 0; k < LIMITER_HOLD_MAX; k++) {
		memcpy(l->blocks[k], l->now, sizeof(l->now));
		memcpy(l->bass_blocks[k], l->now, sizeof(l->now));
	}
	l->deck[0].numbers = *numbers;
	deck_start(l, &l->deck[0], &l->deck[0], numbers);
	l->warm = true;
}

/* By more than 0.06 dB, in any channel. */
static bool is_reducing(const struct limiter *l)
{
	const struct limiter_deck *deck = &l->deck[l->fade.playing];
	double most = 0;

	for (int p = 0; p < (l->channels + 1) / BOX_LANES; p++)
		for (int lane = 0; lane < BOX_LANES; lane++) {
			const struct limiter_pair *pair = &deck->pair[p];
			const double slow = pair->filled[lane] + pair->above[lane];
			most = fmax(most, fmax(pair->fast[lane], slow));
		}
	return most > 0.01;
}

/* The lift begins anew where the first deck that uses it comes in, and stays while only one
 * that goes out does. */
static void turn_lift(struct limiter *l, const struct limiter_numbers *numbers,
		      uint64_t frame)
{
	const bool lifted = l->deck[l->fade.playing].numbers.lifts;

	if (numbers->lifts && !lifted && !l->fade.running)
		lift_begin(&l->lift);
	if (numbers->lifts)
		lift_turn(&l->lift, &l->lift_setup, frame, is_reducing(l),
			  (double)numbers->target_lufs, (double)numbers->max_lift_db);
	else
		lift_stay(&l->lift);
}

/* On a grid line. */
static void turn(struct limiter *l, const struct limiter_numbers *numbers,
		 uint64_t frame)
{
	const struct limiter_deck *playing = &l->deck[l->fade.playing];

	block_begin(l);
	turn_lift(l, numbers, frame);
	hold(l, &l->deck[l->fade.playing]);
	if (!l->fade.running && playing->numbers.serial != numbers->serial)
		deck_start(l, &l->deck[crossfade_start(&l->fade, 0)], playing, numbers);
	else if (l->fade.running)
		hold(l, &l->deck[1 - l->fade.playing]);
}

/* Reductions of groups -> gains of frames, in straight lines; returns the least of the
 * reductions' gains. A group's gain sets out where the group ends and is reached as the next
 * one ends, less a frame. gain[0] is the first frame of the first group that has one in the
 * piece. */
static float spread_gain(const struct limiter *l, struct limiter_deck *deck,
			 const struct scratch *s, const float *reduction, int c,
			 float *gain)
{
	const int group = l->group;
	float *last = deck->reduced[c];
	float knots[2 + LIMITER_GROUPS + VEC_FLOATS] = { last[0], last[1] };

	for (int g = 0; g < s->groups; g += VEC_FLOATS)
		vf_store(knots + 2 + g, vf_exp2(-vf_load(reduction + g)));
	memcpy(last, knots + s->groups, sizeof(deck->reduced[c]));
	float least = knots[0];
	for (int g = 0; g <= s->groups + 1; g++) {
		least = knots[g] < least ? knots[g] : least;
		knots[g] *= deck->numbers.gain;
	}
	for (int g = 0; deck->numbers.lifts && g <= s->groups + 1; g++)
		knots[g] *= s->lift[g];
	for (int g = 0; g <= s->groups; g++) {
		const float from = knots[g], step = knots[g + 1] - from;
		for (int k = 0; k < group; k++)
			gain[g * group + k] = from + step * l->ramp[k];
	}
	return least;
}

/* Delayed audio times gain. The clamp never acts but on what rounding adds. */
static void output(const float *delayed, const float *gain, const float *ceiling,
		   float *out, int frames)
{
	_Alignas(64) float y[GRID_FRAMES];

	for (int i = 0; i < frames; i += VEC_FLOATS) {
		const vf gained = vf_load(delayed + i) * vf_load(gain + i);
		const vf top = vf_load(ceiling + i);
		vf_store(y + i, vf_max(vf_min(gained, top), -top));
	}
	memcpy(out, y, (size_t)frames * sizeof(*out));
}

/* The highest point of the output's curve in this piece. */
static float true_peak(struct limiter_channel *ch, struct scratch *s, const float *out,
		       int frames)
{
	truepeak_run(&ch->out, out, s->peak, &s->eighths, frames);
	const float peak = truepeak_refine(&ch->out, &s->eighths, s->peak, frames);
	truepeak_end(&ch->out, &s->eighths, frames);
	return peak;
}

/* Each frame's weight of the deck that comes in, and its ceiling. */
static void fade_run(struct limiter *l, struct scratch *s,
		     const struct limiter_deck *old, const struct limiter_deck *new,
		     bool fading, int frames)
{
	_Alignas(64) float ceiling[GRID_FRAMES];

	for (int i = 0; i < GRID_FRAMES; i++)
		s->ceiling[i] = old->numbers.ceiling;
	if (!fading)
		return;
	for (int i = 0; i < GRID_FRAMES; i++)
		ceiling[i] = new->numbers.ceiling;
	crossfade_run(&l->fade, smooth_frames(l->rate), s->weight, frames);
	crossfade_mix(s->weight, ceiling, s->ceiling, frames);
}

/* Hears the output, and says what came of it. */
static void tell_lift(struct limiter *l, const struct piece *piece)
{
	const struct limiter_numbers *numbers = piece->numbers;

	if (numbers->lifts)
		lift_listen(&l->lift, &l->lift_setup, (const float *const *)piece->out,
			    piece->frames);
	piece->meters[LIMITER_LIFT] = numbers->lifts ? (float)l->lift.db : 0.0f;
	piece->meters[LIMITER_MISSING] = numbers->lifts ? l->lift.missing : 0.0f;
}

static void process(void *state, const struct piece *piece) REALTIME;
static void process(void *state, const struct piece *piece)
{
	struct limiter *l = state;
	const int frames = piece->frames, channels = l->channels;
	const int within = (int)(piece->frame % (uint64_t)l->group);
	struct scratch s;

	s.first = l->group - 1 - within;
	s.groups = (within + frames) / l->group;
	if (!l->warm)
		first_start(l, piece->numbers);
	if (piece->frame % GRID_FRAMES == 0)
		turn(l, piece->numbers, piece->frame);
	const bool fading = l->fade.running;
	struct limiter_deck *old = &l->deck[l->fade.playing];
	struct limiter_deck *new = &l->deck[1 - l->fade.playing];
	fade_run(l, &s, old, new, fading, frames);
	for (int c = 0; c < channels; c++) {
		memcpy(s.in[c], piece->in[c], (size_t)frames * sizeof(float));
		if (l->strict)
			guard_piece(l, &l->channel[c], s.in[c], frames);
		ring_write(l->channel[c].delay, l->ring_frames, l->at, s.in[c], frames);
		levels(l, &s, c, frames);
	}
	deck_reduce(l, old, &s, s.need[0]);
	if (fading)
		deck_reduce(l, new, &s, s.need[1]);
	if (old->numbers.lifts || (fading && new->numbers.lifts))
		lift_knots(&l->lift, (int)(piece->frame % GRID_FRAMES) / l->group,
			   s.groups, l->group, s.lift);
	float least = 1.0f;
	for (int c = 0; c < channels; c++) {
		struct limiter_channel *ch = &l->channel[c];
		float *gain = s.gain[0] + within + 1;
		float least_gain = spread_gain(l, old, &s, s.need[0][c], c, s.gain[0]);
		if (fading) {
			const float other =
				spread_gain(l, new, &s, s.need[1][c], c, s.gain[1]);
			crossfade_mix(s.weight, s.gain[1] + within + 1, gain, frames);
			least_gain += s.weight[frames - 1] * (other - least_gain);
		}
		least = least_gain < least ? least_gain : least;
		ring_read(ch->delay, l->ring_frames, l->at,
			  l->look_frames + TRUEPEAK_DELAY, s.in[c], frames);
		output(s.in[c], gain, s.ceiling, piece->out[c], frames);
		piece->meters[LIMITER_TRUE_PEAK + c] =
			true_peak(ch, &s, piece->out[c], frames);
	}
	piece->meters[LIMITER_GR] = 1.0f / least;
	tell_lift(l, piece);
	l->at = (l->at + frames) % l->ring_frames;
	l->box_at += (uint32_t)s.groups;
}

/* Frames before `at`, cleaned by the guard where the mode wants it, as the detector and
 * the delay would have seen them. `from` is the ring of what came before any guard. */
static void refill_delay(struct limiter *l, struct limiter_channel *ch,
			 const float *from)
{
	const int past = 2 * LIMITER_GUARD_MAX, size = l->ring_frames;
	_Alignas(64) float piece[GRID_FRAMES], peak[GRID_FRAMES];
	struct truepeak_eighths eighths;

	if (l->strict) {
		memcpy(ch->raw, from, (size_t)size * sizeof(*from));
		ring_read(from, size, l->at, size, ch->window, past);
		for (int back = size - past; back > 0; back -= GRID_FRAMES) {
			const int frames = back < GRID_FRAMES ? back : GRID_FRAMES;
			const int at = (l->at + size - back) % size;
			ring_read(from, size, l->at, back, ch->window + past, frames);
			fir_run(l->guard, l->guard_half, ch->window + past, piece,
				frames);
			memmove(ch->window, ch->window + frames,
				(size_t)past * sizeof(*piece));
			ring_write(ch->delay, size, at, piece, frames);
		}
	} else {
		memcpy(ch->delay, from, (size_t)size * sizeof(*from));
	}
	for (int back = 2 * GRID_FRAMES; back > 0; back -= GRID_FRAMES) {
		ring_read(ch->delay, size, l->at, back, piece, GRID_FRAMES);
		truepeak_run_lifted(&ch->in, piece, peak, &eighths, GRID_FRAMES);
		truepeak_end(&ch->in, &eighths, GRID_FRAMES);
	}
	memcpy(ch->peaks, peak + GRID_FRAMES - LIMITER_GROUP_MAX, sizeof(ch->peaks));
}

static void deck_adopt(const struct limiter *l, struct limiter_deck *deck,
		       const struct limiter_deck *old)
{
	struct box box[LIMITER_PAIRS_MAX];

	for (int p = 0; p < LIMITER_PAIRS_MAX; p++)
		box[p] = deck->pair[p].box;
	*deck = *old;
	for (int p = 0; p < LIMITER_PAIRS_MAX; p++)
		deck->pair[p].box = box[p];
	for (int p = 0; p < (l->channels + 1) / BOX_LANES; p++)
		box_adopt(&deck->pair[p].box, &old->pair[p].box, &l->lengths, l->box_at,
			  l->box_mask);
}

/* The other style knows nothing of the lows: they are held from here on. */
static void bass_adopt(struct limiter *l, const struct limiter *old)
{
	for (int k = 1; k <= l->bass_most; k++) {
		const int row = (l->block - k) & (LIMITER_HOLD_MAX - 1);
		for (int c = 0; c < LIMITER_LANES; c++)
			l->bass_blocks[row][c] =
				old->punchy ? old->bass_blocks[row][c] : QUIET;
	}
	memcpy(l->bass_now, old->bass_now, sizeof(l->bass_now));
	memcpy(l->bass, old->bass, (size_t)l->channels * sizeof(*l->bass));
}

/* Any mode takes over from any other: what was heard, what is held and released, and the
 * boxes are filled anew, for their lengths may differ. limiter_all_bytes() counts. */
static void adopt(void *state, const void *old_state) REALTIME;
static void adopt(void *state, const void *old_state)
{
	struct limiter *l = state;
	const struct limiter *old = old_state;

	l->warm = old->warm;
	l->at = old->at;
	l->box_at = old->box_at;
	l->block = old->block;
	l->fade = old->fade;
	l->lift = old->lift;
	memcpy(l->now, old->now, sizeof(l->now));
	for (int k = 1; k <= l->block_most; k++) {
		const int row = (l->block - k) & (LIMITER_HOLD_MAX - 1);
		memcpy(l->blocks[row], old->blocks[row], sizeof(*l->blocks));
	}
	if (l->punchy)
		bass_adopt(l, old);
	for (int c = 0; c < l->channels && limiter_keeps_rings(l); c++) {
		const struct limiter_channel *from = &old->channel[c];
		refill_delay(l, &l->channel[c], old->strict ? from->raw : from->delay);
		truepeak_adopt(&l->channel[c].out, &from->out);
	}
	deck_adopt(l, &l->deck[l->fade.playing], &old->deck[l->fade.playing]);
	if (l->fade.running)
		deck_adopt(l, &l->deck[1 - l->fade.playing],
			   &old->deck[1 - l->fade.playing]);
}

MODULE_KERNEL(limiter) = { .process = process, .adopt = adopt };

/* limiter.c - the true-peak limiter's audio thread part.
 *
 *   in -> gain -> (guard) -+-> delay ------------------------> x --> clamp -> out
 *                          |                                   |
 *                          +-> 8 x peak -> groups -> hold -> release -> boxes -> lines
 *
 * Only the side chain is oversampled; the path stays at the base rate, so that without
 * reduction the output is the delayed input, bit for bit. The hold is longer than half a
 * period of 30 Hz: that, not a slow release, keeps low notes clean.
 */
#include "modules/limiter/limiter.h"

/* Added to what is needed, 0.026 dB: crests between the eight points of a sample are a
 * little higher than the points, and log2, exp2 and the boxes round. */
#define MARGIN_OCTAVES 4.3e-3f
/* Reductions stay below 96 dB, in the boxes' range; the clamp does the rest. */
#define REDUCTION_MAX 15.9f
/* A release ends here, 2e-4 dB from its goal, instead of creeping on for seconds. */
#define RELEASE_END 3e-5

struct scratch {
	_Alignas(64) float in[CHANNELS_MAX][GRID_FRAMES];
	/* Per group that ends in the piece; needs become reductions, then gains. */
	_Alignas(64) float need[CHANNELS_MAX][LIMITER_GROUPS];
	_Alignas(64) float ceiling[GRID_FRAMES], link[GRID_FRAMES];
	_Alignas(64) float gain[GRID_FRAMES + 2 * LIMITER_GROUP_MAX];
	_Alignas(64) float peak[LIMITER_GROUP_MAX + GRID_FRAMES];
	_Alignas(64) struct truepeak_eighths eighths;
	int first;  /* frame in the piece where its first group ends */
	int groups; /* that end in it */
};

static void ring_write(float *ring, int size, int at, const float *from, int frames)
{
	const int head = size - at < frames ? size - at : frames;
	memcpy(ring + at, from, (size_t)head * sizeof *ring);
	memcpy(ring, from + head, (size_t)(frames - head) * sizeof *ring);
}

/* Reads frames that lie `back` before `at`; at most `size` of them. */
static void ring_read(const float *ring, int size, int at, int back, float *to,
		      int frames)
{
	int from = at - back;
	while (from < 0)
		from += size;
	const int head = size - from < frames ? size - from : frames;
	memcpy(to, ring + from, (size_t)head * sizeof *ring);
	memcpy(to + head, ring, (size_t)(frames - head) * sizeof *ring);
}

/* Symmetric FIR; x[0] is the newest frame's place, x[-2 half] the oldest used. */
static void guard_run(const float *taps, int half, const float *x, float *y, int frames)
{
	for (int i = 0; i < frames; i += 2 * VEC_FLOATS) {
		const float *middle = x + i - half;
		vf a = taps[0] * vf_load(middle);
		vf b = taps[0] * vf_load(middle + VEC_FLOATS);
		for (int k = 1; k <= half; k++) {
			const vf tap = vf_all(taps[k]);
			const float *left = middle - k, *right = middle + k;
			a += tap * (vf_load(left) + vf_load(right));
			b += tap *
			     (vf_load(left + VEC_FLOATS) + vf_load(right + VEC_FLOATS));
		}
		vf_store(y + i, a);
		vf_store(y + i + VEC_FLOATS, b);
	}
}

/* Cleans `audio` in place. */
static void guard_piece(struct limiter *l, struct limiter_channel *ch, float *audio,
			int frames)
{
	const size_t past = 2 * LIMITER_GUARD_MAX;
	ring_write(ch->raw, l->ring_frames, l->at, audio, frames);
	memcpy(ch->window + past, audio, (size_t)frames * sizeof *audio);
	guard_run(l->guard, l->guard_half, ch->window + past, audio, frames);
	memmove(ch->window, ch->window + frames, past * sizeof *audio);
}

/* A grid block begins: the ended one's needs join the hold. */
static void hold(struct limiter *l, const struct limiter_numbers *numbers,
		 float ceiling)
{
	float *row = l->blocks[l->block];
	memcpy(row, l->now, sizeof l->now);
	row[LIMITER_CEILING_LANE] = ceiling;
	memset(l->now, 0, sizeof l->now);
	vf held[LIMITER_LANES / VEC_FLOATS];
	for (int v = 0; v < LIMITER_LANES / VEC_FLOATS; v++)
		held[v] = vf_load(row + v * VEC_FLOATS);
	for (int k = 1; k < numbers->hold_blocks; k++) {
		row = l->blocks[(l->block - k) & (LIMITER_HOLD_MAX - 1)];
		for (int v = 0; v < LIMITER_LANES / VEC_FLOATS; v++)
			held[v] = vf_max(held[v], vf_load(row + v * VEC_FLOATS));
	}
	memcpy(l->held, held, sizeof held);
	l->block = (l->block + 1) & (LIMITER_HOLD_MAX - 1);
}

/* Octaves of gain that must go, per channel on its own. */
static void needs(struct limiter *l, struct scratch *s, int c, int frames)
{
	struct limiter_channel *ch = &l->channel[c];
	float *peak = s->peak + LIMITER_GROUP_MAX, *need = s->need[c];
	truepeak_run(&ch->in, s->in[c], peak, &s->eighths, frames);
	truepeak_end(&ch->in, &s->eighths, frames);
	memcpy(s->peak, ch->peaks, sizeof ch->peaks);
	for (int g = 0; g < s->groups; g++) {
		/* A frame's gain acts on both sides of it: one peak more than frames. */
		const float *last = peak + s->first + g * l->group;
		float most = 1e-20f;
		for (int k = 0; k <= l->group; k++)
			most = last[-k] > most ? last[-k] : most;
		need[g] = most;
	}
	memcpy(ch->peaks, s->peak + frames, sizeof ch->peaks);
	for (int g = 0; g < s->groups; g += VEC_FLOATS) {
		const vf level = vf_log2(vf_load(need + g));
		const vf over = level - vf_load(s->ceiling + g) + MARGIN_OCTAVES;
		vf_store(need + g,
			 vf_min(vf_max(over, vf_all(0)), vf_all(REDUCTION_MAX)));
	}
}

/* Moves every channel's need towards the largest. */
static void link_needs(const struct limiter *l, struct scratch *s)
{
	for (int i = 0; i < s->groups; i += VEC_FLOATS) {
		vf most = vf_load(s->need[0] + i);
		for (int c = 1; c < l->channels; c++)
			most = vf_max(most, vf_load(s->need[c] + i));
		const vf apart = 1.0f - vf_load(s->link + i);
		for (int c = 0; c < l->channels; c++) {
			const vf own = vf_load(s->need[c] + i);
			vf_store(s->need[c] + i, most - apart * (most - own));
		}
	}
}

static box_doubles lanes_max(box_doubles a, box_doubles b)
{
#if defined(__x86_64__)
	return (box_doubles)_mm_max_pd((__m128d)a, (__m128d)b);
#elif defined(__ARM_NEON)
	return (box_doubles)vmaxq_f64((float64x2_t)a, (float64x2_t)b);
#else
	return (box_doubles) { a[0] > b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1] };
#endif
}

static box_doubles lanes_min(box_doubles a, box_doubles b)
{
#if defined(__x86_64__)
	return (box_doubles)_mm_min_pd((__m128d)a, (__m128d)b);
#elif defined(__ARM_NEON)
	return (box_doubles)vminq_f64((float64x2_t)a, (float64x2_t)b);
#else
	return (box_doubles) { a[0] < b[0] ? a[0] : b[0], a[1] < b[1] ? a[1] : b[1] };
#endif
}

static box_doubles lanes_of(float left, float right)
{
	return (box_doubles) { (double)left, (double)right };
}

static box_doubles lanes_load(const double from[BOX_LANES])
{
	return (box_doubles) { from[0], from[1] };
}

/* Needs -> reductions, in place. Two followers fall under what is held: a fast one for
 * lone peaks, and a slow one that only lasting reduction can fill, through two poles. */
static void reduce_pair(struct limiter *l, const struct limiter_numbers *numbers,
			int first, float *left, float *right, int groups)
{
	const double keep_fast = numbers->keep_fast, give_fast = 1.0 - keep_fast;
	const double keep_slow = numbers->keep_slow, keep_fill = numbers->keep_fill;
	const double give_fill = 1.0 - keep_fill;
	const box_doubles magic = (box_doubles) { 0x1p52, 0x1p52 };
	const struct box_lengths lengths = l->lengths;
	const uint32_t mask = l->box_mask, at = l->box_at;
	struct limiter_pair *pair = &l->pair[first / BOX_LANES];
	float *now_held = l->now + first;
	const box_doubles held = lanes_of(l->held[first], l->held[first + 1]);
	struct box box = pair->box;
	box_doubles now = lanes_of(now_held[0], now_held[1]);
	box_doubles fast = lanes_load(pair->fast), filled = lanes_load(pair->filled),
		    above = lanes_load(pair->above);
	for (int i = 0; i < groups; i++) {
		now = lanes_max(now, lanes_of(left[i], right[i]));
		const box_doubles need = lanes_max(now, held);
		fast = lanes_max(need, fast * keep_fast + need * give_fast);
		const box_doubles before = filled;
		filled = filled * keep_fill + need * give_fill;
		/* keep_slow <= keep_fill: the slow one falls by the first to what is
		 * filled, and is filled by the second. */
		above += before - filled;
		above = lanes_min(above * keep_slow, above * keep_fill);
		const box_doubles slower = lanes_max(fast, filled + above);
		const box_lanes going = (box_lanes)(slower > RELEASE_END);
		const box_doubles out =
			lanes_max(need, (box_doubles)((box_lanes)slower & going));
		const box_lanes sum =
			box_step(&box, &lengths, at + (uint32_t)i, mask, box_in(out));
		const box_doubles reduction =
			((box_doubles)(sum + (box_lanes)magic) - magic) * lengths.scale;
		left[i] = (float)reduction[0];
		right[i] = (float)reduction[1];
	}
	pair->box = box;
	for (int lane = 0; lane < BOX_LANES; lane++) {
		now_held[lane] = (float)now[lane];
		pair->fast[lane] = fast[lane];
		pair->filled[lane] = filled[lane];
		pair->above[lane] = above[lane];
	}
}

/* Reductions of groups -> gains of frames, in straight lines; returns the least. A group's gain sets out
 * where the group ends and is reached as the next one ends, less a frame. s->gain starts
 * at the first group that has a frame in the piece. */
static float spread_gain(struct limiter *l, struct scratch *s, int c)
{
	struct limiter_channel *ch = &l->channel[c];
	const int group = l->group;
	float knots[2 + LIMITER_GROUPS + VEC_FLOATS] = { ch->gain[0], ch->gain[1] };
	for (int g = 0; g < s->groups; g += VEC_FLOATS)
		vf_store(knots + 2 + g, vf_exp2(-vf_load(s->need[c] + g)));
	float least = knots[0];
	for (int g = 0; g <= s->groups; g++) {
		const float from = knots[g], step = knots[g + 1] - from;
		least = fminf(least, knots[g + 1]);
		float *gain = s->gain + g * group;
		for (int k = 0; k < group; k++)
			gain[k] = from + step * l->ramp[k];
	}
	memcpy(ch->gain, knots + s->groups, sizeof ch->gain);
	return least;
}

/* Delayed audio times gain. The clamp never acts but on what rounding adds. */
static void output(const float *delayed, const float *gain, float ceiling, float *out,
		   int frames)
{
	_Alignas(64) float y[GRID_FRAMES];
	const vf top = vf_all(ceiling);
	for (int i = 0; i < frames; i += VEC_FLOATS) {
		const vf gained = vf_load(delayed + i) * vf_load(gain + i);
		vf_store(y + i, vf_max(vf_min(gained, top), -top));
	}
	memcpy(out, y, (size_t)frames * sizeof *out);
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

/* On a grid line the value aims at `target`. */
static void glide_one(struct smooth *value, double target, bool grid_line, int length,
		      float *out, int frames)
{
	if (grid_line)
		smooth_aim(value, target, length);
	if (!value->moving) {
		for (int i = 0; i < frames; i++)
			out[i] = (float)value->settled;
		return;
	}
	double exact[GRID_FRAMES];
	smooth_run(value, length, exact, frames);
	for (int i = 0; i < frames; i++)
		out[i] = (float)exact[i];
}

static void glide(struct limiter *l, struct scratch *s,
		  const struct limiter_numbers *numbers, bool grid_line, float *gain,
		  int frames)
{
	const double ceiling = (double)numbers->ceiling_octaves;
	const int length = smooth_frames(l->rate);
	if (!l->warm) {
		smooth_jump(&l->gain, (double)numbers->gain);
		smooth_jump(&l->ceiling, ceiling);
		smooth_jump(&l->link, (double)numbers->link);
		for (int k = 0; k < LIMITER_HOLD_MAX; k++)
			l->blocks[k][LIMITER_CEILING_LANE] = numbers->ceiling_octaves;
		l->warm = true;
	}
	glide_one(&l->gain, (double)numbers->gain, grid_line, length, gain, frames);
	glide_one(&l->ceiling, ceiling, grid_line, length, s->ceiling, frames);
	glide_one(&l->link, (double)numbers->link, grid_line, length, s->link, frames);
	if (grid_line)
		hold(l, numbers, s->ceiling[0]);
	for (int g = 0; g < s->groups; g++) {
		s->ceiling[g] = s->ceiling[s->first + g * l->group];
		s->link[g] = s->link[s->first + g * l->group];
	}
}

/* Highest sample allowed: where the ceiling comes down, what waits obeys the old one. */
static float clamp_level(const struct limiter *l, const struct limiter_numbers *numbers)
{
	const float before = l->held[LIMITER_CEILING_LANE];
	if (before > numbers->ceiling_octaves)
		return vf_exp2(vf_all(before))[0];
	return numbers->ceiling;
}

static void process(void *state, const struct piece *piece) REALTIME;
static void process(void *state, const struct piece *piece)
{
	struct limiter *l = state;
	const struct limiter_numbers *numbers = piece->numbers;
	const int frames = piece->frames, channels = l->channels;
	const int within = (int)(piece->frame % (uint64_t)l->group);
	struct scratch s;
	_Alignas(64) float gain[GRID_FRAMES];

	s.first = l->group - 1 - within;
	s.groups = (within + frames) / l->group;
	glide(l, &s, numbers, piece->frame % GRID_FRAMES == 0, gain, frames);
	for (int c = 0; c < channels; c++) {
		for (int i = 0; i < frames; i++)
			s.in[c][i] = piece->in[c][i] * gain[i];
		if (l->strict)
			guard_piece(l, &l->channel[c], s.in[c], frames);
		ring_write(l->channel[c].delay, l->ring_frames, l->at, s.in[c], frames);
		needs(l, &s, c, frames);
	}
	if (channels % BOX_LANES)
		memset(s.need[channels], 0, sizeof s.need[channels]);
	link_needs(l, &s);
	for (int c = 0; c < channels; c += BOX_LANES)
		reduce_pair(l, numbers, c, s.need[c], s.need[c + 1], s.groups);
	const float ceiling = clamp_level(l, numbers);
	float least = 1.0f;
	for (int c = 0; c < channels; c++) {
		struct limiter_channel *ch = &l->channel[c];
		least = fminf(least, spread_gain(l, &s, c));
		ring_read(ch->delay, l->ring_frames, l->at,
			  l->look_frames + TRUEPEAK_DELAY, s.in[c], frames);
		output(s.in[c], s.gain + within + 1, ceiling, piece->out[c], frames);
		piece->meters[LIMITER_TRUE_PEAK + c] =
			true_peak(ch, &s, piece->out[c], frames);
	}
	piece->meters[LIMITER_GR] = least;
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
		memcpy(ch->raw, from, (size_t)size * sizeof *from);
		ring_read(from, size, l->at, size, ch->window, past);
		for (int back = size - past; back > 0; back -= GRID_FRAMES) {
			const int frames = back < GRID_FRAMES ? back : GRID_FRAMES;
			const int at = (l->at + size - back) % size;
			ring_read(from, size, l->at, back, ch->window + past, frames);
			guard_run(l->guard, l->guard_half, ch->window + past, piece,
				  frames);
			memmove(ch->window, ch->window + frames,
				(size_t)past * sizeof *piece);
			ring_write(ch->delay, size, at, piece, frames);
		}
	} else {
		memcpy(ch->delay, from, (size_t)size * sizeof *from);
	}
	for (int back = 2 * GRID_FRAMES; back > 0; back -= GRID_FRAMES) {
		ring_read(ch->delay, size, l->at, back, piece, GRID_FRAMES);
		truepeak_run(&ch->in, piece, peak, &eighths, GRID_FRAMES);
		truepeak_end(&ch->in, &eighths, GRID_FRAMES);
	}
	memcpy(ch->peaks, peak + GRID_FRAMES - LIMITER_GROUP_MAX, sizeof ch->peaks);
}

/* Any mode takes over from any other: what was heard, what is held and released, and the
 * boxes are filled anew, for their lengths may differ. */
static void adopt(void *state, const void *old_state) REALTIME;
static void adopt(void *state, const void *old_state)
{
	struct limiter *l = state;
	const struct limiter *old = old_state;
	l->warm = old->warm;
	l->at = old->at;
	l->box_at = old->box_at;
	l->gain = old->gain;
	l->ceiling = old->ceiling;
	l->link = old->link;
	l->block = old->block;
	memcpy(l->now, old->now, sizeof l->now);
	memcpy(l->held, old->held, sizeof l->held);
	memcpy(l->blocks, old->blocks, sizeof l->blocks);
	for (int c = 0; c < l->channels; c++) {
		const struct limiter_channel *from = &old->channel[c];
		refill_delay(l, &l->channel[c], old->strict ? from->raw : from->delay);
		l->channel[c].out = from->out;
		memcpy(l->channel[c].gain, from->gain, sizeof from->gain);
	}
	for (int p = 0; p < (l->channels + 1) / BOX_LANES; p++) {
		struct limiter_pair *pair = &l->pair[p];
		const struct box box = pair->box;
		*pair = old->pair[p];
		pair->box = box;
		memcpy(box.past[0], old->pair[p].box.past[0],
		       (l->box_mask + 1) * sizeof *box.past[0]);
		box_refill(&pair->box, &l->lengths, l->box_at, l->box_mask);
	}
}

MODULE_KERNEL(limiter) = { .process = process, .adopt = adopt };

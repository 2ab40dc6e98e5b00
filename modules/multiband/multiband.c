/* multiband.c - the multiband compressor's audio part. Run by the audio thread;
 * arithmetic only.
 *
 *   in -> crossover -> envelope of each band -> loudest channel -> curve -> ballistics
 *           |                                                                  |
 *           '------------------- bands x gains, summed <-----------------------'
 *   in -------------------- or: shelves between the gains <--------------------'
 *   in -> delay ----- or: + linear-phase bands x (gain - 1) <------------------'
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <string.h>

#include "dsp/db.h"
#include "dsp/smooth.h"
#include "modules/multiband/linear.h"
#include "modules/multiband/transparent.h"

/* The loudest of all channels, never below the sample itself. */
static inline __attribute__((always_inline)) void
power_link_as(struct work *w, const int channels, const int lanes)
{
	const float *band = w->band + w->stride;

	for (int n = 0; n < w->frames; n++)
		for (int lane = 0; lane < lanes; lane += 4) {
			quad most = { 0 };
			for (int c = 0; c < channels; c++) {
				const int at = n * w->stride + c * lanes + lane;
				const quad x = quad_load(band + at);
				most = quad_max(most, x * x);
				most = quad_max(most, quad_load(w->power + at));
			}
			quad_store(w->gain + n * lanes + lane, most);
		}
}

static void power_link(const struct multiband_state *s, struct work *w)
{
	if (s->channels == 2 && w->lanes == 4)
		power_link_as(w, 2, 4);
	else
		power_link_as(w, s->channels, w->lanes);
}

/* The lane's number in every element of a vector; lanes divide or fill it. */
static vf spread(const float *number, int lanes, int first)
{
	float places[VEC_FLOATS];

	for (int k = 0; k < VEC_FLOATS; k++)
		places[k] = number[(first + k) % lanes];
	return vf_load(places);
}

/* gain[]: from powers to target reductions. */
static void curves_run(const struct multiband_numbers *n, struct work *w)
{
	const int count = w->frames * w->lanes;
	const int period = w->lanes > VEC_FLOATS ? w->lanes : VEC_FLOATS;

	for (int first = 0; first < period; first += VEC_FLOATS) {
		const vf threshold = spread(n->threshold, w->lanes, first);
		const vf slope = spread(n->slope, w->lanes, first);
		const vf knee = spread(n->knee, w->lanes, first);
		const vf range = spread(n->range, w->lanes, first);
		for (int i = first; i < count; i += period) {
			const vf power =
				vf_max(vf_load(w->gain + i), vf_all(GAIN_POWER_FLOOR));
			const vf level = 0.5f * vf_log2(power);
			vf_store(w->gain + i, gain_curve_ranged(level, threshold, slope,
								knee, range));
		}
	}
}

static void reductions_peak(struct work *w)
{
	for (int lane = 0; lane < w->lanes; lane += 4) {
		quad most = quad_load(w->most + lane);
		for (int n = 0; n < w->frames; n++)
			most = quad_max(most, quad_load(w->gain + n * w->lanes + lane));
		quad_store(w->most + lane, most);
	}
}

static double level_of(float power)
{
	const vf level = 0.5f * vf_log2(vf_all(fmaxf(power, GAIN_POWER_FLOOR)));

	return (double)level[0];
}

static double asked(const struct multiband_numbers *n, int lane, double level)
{
	const struct gain_shape shape = { (double)n->threshold[lane],
					  (double)n->slope[lane],
					  (double)n->knee[lane] };
	const double range = (double)n->range[lane];
	const double reduction = gain_curve_at(&shape, level);

	return reduction < range ? reduction : range;
}

/* The distance of a voice's reduction from its target. */
static void reductions_keep(struct multiband_state *s,
			    const struct multiband_voice *voice)
{
	s->carried_bands = voice->numbers.bands;
	for (int lane = 0; lane < voice->numbers.bands; lane++)
		s->carried[lane] =
			voice->reduction[lane] -
			asked(&voice->numbers, lane, level_of(voice->power[lane]));
}

/* A voice that becomes audible starts as if it had always run: with the same distance
 * from its target as the previous one. */
static void reductions_carry(const struct multiband_state *s,
			     struct multiband_voice *voice)
{
	const struct multiband_numbers *n = &voice->numbers;

	for (int lane = 0; lane < n->bands; lane++) {
		const double more = s->carried_bands == n->bands ? s->carried[lane] : 0;
		const double now = asked(n, lane, level_of(voice->power[lane]));
		voice->reduction[lane] = ballistics_max(0, now + more);
	}
}

/* In a new plan: bands with the same filters continue their reductions once these have
 * filled; other bands, once they have settled, at the same distance from the curve. */
static void reductions_warm(const struct multiband_state *s,
			    struct multiband_voice *voice)
{
	const int full = multiband_cold(s->rate) - multiband_fill(s->rate);

	if (s->kept && s->cold == full)
		memcpy(voice->reduction, s->carried, sizeof(s->carried));
	else if (!s->kept && s->cold == GRID_FRAMES)
		reductions_carry(s, voice);
}

/* ---- the bands ------------------------------------------------------------------- */

static void split_run(struct multiband_state *s, struct multiband_voice *voice,
		      struct work *w)
{
	float *band = w->band + w->stride;

	if (voice->numbers.mode != MULTIBAND_LINEAR) {
		crossover_run(&voice->numbers.crossover, voice->crossover, s->channels,
			      w->piece->in, band, w->lanes, w->stride, w->frames);
		return;
	}
	if (w->bands < w->lanes)
		memset(band, 0, (size_t)(w->frames * w->stride) * sizeof(*band));
	for (int pair = 0; pair < (s->channels + 1) / 2; pair++)
		lowpasses_run(s, voice, w, pair);
}

/* gain[]: becomes the reduction of each band, frame by frame. */
static void reductions_run(struct multiband_state *s, struct multiband_voice *voice,
			   struct work *w)
{
	float *band = w->band + w->stride;

	split_run(s, voice, w);
	quadrature_lanes_power(&s->quadrature, &voice->envelope, w->piece->frame, band,
			       w->power, w->lanes * s->channels, w->stride, w->frames);
	power_link(s, w);
	memcpy(voice->power, w->gain, (size_t)w->lanes * sizeof(*voice->power));
	if (s->changing && s->age == s->warm && voice == s->next)
		reductions_carry(s, voice);
	else if (s->changing && s->age == s->warm)
		reductions_keep(s, voice);
	if (s->cold > 0 && voice == s->voice && w->starts)
		reductions_warm(s, voice);
	curves_run(&voice->numbers, w);
	ballistics_lanes(voice->numbers.attack, voice->numbers.release,
			 voice->reduction, w->gain, w->lanes, w->lanes, w->frames);
	reductions_peak(w);
}

/* ---- Linkwitz-Riley: the bands themselves, each with its gain -------------------- */

static void bands_sum(const struct multiband_numbers *n, const struct work *w,
		      int channel, float *out)
{
	const float *band = w->band + w->stride;
	const int own = channel * w->lanes, other = (1 - channel) * w->lanes;

	for (int i = 0; i < w->frames; i++) {
		quad sum = { 0 };
		for (int lane = 0; lane < w->lanes; lane += 4) {
			const float *row = band + i * w->stride + lane;
			const quad gain = quad_load(w->gain + i * w->lanes + lane);
			quad x = quad_load(row + own) * quad_load(n->straight + lane);
			if (n->wide) {
				const quad far = quad_load(row + other);
				x = far * quad_load(n->across + lane) + x;
			}
			sum = x * gain + sum;
		}
		out[i] = quad_sum(sum);
	}
}

/* The same for up to four bands with unchanged width, four frames at a time; it may
 * write beyond the last frame. */
static void bands_sum_plain(const struct multiband_numbers *n, const struct work *w,
			    int channel, float *out)
{
	const float *band = w->band + w->stride + channel * 4;

	const quad straight = quad_load(n->straight);

	for (int i = 0; i < w->frames; i += 4) {
		quad x[4];
#pragma GCC unroll 4
		for (int k = 0; k < 4; k++) {
			x[k] = quad_load(band + (i + k) * w->stride) * straight;
			x[k] *= quad_load(w->gain + (i + k) * 4);
		}
		quad_store(out + i, quad_sums(x[0], x[1], x[2], x[3]));
	}
}

static void bands_run(const struct multiband_state *s, struct multiband_voice *voice,
		      struct work *w, channel_row *out)
{
	gains_run(w);
	for (int c = 0; c < s->channels; c++)
		if (w->lanes == 4 && !voice->numbers.wide)
			bands_sum_plain(&voice->numbers, w, c, out[c]);
		else
			bands_sum(&voice->numbers, w, c, out[c]);
}

static void voice_run(struct multiband_state *s, struct multiband_voice *voice,
		      struct work *w, channel_row *out)
{
	w->bands = voice->numbers.bands;
	w->lanes = w->bands <= 4 ? 4 : LANES_MAX;
	w->stride = (w->lanes * s->channels + 15) / 16 * 16;
	reductions_run(s, voice, w);
	if (voice->numbers.mode == MULTIBAND_LINEAR)
		linear_run(s, voice, w, out);
	else if (voice->numbers.mode == MULTIBAND_TRANSPARENT && !voice->numbers.apart)
		transparent_run(s, voice, w, out);
	else
		bands_run(s, voice, w, out);
}

/* ---- from one set of values to the next ------------------------------------------ */

static bool values_differ(const float *a, const float *b, int count)
{
	int differ = 0;

	for (int i = 0; i < count; i++)
		differ += a[i] != b[i];
	return differ > 0;
}

static void voice_values(struct multiband_voice *voice, const struct piece *piece)
{
	memcpy(voice->values, piece->values, sizeof(voice->values));
	memcpy(&voice->numbers, piece->numbers, sizeof(voice->numbers));
}

static void voice_copy(const struct multiband_state *s, struct multiband_voice *to,
		       const struct multiband_voice *from)
{
	const size_t channels = (size_t)s->channels;

	memcpy(to->reduction, from->reduction, sizeof(to->reduction));
	memcpy(to->crossover, from->crossover, channels * sizeof(*to->crossover));
	memcpy(to->shelves, from->shelves, (channels + 1) / 2 * sizeof(*to->shelves));
	to->envelope = from->envelope;
}

/* The next voice starts from the present one's memory; filters that differ settle
 * silently. */
static void change_start(struct multiband_state *s, const struct piece *piece)
{
	const struct multiband_voice *voice = s->voice;
	struct multiband_voice *next = s->next;

	voice_copy(s, next, voice);
	voice_values(next, piece);
	for (int c = 0; c < s->channels; c++)
		crossover_carry(&voice->numbers.crossover, &next->numbers.crossover,
				&next->crossover[c]);
	for (int pair = 0; pair < CHANNELS_MAX / 2; pair++)
		for (int split = 0; split < SPLITS_MAX; split++)
			lowpass_empty(&next->lowpass[pair][split]);
	/* Mode, bands and crossovers are the first values. */
	const bool moved = values_differ(voice->values, piece->values, MULTIBAND_BAND);
	const int settle = multiband_fill(s->rate);
	const bool filled = next->numbers.mode != MULTIBAND_TRANSPARENT &&
			    next->numbers.mode != MULTIBAND_LINEAR;
	s->warm = moved || !filled ? settle : 0;
	s->changing = true;
	s->age = 0;
}

/* Then a raised-cosine fade from the old sound to the new one. */
static void change_run(struct multiband_state *s, struct work *w, channel_row *out)
{
	const int length = smooth_frames(s->rate);

	channel_row next[CHANNELS_MAX];

	voice_run(s, s->next, w, next);
	for (int i = 0; i < w->frames; i++) {
		const int at = s->age + i - s->warm;
		if (at <= 0)
			continue;
		const float left =
			at < length ? (float)(1 - smooth_shape((double)at / length))
				    : 0;
		for (int c = 0; c < s->channels; c++)
			out[c][i] = next[c][i] + left * (out[c][i] - next[c][i]);
	}
	s->age += w->frames;
	if (s->age >= s->warm + length) {
		struct multiband_voice *old = s->voice;
		s->voice = s->next;
		s->next = old;
		s->changing = false;
	}
}

static void multiband_process(void *state, const struct piece *piece) REALTIME
{
	struct multiband_state *s = state;
	struct work w;

	channel_row out[CHANNELS_MAX];

	w.piece = piece;
	w.frames = piece->frames;
	memset(w.most, 0, sizeof(w.most));
	w.starts = piece->frame % GRID_FRAMES == 0;
	if (!s->started)
		voice_values(s->voice, piece);
	s->started = true;
	if (s->mode == MULTIBAND_LINEAR)
		past_keep(s, piece);
	if (!s->changing && s->cold == 0 && piece->frame % GRID_FRAMES == 0 &&
	    values_differ(s->voice->values, piece->values, MULTIBAND_VALUES))
		change_start(s, piece);
	voice_run(s, s->voice, &w, out);
	if (s->changing)
		change_run(s, &w, out);
	for (int c = 0; c < s->channels; c++)
		memcpy(piece->out[c], out[c], (size_t)w.frames * sizeof(float));
	for (int b = 0; b < BANDS_MAX; b++)
		piece->meters[b] = w.most[b] * (float)DB_PER_OCTAVE;
	s->cold = s->cold > w.frames ? s->cold - w.frames : 0;
}

_Static_assert(2 * offsetof(struct multiband_voice, power) <= ADOPT_BYTES_MAX,
	       "adopt() copies that much of two voices");

static void multiband_adopt(void *state, const void *from) REALTIME
{
	struct multiband_state *s = state;
	const struct multiband_state *old = from;

	if (!old->started)
		return;
	if (s->mode == MULTIBAND_LINEAR || s->mode != old->mode) {
		/* Different filters, or too much memory: they fill again, silently. */
		s->kept = s->mode == old->mode;
		if (s->kept)
			memcpy(s->carried, old->voice->reduction, sizeof(s->carried));
		else
			reductions_keep(s, old->voice);
		s->cold = multiband_cold(s->rate);
		return;
	}
	voice_copy(s, s->voice, old->voice);
	memcpy(s->voice->values, old->voice->values, sizeof(s->voice->values));
	s->voice->numbers = old->voice->numbers;
	if (old->changing) {
		voice_copy(s, s->next, old->next);
		memcpy(s->next->values, old->next->values, sizeof(s->next->values));
		s->next->numbers = old->next->numbers;
	}
	s->changing = old->changing;
	s->age = old->age;
	s->cold = old->cold;
	s->warm = old->warm;
	s->started = true;
}

MODULE_KERNEL(multiband) = { multiband_process, multiband_adopt };

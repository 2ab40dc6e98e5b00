/* comp.c - the glue compressor's audio part. Run by the audio thread; arithmetic only.
 *
 *   key or in -> high-pass -> envelope -> log2 -> link -> curve -> ballistics -.
 *   in ------------------> look-ahead ---------------------------------> x ----+-> out
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/db.h"
#include "dsp/smooth.h"
#include "modules/comp/comp.h"

typedef double pair __attribute__((vector_size(16)));
typedef float row[GRID_FRAMES] __attribute__((aligned(64)));

/* The work space of one call, on the stack. */
struct work {
	const struct piece *piece;
	int frames, rounded; /* rounded: up to whole vectors */
	row power[CHANNELS_MAX];
	row gain[CHANNELS_MAX], next[CHANNELS_MAX]; /* of the two voices */
};

/* Butterworth sections, transposed form II, two channels at a time. The coefficients
 * approach the designed ones by a step each grid line: a moving corner is inaudible,
 * because attack and release smooth the gain. */
static void highpass_aim(struct comp_state *s, const struct piece *piece)
{
	const struct comp_numbers *n = piece->numbers;

	if (s->highpass_ready && piece->frame % GRID_FRAMES)
		return;
	const double share = s->highpass_ready ? 0.125 : 1;
	s->highpass_ready = true;
	for (int k = 0; k < s->highpass_sections; k++)
		for (int i = 0; i < 5; i++)
			s->highpass[k][i] +=
				(n->highpass[k][i] - s->highpass[k][i]) * share;
}

static void highpass_run(struct comp_state *s, const float *const *in, int first,
			 int frames, row *out)
{
	const int other = first + 1 < s->channels ? first + 1 : first;

	pair p[2], q[2];

	for (int k = 0; k < s->highpass_sections; k++) {
		p[k] = (pair) { s->highpass_memory[first][k][0],
				s->highpass_memory[other][k][0] };
		q[k] = (pair) { s->highpass_memory[first][k][1],
				s->highpass_memory[other][k][1] };
	}
	for (int i = 0; i < frames; i++) {
		pair x = { (double)in[first][i], (double)in[other][i] };
		for (int k = 0; k < s->highpass_sections; k++) {
			const double *c = s->highpass[k];
			const pair y = c[0] * x + p[k];
			const pair early = c[1] * x + q[k];
			const pair late = c[2] * x;
			p[k] = early - c[3] * y;
			q[k] = late - c[4] * y;
			x = y;
		}
		out[first][i] = (float)x[0];
		out[other][i] = (float)x[1];
	}
	for (int k = 0; k < s->highpass_sections; k++) {
		s->highpass_memory[first][k][0] = p[k][0];
		s->highpass_memory[first][k][1] = q[k][0];
		s->highpass_memory[other][k][0] = p[k][1];
		s->highpass_memory[other][k][1] = q[k][1];
	}
}

/* From the squared envelope to the detector's output. Peak: never below the sample
 * itself, so that attacks start at once. */
static void detector_run(struct comp_state *s, struct work *w, int channel,
			 const float *in)
{
	const struct comp_numbers *n = w->piece->numbers;
	float *power = w->power[channel];

	if (s->detector == COMP_PEAK) {
		for (int i = 0; i < w->rounded; i += VEC_FLOATS) {
			const vf x = vf_load(in + i);
			vf_store(power + i, vf_max(vf_load(power + i), x * x));
		}
		s->average[channel] = power[w->frames - 1];
		return;
	}
	const float share = n->average;
	const float keep = 1 - share;
	float mean = s->average[channel];
	for (int i = 0; i < w->frames; i++) {
		const float part = share * power[i];
		mean = keep * mean + part;
		power[i] = mean;
	}
	s->average[channel] = mean;
}

static void detect(struct comp_state *s, struct work *w)
{
	const struct piece *piece = w->piece;
	const float *const *key = piece->side[0] ? piece->side[0] : piece->in;
	const float *in[CHANNELS_MAX];

	row filtered[CHANNELS_MAX];

	for (int c = 0; c < s->channels; c++)
		in[c] = key[c];
	if (s->highpass_sections) {
		highpass_aim(s, piece);
		for (int c = 0; c < s->channels; c += 2)
			highpass_run(s, key, c, w->frames, filtered);
		for (int c = 0; c < s->channels; c++)
			in[c] = filtered[c];
	}
	for (int c = 0; c < s->channels; c += 2) {
		float *const power[2] = { w->power[c], w->power[c | 1] };
		if (c + 1 < s->channels)
			quadrature_power_pair(&s->quadrature, &s->envelope[c],
					      piece->frame, in + c, power, w->frames);
		else
			quadrature_power(&s->quadrature, &s->envelope[c], piece->frame,
					 in[c], power[0], w->frames);
	}
	for (int c = 0; c < s->channels; c++)
		detector_run(s, w, c, in[c]);
}

/* ---- one voice: powers -> levels -> reductions -> gains -------------------------- */

static struct gain_shape shape_of(const struct comp_numbers *n)
{
	return (struct gain_shape) { (double)n->threshold, (double)n->slope,
				     (double)n->knee };
}

static bool is_linked(const struct comp_voice *voice)
{
	return voice->numbers.link == 1.0f;
}

/* In log2 units. Each channel's level moves towards the loudest by the share `link`;
 * when fully linked, all have one level. */
static void levels_run(const struct comp_state *s, const struct work *w,
		       const struct comp_voice *voice, row *level)
{
	const bool linked = is_linked(voice);

	for (int i = 0; i < w->rounded; i += VEC_FLOATS) {
		vf loudest = vf_all(GAIN_POWER_FLOOR);
		for (int c = 0; c < s->channels; c++)
			loudest = vf_max(loudest, vf_load(w->power[c] + i));
		loudest = 0.5f * vf_log2(loudest);
		if (linked) {
			vf_store(level[0] + i, loudest);
			continue;
		}
		for (int c = 0; c < s->channels; c++) {
			const vf power = vf_max(vf_load(w->power[c] + i),
						vf_all(GAIN_POWER_FLOOR));
			const vf own = 0.5f * vf_log2(power);
			vf_store(level[c] + i,
				 own + voice->numbers.link * (loudest - own));
		}
	}
}

static void forward_run(const struct work *w, struct comp_voice *voice, int lane,
			float *level)
{
	const struct comp_numbers *n = &voice->numbers;
	const vf threshold = vf_all(n->threshold), slope = vf_all(n->slope);
	const vf knee = vf_all(n->knee);

	for (int i = 0; i < w->rounded; i += VEC_FLOATS)
		vf_store(level + i,
			 gain_curve(vf_load(level + i), threshold, slope, knee));
	if (n->automatic)
		ballistics_auto(n->fast, n->slow, &voice->reduction[lane],
				&voice->lasting[lane], level, level, w->frames);
	else
		ballistics_run(n->fast, &voice->reduction[lane], level, level,
			       w->frames);
}

/* Computes the reduction from the level after the reduction, frame by frame. */
static void feedback_run(const struct work *w, struct comp_voice *voice, int lane,
			 float *level)
{
	const struct comp_numbers *n = &voice->numbers;
	const struct gain_shape shape = shape_of(n);
	double e = voice->reduction[lane], lasting = voice->lasting[lane];

	for (int i = 0; i < w->frames; i++) {
		const double target = gain_curve_after(&shape, (double)level[i] - e);
		if (n->automatic)
			ballistics_auto_step(n->fast, n->slow, target, &e, &lasting);
		else
			e += (target - e) *
			     (target > e ? n->fast.attack : n->fast.release);
		level[i] = (float)e;
	}
	voice->reduction[lane] = e;
	voice->lasting[lane] = lasting;
}

/* Reductions to gains, in place; returns the largest reduction in dB. */
static float gains_run(const struct work *w, const struct comp_numbers *n, float *gain)
{
	const bool plain = n->makeup == 1.0f && n->mix == 1.0f;
	vf most = { 0 };

	for (int i = w->frames; i < w->rounded; i++)
		gain[i] = 0;
	for (int i = 0; i < w->rounded; i += VEC_FLOATS) {
		const vf reduction = vf_load(gain + i);
		vf g = gain_of(reduction);
		most = vf_max(most, reduction);
		if (!plain) {
			const vf wet = g * n->makeup - 1.0f;
			g = wet * n->mix + 1.0f;
		}
		vf_store(gain + i, g);
	}
	return vf_peak(most) * (float)DB_PER_OCTAVE;
}

/* Fills gain[]: `each`: one for every channel, else one for all linked channels. */
static float voice_run(const struct comp_state *s, const struct work *w,
		       struct comp_voice *voice, bool each, row *gain)
{
	const int lanes = is_linked(voice) ? 1 : s->channels;
	float most = 0;

	levels_run(s, w, voice, gain);
	for (int lane = 0; lane < lanes; lane++) {
		if (s->topology == COMP_FEEDBACK)
			feedback_run(w, voice, lane, gain[lane]);
		else
			forward_run(w, voice, lane, gain[lane]);
		most = fmaxf(most, gains_run(w, &voice->numbers, gain[lane]));
	}
	for (int c = lanes; c < s->channels; c++) {
		voice->reduction[c] = voice->reduction[0];
		voice->lasting[c] = voice->lasting[0];
		if (each)
			memcpy(gain[c], gain[0], sizeof(row));
	}
	return most;
}

/* ---- from one set of values to the next ------------------------------------------ */

static double power_level(float power)
{
	const vf level = 0.5f * vf_log2(vf_all(fmaxf(power, GAIN_POWER_FLOOR)));

	return (double)level[0];
}

static bool numbers_differ(const struct comp_numbers *a, const struct comp_numbers *b)
{
	uint64_t differ = 0, x, y;

	for (size_t at = 0; at < sizeof(*a); at += sizeof(x)) {
		memcpy(&x, (const char *)a + at, sizeof(x));
		memcpy(&y, (const char *)b + at, sizeof(y));
		differ |= x ^ y;
	}
	return differ != 0;
}

/* The level that a voice with this link detects in each channel. */
static void levels_at(const struct comp_state *s, const float *power, float link,
		      double *level)
{
	double loudest = -1e9;

	for (int c = 0; c < s->channels; c++) {
		level[c] = power_level(power[c]);
		loudest = ballistics_max(loudest, level[c]);
	}
	for (int c = 0; c < s->channels; c++)
		level[c] += (double)link * (loudest - level[c]);
}

/* The next voice starts as if it had always run: with the same distance between
 * reduction and curve as the present one. */
static void next_start(struct comp_state *s, const struct work *w,
		       const struct comp_numbers *numbers)
{
	const struct comp_voice *voice = &s->voice;
	const struct gain_shape was = shape_of(&voice->numbers), is = shape_of(numbers);
	double old_level[CHANNELS_MAX], level[CHANNELS_MAX];
	float power[CHANNELS_MAX] = { 0 };

	s->next.numbers = *numbers;
	for (int c = 0; c < s->channels; c++)
		power[c] = w->power[c][0];
	levels_at(s, power, voice->numbers.link, old_level);
	levels_at(s, power, numbers->link, level);
	for (int c = 0; c < s->channels; c++) {
		const double more = gain_curve_at(&is, level[c]) -
				    gain_curve_at(&was, old_level[c]);
		s->next.reduction[c] = ballistics_max(0, voice->reduction[c] + more);
		s->next.lasting[c] = ballistics_max(0, voice->lasting[c] + more);
	}
	s->fading = true;
	s->faded = 0;
}

/* The same for a high-pass with a different slope, which first fills silently. */
static void cold_start(struct comp_state *s, const struct comp_state *old)
{
	const struct gain_shape was = shape_of(&old->voice.numbers);
	double level[CHANNELS_MAX];

	levels_at(s, old->average, old->voice.numbers.link, level);
	for (int c = 0; c < s->channels; c++)
		s->carried[c] = old->voice.reduction[c] - gain_curve_at(&was, level[c]);
	s->cold = comp_cold(s->rate);
}

static void cold_end(struct comp_state *s)
{
	const struct gain_shape is = shape_of(&s->voice.numbers);
	double level[CHANNELS_MAX];

	levels_at(s, s->average, s->voice.numbers.link, level);
	for (int c = 0; c < s->channels; c++) {
		const double asked = gain_curve_at(&is, level[c]);
		s->voice.reduction[c] = ballistics_max(0, asked + s->carried[c]);
		s->voice.lasting[c] = s->voice.reduction[c];
	}
}

/* Fades from the old gains to the new ones by a raised cosine, so that no jump is
 * heard, even with the fastest attack and release. Returns the largest reduction. */
static float fade_run(struct comp_state *s, struct work *w)
{
	const int length = smooth_frames(s->rate);
	float most = voice_run(s, w, &s->voice, true, w->gain);

	most = fmaxf(most, voice_run(s, w, &s->next, true, w->next));

	for (int i = 0; i < w->frames; i++) {
		const int at = s->faded + i;
		const float left =
			at < length ? (float)(1 - smooth_shape((double)at / length))
				    : 0;
		for (int c = 0; c < s->channels; c++) {
			const float more = w->gain[c][i] - w->next[c][i];
			w->gain[c][i] = w->next[c][i] + left * more;
		}
	}
	s->faded += w->frames;
	if (s->faded >= length) {
		s->voice = s->next;
		s->fading = false;
	}
	return most;
}

/* The input `lookahead` frames ago. Writing never wraps in the ring, reading may. */
static const float *delayed(struct comp_state *s, const struct piece *piece,
			    int channel, float *copy)
{
	float *ring = s->ring[channel];
	const size_t length = (size_t)s->ring_mask + 1;
	const size_t frames = (size_t)piece->frames;
	const size_t to = (size_t)piece->frame & s->ring_mask;
	const size_t from = (to + length - (size_t)s->lookahead) & s->ring_mask;
	const size_t head = length - from < frames ? length - from : frames;

	memcpy(ring + to, piece->in[channel], frames * sizeof(*ring));
	if (s->lookahead == 0)
		return piece->in[channel];
	memcpy(copy, ring + from, head * sizeof(*ring));
	memcpy(copy + head, ring, (frames - head) * sizeof(*ring));
	return copy;
}

static void comp_process(void *state, const struct piece *piece) REALTIME
{
	struct comp_state *s = state;
	const struct comp_numbers *numbers = piece->numbers;
	struct work w;

	row copy;

	w.piece = piece;
	w.frames = piece->frames;
	w.rounded = (piece->frames + VEC_FLOATS - 1) / VEC_FLOATS * VEC_FLOATS;
	if (!s->started)
		s->voice.numbers = *numbers;
	detect(s, &w);
	if (!s->fading && piece->frame % GRID_FRAMES == 0 &&
	    numbers_differ(&s->voice.numbers, numbers))
		next_start(s, &w, numbers);
	if (s->cold == GRID_FRAMES && piece->frame % GRID_FRAMES == 0 && !s->fading)
		cold_end(s);
	s->cold = s->cold > w.frames ? s->cold - w.frames : 0;
	const bool each = s->fading || !is_linked(&s->voice);
	piece->meters[0] = s->fading ? fade_run(s, &w)
				     : voice_run(s, &w, &s->voice, false, w.gain);
	for (int c = 0; c < s->channels; c++) {
		const float *in = delayed(s, piece, c, copy);
		const float *gain = w.gain[each ? c : 0];
		for (int i = 0; i < piece->frames; i++)
			piece->out[c][i] = in[i] * gain[i];
	}
	s->started = true;
	s->next_frame = piece->frame + (uint64_t)piece->frames;
}

/* A memory that is too large fills during rewarm(), which is then longer. */
static void ring_adopt(struct comp_state *s, const struct comp_state *old, int channel)
{
	const size_t bytes =
		(size_t)s->lookahead_max * (size_t)s->channels * sizeof(float);

	if (bytes + sizeof(*s) > ADOPT_BYTES_MAX)
		return;
	for (int i = 1; i <= s->lookahead_max; i++) {
		const size_t at =
			(size_t)(old->next_frame - (uint64_t)i) & s->ring_mask;
		s->ring[channel][at] = old->ring[channel][at];
	}
}

static void comp_adopt(void *state, const void *from) REALTIME
{
	struct comp_state *s = state;
	const struct comp_state *old = from;

	s->voice = old->voice;
	s->next = old->next;
	s->fading = old->fading;
	s->faded = old->faded;
	memcpy(s->envelope, old->envelope, sizeof(s->envelope));
	memcpy(s->average, old->average, sizeof(s->average));
	if (s->highpass_sections == old->highpass_sections) {
		s->highpass_ready = old->highpass_ready;
		memcpy(s->highpass, old->highpass, sizeof(s->highpass));
		memcpy(s->highpass_memory, old->highpass_memory,
		       sizeof(s->highpass_memory));
		s->cold = old->cold;
		memcpy(s->carried, old->carried, sizeof(s->carried));
	} else if (old->started) {
		cold_start(s, old);
	}
	for (int c = 0; c < s->channels; c++)
		ring_adopt(s, old, c);
	s->started = old->started;
	s->next_frame = old->next_frame;
}

MODULE_KERNEL(comp) = { comp_process, comp_adopt };

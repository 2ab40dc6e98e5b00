/* insert.c - the audio thread's part of insert.
 *
 *   in -+-> fade --(+)--> send ports ~ ~ outboard ~ ~ return ports -+-> alive? --.
 *       |            ^ burst                                        +-> matches   v
 *       '-> host's delay (the node's latency) -----------------> dry ------> fade -> out
 *
 * When a return stops from one frame to the next, dry plays at once, and the difference
 * to what was heard decays along a raised cosine: there is neither a gap nor a step.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/db.h"
#include "dsp/smooth.h"
#include "dsp/vec.h"
#include "modules/insert/insert.h"

/* The programme counts as audible when it is this much above `silence`. */
#define AUDIBLE_DB 20.0
/* A return that stops at more than this level was cut off; below, it faded away. */
#define CUT_GAIN 0.001f
/* The best match must exceed the others by this much, or nothing was heard. */
#define MATCH_RATIO 8.0
/* And this share of what was sent must return, so that crosstalk does not count. */
#define MATCH_GAIN 0.01f

enum {
	LIVELY_MS = 100, /* of signal, before a return is heard again */
	TAIL_MS = 100,   /* of quiet, before a burst */
	TAIL_MS_MAX = 2000,
	AFTER_MS = 50, /* without a better match, then the best one counts */
};

static int frames_of(const struct insert *s, int ms)
{
	return (int)((int64_t)s->rate * ms / 1000);
}

/* ---- whether the return is alive ------------------------------------------------- */

static float peak_of(const float *const *audio, int channels, int frames, float peak)
{
	vf most = { 0 };

	for (int c = 0; c < channels; c++) {
		int i = 0;
		for (; i + VEC_FLOATS <= frames; i += VEC_FLOATS)
			most = vf_max(most, vf_abs(vf_load(audio[c] + i)));
		for (; i < frames; i++)
			peak = fabsf(audio[c][i]) > peak ? fabsf(audio[c][i]) : peak;
	}
	return vf_peak(most) > peak ? vf_peak(most) : peak;
}

static void alarm_raise(struct insert *s, enum insert_alarm alarm, const float *values)
{
	s->alarm = alarm;
	s->lively = 0;
	s->latched = s->latched || values[INSERT_LATCH] > 0.5f;
}

/* Goes to dry at once, bridging from what was heard last. */
static void bridge(struct insert *s)
{
	for (int c = 0; c < s->channels; c++)
		s->jump[c] = s->last_out[c] - s->last_dry[c];
	s->bridged = true;
	s->bridge_at = 0;
	s->wet = false;
	s->wet_at = 0;
	s->lively = 0;
}

/* Whether the return has stopped. Changes only at a border of JACK's blocks. */
static void look(struct insert *s, enum comes comes, float dry_peak,
		 const float *values)
{
	const float voice = fmaxf(s->voice, s->back_peak);
	const bool cut = comes == COMES_ZERO && voice > CUT_GAIN && dry_peak > 0.0f;

	s->comes = comes;
	if (comes == COMES_NOTHING && s->alarm != INSERT_UNCONNECTED)
		alarm_raise(s, INSERT_UNCONNECTED, values);
	if (comes == COMES_NO_AUDIO && s->alarm == INSERT_FINE)
		alarm_raise(s, INSERT_NO_AUDIO, values);
	if (comes == COMES_NO_AUDIO)
		s->lively = 0;
	if (s->wet_at > 0 &&
	    (cut || s->alarm == INSERT_UNCONNECTED || s->alarm == INSERT_NO_AUDIO))
		bridge(s);
}

static void rearm(struct insert *s, const float *values)
{
	if (s->rearm != values[INSERT_REARM] || values[INSERT_LATCH] < 0.5f)
		s->latched = false;
	s->rearm = values[INSERT_REARM];
}

/* On each grid line: examines the last grid step. */
static void judge(struct insert *s, const float *values)
{
	const float floor = (float)db_gain((double)values[INSERT_SILENCE]);
	const float audible =
		(float)db_gain((double)values[INSERT_SILENCE] + AUDIBLE_DB);
	const bool alive = s->comes == COMES_AUDIO && s->back_peak >= floor;
	const int patience = frames_of(s, (int)values[INSERT_PATIENCE]);

	s->lively += alive ? GRID_FRAMES : s->lively > 0 ? -GRID_FRAMES : 0;
	if (alive)
		s->silent = 0;
	else if (s->dry_peak >= audible && s->phase == PING_IDLE)
		s->silent += GRID_FRAMES;
	if (s->silent >= patience && s->alarm == INSERT_FINE)
		alarm_raise(s, INSERT_SILENT, values);
	rearm(s, values);
	/* A return that is connected again is heard when it has signal. */
	if (s->alarm == INSERT_UNCONNECTED && s->comes != COMES_NOTHING &&
	    !s->latched) {
		s->alarm = INSERT_FINE;
		s->bridged = true;
		s->silent = 0;
	}
	if (s->lively >= frames_of(s, LIVELY_MS) && !s->latched) {
		s->lively = frames_of(s, LIVELY_MS);
		s->alarm = INSERT_FINE;
		s->bridged = false;
	}
	s->voice = s->back_peak;
	s->dry_peak = s->back_peak = 0.0f;
	s->wet = s->alarm == INSERT_FINE && !s->bridged && s->phase == PING_IDLE;
}

/* ---- the ping -------------------------------------------------------------------- */

static void phase_start(struct insert *s, enum insert_phase phase)
{
	s->phase = phase;
	s->phase_frames = s->quiet = 0;
}

static void listen(struct insert *s, const float *values)
{
	s->level = (float)db_gain((double)values[INSERT_LEVEL]);
	s->least = MATCH_GAIN * s->level * INSERT_BURST;
	for (int c = 0; c < s->channels; c++) {
		struct insert_ear *ear = &s->ears[c];
		memset(ear->heard, 0, sizeof(ear->heard));
		ear->best = 0.0f;
		ear->best_at = 0;
		ear->power = 0.0;
		ear->before = ear->found;
		ear->found = INSERT_NOT_HEARD;
	}
	s->tries++;
	phase_start(s, PING_LISTEN);
}

/* Correlates the burst with what returns: a match for each frame. The outer loop goes
 * over the burst, so that the frames of a piece are computed side by side. */
static void match(const struct insert *s, const struct insert_ear *ear, int frames,
		  float *matches)
{
	for (int i = 0; i < frames; i++)
		matches[i] = 0.0f;
	for (int k = 0; k < INSERT_BURST; k++)
		for (int i = 0; i < frames; i++) {
			const float product = s->burst[k] * ear->heard[k + i];
			matches[i] += product;
		}
}

static void hear(struct insert *s, int c, const float *back, int frames)
{
	const int kept = INSERT_BURST - 1;
	struct insert_ear *ear = &s->ears[c];
	float matches[GRID_FRAMES];

	memcpy(ear->heard + kept, back, sizeof(float) * (size_t)frames);
	match(s, ear, frames, matches);
	memmove(ear->heard, ear->heard + frames, sizeof(float) * (size_t)kept);
	for (int i = 0; i < frames; i++) {
		const double size = fabs((double)matches[i]);
		ear->power += size * size;
		if ((float)size <= ear->best)
			continue;
		ear->best = (float)size;
		ear->best_at = s->phase_frames + i - kept;
	}
}

/* Whether this channel heard the burst, and waited long enough for a better match. */
static bool heard(struct insert *s, int c)
{
	struct insert_ear *ear = &s->ears[c];
	const double mean = ear->power / (s->phase_frames > 0 ? s->phase_frames : 1);
	const int sure = ear->best_at + INSERT_BURST + frames_of(s, AFTER_MS);

	if (ear->best < s->least || ear->best_at < 0 || s->phase_frames < sure ||
	    (double)ear->best * (double)ear->best < MATCH_RATIO * MATCH_RATIO * mean)
		return false;
	ear->found = ear->best_at;
	return true;
}

/* On each grid line: whether the tail of the programme has decayed by 40 dB, or to 40
 * dB below the burst. */
static bool tail_is_over(struct insert *s, const float *values)
{
	const float burst = (float)db_gain((double)values[INSERT_LEVEL]);
	const bool loud = s->back_peak > 0.01f * fmaxf(s->loud, burst);

	s->quiet = loud ? 0 : s->quiet + GRID_FRAMES;
	return s->quiet >= frames_of(s, TAIL_MS) ||
	       s->phase_frames >= frames_of(s, TAIL_MS_MAX);
}

/* All channels have heard it, or the longest wait is over. */
static bool listened(struct insert *s)
{
	bool all = true;
	const int longest = INSERT_LATENCY_MAX + INSERT_BURST + frames_of(s, AFTER_MS);

	for (int c = 0; c < s->channels; c++)
		all = heard(s, c) && all;
	if (!all && s->phase_frames < longest)
		return false;
	for (int c = 0; c < s->channels; c++)
		s->waited = s->ears[c].found > s->waited ? s->ears[c].found : s->waited;
	return true;
}

static bool agreed(const struct insert *s)
{
	bool agree = s->tries >= 2;

	for (int c = 0; c < s->channels; c++)
		agree = agree && s->ears[c].found == s->ears[c].before;
	return agree;
}

static void phase_listened(struct insert *s)
{
	if (!listened(s))
		return;
	if (agreed(s)) {
		phase_start(s, PING_BACK);
	} else if (s->tries < INSERT_TRIES) {
		phase_start(s, PING_QUIET);
	} else {
		for (int c = 0; c < s->channels; c++)
			s->ears[c].found = INSERT_NOT_HEARD;
		phase_start(s, PING_BACK);
	}
}

static void ping_start(struct insert *s)
{
	s->tries = s->waited = 0;
	s->loud = s->voice;
	for (int c = 0; c < s->channels; c++)
		s->ears[c].found = INSERT_NOT_HEARD;
	phase_start(s, s->comes == COMES_NOTHING ? PING_BACK : PING_LEAVE);
}

/* On each grid line. */
static void turn(struct insert *s, const float *values)
{
	const bool asked = s->ping != values[INSERT_PING];

	s->ping = values[INSERT_PING];
	switch (s->phase) {
	case PING_IDLE:
		if (asked)
			ping_start(s);
		break;
	case PING_LEAVE:
		if (s->wet_at == 0 && s->send_at == 0)
			phase_start(s, PING_QUIET);
		break;
	case PING_QUIET:
		if (tail_is_over(s, values))
			listen(s, values);
		break;
	case PING_LISTEN:
		phase_listened(s);
		break;
	case PING_BACK:
		if (s->phase_frames >= frames_of(s, LIVELY_MS) + s->waited)
			phase_start(s, PING_IDLE);
		break;
	}
}

/* ---- out and back ---------------------------------------------------------------- */

static float fade_gain(const struct insert *s, int at)
{
	return (float)smooth_shape((double)at / s->fade_frames);
}

static int fade_on(const struct insert *s, int at, bool up)
{
	at += up ? 1 : -1;
	return at < 0 ? 0 : at > s->fade_frames ? s->fade_frames : at;
}

/* The usual case: the whole block from one source. */
static void copy(const struct piece *piece, const float *const *from, float *const *to)
{
	for (int c = 0; c < piece->channels; c++)
		memmove(to[c], from[c], sizeof(float) * (size_t)piece->frames);
}

/* The programme, or the burst in its place. */
static void send(struct insert *s, const struct piece *piece)
{
	/* The programme stays on the send until the return is no longer heard. */
	const bool up = s->phase == PING_IDLE || s->phase == PING_BACK || s->wet_at > 0;
	int at = s->send_at;

	if (up && at == s->fade_frames) {
		copy(piece, piece->in, piece->outside->send);
		return;
	}
	for (int c = 0; c < piece->channels; c++) {
		float *out = piece->outside->send[c];
		at = s->send_at;
		for (int i = 0; i < piece->frames; i++) {
			const int k = s->phase_frames + i;
			out[i] = fade_gain(s, at) * piece->in[c][i];
			if (s->phase == PING_LISTEN)
				out[i] = k < INSERT_BURST ? s->level * s->burst[k]
							  : 0.0f;
			at = fade_on(s, at, up);
		}
	}
	s->send_at = at;
}

/* Fades between dry (with the rest of a bridge) and the return. */
static void mix_moving(struct insert *s, const struct piece *piece,
		       const float *const *dry)
{
	int at = s->wet_at;

	for (int c = 0; c < piece->channels; c++) {
		const float *back = piece->outside->back[c];
		at = s->wet_at;
		for (int i = 0; i < piece->frames; i++) {
			const double past =
				(double)(s->bridge_at + i) / s->bridge_frames;
			float out = dry[c][i];
			if (past < 1.0)
				out += s->jump[c] * (float)smooth_shape(1.0 - past);
			if (at > 0)
				out += fade_gain(s, at) * (back[i] - out);
			at = fade_on(s, at, s->wet);
			piece->out[c][i] = out;
		}
	}
	s->wet_at = at;
	if (s->bridge_at < s->bridge_frames)
		s->bridge_at += piece->frames;
}

static void mix(struct insert *s, const struct piece *piece, const float *const *dry)
{
	const int last = piece->frames - 1;

	if (s->wet && s->wet_at == s->fade_frames)
		copy(piece, piece->outside->back, piece->out);
	else if (!s->wet && s->wet_at == 0 && s->bridge_at >= s->bridge_frames)
		copy(piece, dry, piece->out);
	else
		mix_moving(s, piece, dry);
	for (int c = 0; c < piece->channels; c++) {
		s->last_out[c] = piece->out[c][last];
		s->last_dry[c] = dry[c][last];
	}
}

static void start(struct insert *s, const struct piece *piece, enum comes comes)
{
	s->started = true;
	s->ping = piece->values[INSERT_PING];
	s->rearm = piece->values[INSERT_REARM];
	s->wet = comes != COMES_NOTHING;
	s->wet_at = s->wet ? s->fade_frames : 0;
}

static void tell(const struct insert *s, float *meters)
{
	meters[INSERT_METER_ALARM] = (float)s->alarm;
	meters[INSERT_METER_WET] = s->wet_at > 0 ? 1.0f : 0.0f;
	meters[INSERT_METER_PINGING] = s->phase != PING_IDLE ? 1.0f : 0.0f;
	for (int c = 0; c < s->channels; c++)
		meters[INSERT_METER_LATENCY + c] = (float)s->ears[c].found;
}

static void insert_process(void *state, const struct piece *piece) REALTIME;
static void insert_process(void *state, const struct piece *piece)
{
	struct insert *s = state;
	const struct outside *outside = piece->outside;
	const float *const *dry = piece->dry ? piece->dry : piece->in;
	const enum comes comes = outside ? outside->comes : COMES_NOTHING;
	const float dry_peak = peak_of(dry, piece->channels, piece->frames, 0.0f);

	if (!s->started)
		start(s, piece, comes);
	look(s, comes, dry_peak, piece->values);
	if (piece->frame % GRID_FRAMES == 0) {
		turn(s, piece->values);
		judge(s, piece->values);
	}
	s->dry_peak = fmaxf(s->dry_peak, dry_peak);
	if (outside) {
		send(s, piece);
		for (int c = 0; s->phase == PING_LISTEN && c < piece->channels; c++)
			hear(s, c, outside->back[c], piece->frames);
		s->back_peak = peak_of(outside->back, piece->channels, piece->frames,
				       s->back_peak);
		mix(s, piece, dry);
	} else {
		copy(piece, dry, piece->out);
	}
	s->phase_frames += piece->frames;
	tell(s, piece->meters);
}

static void insert_adopt(void *state, const void *old) REALTIME;
static void insert_adopt(void *state, const void *old)
{
	memcpy(state, old, sizeof(struct insert));
}

MODULE_KERNEL(insert) = { .process = insert_process, .adopt = insert_adopt };

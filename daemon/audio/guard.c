/* guard.c - what the host does for every node around its process(). Audio thread.
 *
 *   in --+--> process() --> finite? --> fade --> out --> tap
 *        +--> delay (the node's latency) --^
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/audio/guard.h"

#include <string.h>

enum { RESTORE_BYTES = ADOPT_BYTES_MAX }; /* in one piece: this bounds the work */

/* Infinity and NaN have the largest bit patterns, when the sign is left out. */
static const int32_t infinite = 0x7f800000;

/* Four in a vector; signed, because SSE2 has no unsigned comparison. */
typedef int32_t bits4 __attribute__((vector_size(16)));

static bits4 larger(bits4 a, bits4 b)
{
	bits4 more = a > b;

	return (a & more) | (b & ~more);
}

static bits4 magnitudes(const float *samples)
{
	bits4 bits;

	memcpy(&bits, samples, sizeof(bits));
	return bits & 0x7fffffff;
}

/* Four maxima side by side, because each step of one has to wait for its last step. */
static int32_t peak_bits(const float *samples, int frames)
{
	bits4 most[4] = { { 0 } };
	int32_t peak = 0;
	int i = 0;

	for (; i + 16 <= frames; i += 16)
		for (int k = 0; k < 4; k++)
			most[k] = larger(most[k], magnitudes(samples + i + 4 * k));
	most[0] = larger(larger(most[0], most[1]), larger(most[2], most[3]));
	for (int k = 0; k < 4; k++)
		peak = most[0][k] > peak ? most[0][k] : peak;
	for (; i < frames; i++) {
		int32_t bits;
		memcpy(&bits, &samples[i], sizeof(bits));
		bits &= 0x7fffffff;
		peak = bits > peak ? bits : peak;
	}
	return peak;
}

/* Peaks per channel; returns the bits of the largest. */
static int32_t peaks(const float *const *audio, int channels, int frames, float *slots)
{
	int32_t highest = 0;

	for (int c = 0; c < channels; c++) {
		int32_t peak = peak_bits(audio[c], frames);
		highest = peak > highest ? peak : highest;
		if (peak >= infinite)
			peak = 0;
		memcpy(&slots[c], &peak, sizeof(peak));
	}
	return highest;
}

/* Restores the memory to what init() made of it, one part in each piece. */
static void restore(struct guard *guard)
{
	size_t bytes = guard->bytes - guard->restored;

	if (bytes > RESTORE_BYTES)
		bytes = RESTORE_BYTES;
	memcpy((char *)guard->state + guard->restored,
	       (const char *)guard->image + guard->restored, bytes);
	guard->restored += bytes;
}

bool guard_before(struct guard *guard, struct piece *piece, const struct guard *above)
{
	if (above) {
		piece->silent = true;
		for (int c = 0; c < piece->channels; c++) {
			guard->in_peak[c] = above->out_peak[c];
			piece->silent &= above->out_peak[c] == 0.0f;
		}
	} else if (piece->in) {
		piece->silent = peaks(piece->in, piece->channels, piece->frames,
				      guard->in_peak) == 0;
	}
	if (guard->delay) {
		struct piece dry = *piece;
		dry.out = guard->dry;
		delay_process(guard->delay, &dry);
	}
	if (guard->restored < guard->bytes) {
		restore(guard);
		return false;
	}
	return !guard->dead;
}

/* The module made a sample that is not finite: its dry input plays at once, its state
 * is cleared, and it fades back in after 20 ms. */
static void trip(struct guard *guard, uint64_t frame)
{
	if (guard->trips >= GUARD_TRIPS - 1) {
		uint64_t third = guard->trip_frames[(guard->trips + 1) % GUARD_TRIPS];

		guard->latched |= frame - third < (uint64_t)guard->rate;
	}
	guard->trip_frames[guard->trips % GUARD_TRIPS] = frame;
	guard->trips++;
	guard->wet.at = 0;
	guard->hold = guard->wet.length;
	guard->restored = 0;
	*guard->tripped += 1.0f;
}

static bool wants_wet(struct guard *guard, const float *values)
{
	if (guard->released != values[guard->release]) {
		guard->released = values[guard->release];
		guard->latched = false;
	}
	return values[guard->bypass] < 0.5f && !guard->latched && guard->hold == 0 &&
	       !guard->dead && guard->restored == guard->bytes;
}

static void play_dry(const struct guard *guard, const struct piece *piece)
{
	for (int c = 0; c < piece->channels; c++)
		if (piece->out[c] != guard->dry_in[c])
			memcpy(piece->out[c], guard->dry_in[c],
			       sizeof(float) * (size_t)piece->frames);
}

/* Fades between the module and its dry input. False: the module is heard unchanged. */
static bool mix(struct guard *guard, const struct piece *piece, bool up)
{
	if (!guard->begun)
		guard->wet.at = up ? guard->wet.length : 0;
	guard->begun = true;
	if (fade_on(&guard->wet) && up)
		return false;
	if (fade_off(&guard->wet) && !up) {
		play_dry(guard, piece);
		return true;
	}
	for (int c = 0; c < piece->channels; c++)
		fade_mix(&guard->wet, up, guard->dry_in[c], piece->out[c],
			 piece->out[c], piece->frames);
	fade_walk(&guard->wet, up, piece->frames);
	return true;
}

void guard_after(struct guard *guard, const struct piece *piece, bool audible)
{
	const float *const *out = (const float *const *)piece->out;

	*guard->tripped = 0.0f;
	*guard->dropped = 0.0f;
	bool changed = true;
	if (guard->restored < guard->bytes || guard->dead) {
		play_dry(guard, piece);
	} else if (peaks(out, piece->channels, piece->frames, guard->out_peak) >=
		   infinite) {
		trip(guard, piece->frame);
		play_dry(guard, piece);
	} else {
		changed = false;
	}
	if (mix(guard, piece, wants_wet(guard, piece->values)) || changed)
		peaks(out, piece->channels, piece->frames, guard->out_peak);
	guard->hold = guard->hold > piece->frames ? guard->hold - piece->frames : 0;
	*guard->latch = guard->latched;
	if (guard->tap && audible &&
	    !tap_write(guard->tap, piece->frame, piece->frames, piece->values, out))
		*guard->dropped = 1.0f;
}

bool guard_fits(const struct guard *guard, const struct guard *old)
{
	return !guard->delay || (old->delay && delay_fits(guard->delay, old->delay));
}

void guard_adopt(struct guard *guard, const struct guard *old, uint64_t frame)
{
	guard->wet.at = old->wet.at;
	guard->begun = old->begun;
	guard->latched = old->latched;
	guard->hold = old->hold;
	guard->trips = old->trips;
	memcpy(guard->trip_frames, old->trip_frames, sizeof(guard->trip_frames));
	if (guard->delay && old->delay)
		delay_adopt(guard->delay, old->delay, frame);
}

/* tap.h - a copy of a node's audio for the meter thread: a ring of records, one writer,
 * one reader. Each record is a piece with the values that were in force, so that
 * measure() sees a change at its exact frame. When the ring is full, a record is
 * dropped and counted.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_TAP_H
#define LATHE_BASE_TAP_H

#include "modules/module.h"

#include <stdatomic.h>
#include <string.h>

struct tap {
	int channels, value_count;
	size_t size; /* bytes in the ring, a power of two */
	unsigned char *bytes;
	_Alignas(64) atomic_size_t written; /* bytes since the start; audio thread */
	_Alignas(64) atomic_size_t read;    /* bytes since the start; meter thread */
};

/* The head of a record; values and interleaved audio follow. */
struct tap_record {
	uint64_t frame;
	int frames;
};

static inline size_t tap_bytes(const struct tap *tap, int frames)
{
	return sizeof(struct tap_record) +
	       sizeof(float) * (size_t)(tap->value_count + frames * tap->channels);
}

static inline size_t tap_room(const struct tap *tap)
{
	return tap->size - (atomic_load_explicit(&tap->written, memory_order_acquire) -
			    atomic_load_explicit(&tap->read, memory_order_acquire));
}

static inline size_t tap_copy_in(const struct tap *tap, size_t at, const void *from,
				 size_t bytes)
{
	size_t start = at & (tap->size - 1);
	size_t first = tap->size - start < bytes ? tap->size - start : bytes;

	memcpy(tap->bytes + start, from, first);
	memcpy(tap->bytes, (const unsigned char *)from + first, bytes - first);
	return at + bytes;
}

static inline size_t tap_copy_out(const struct tap *tap, size_t at, void *to,
				  size_t bytes)
{
	size_t start = at & (tap->size - 1);
	size_t first = tap->size - start < bytes ? tap->size - start : bytes;

	memcpy(to, tap->bytes + start, first);
	memcpy((unsigned char *)to + first, tap->bytes, bytes - first);
	return at + bytes;
}

/* Audio. False: no room, the record was dropped. */
static inline bool tap_write(struct tap *tap, uint64_t frame, int frames,
			     const float *values, const float *const *audio)
{
	float interleaved[CHANNELS_MAX * GRID_FRAMES];
	const float *first = audio[0], *second = audio[tap->channels > 1 ? 1 : 0];
	struct tap_record record = { .frame = frame, .frames = frames };
	size_t at = atomic_load_explicit(&tap->written, memory_order_relaxed);

	if (tap_room(tap) < tap_bytes(tap, frames))
		return false;
	/* Most are stereo, and the compiler knows how to zip two. */
	for (int i = 0; tap->channels == 2 && i < frames; i++) {
		interleaved[2 * i] = first[i];
		interleaved[2 * i + 1] = second[i];
	}
	for (int c = 0; tap->channels != 2 && c < tap->channels; c++)
		for (int i = 0; i < frames; i++)
			interleaved[i * tap->channels + c] = audio[c][i];
	at = tap_copy_in(tap, at, &record, sizeof(record));
	at = tap_copy_in(tap, at, values, sizeof(float) * (size_t)tap->value_count);
	at = tap_copy_in(tap, at, interleaved,
			 sizeof(float) * (size_t)(frames * tap->channels));
	atomic_store_explicit(&tap->written, at, memory_order_release);
	return true;
}

/* Meter. Takes the oldest record: values[value_count], audio[frames * channels]. */
static inline bool tap_read(struct tap *tap, struct tap_record *record, float *values,
			    float *audio)
{
	size_t at = atomic_load_explicit(&tap->read, memory_order_relaxed);

	if (atomic_load_explicit(&tap->written, memory_order_acquire) == at)
		return false;
	at = tap_copy_out(tap, at, record, sizeof(*record));
	at = tap_copy_out(tap, at, values, sizeof(float) * (size_t)tap->value_count);
	at = tap_copy_out(tap, at, audio,
			  sizeof(float) * (size_t)(record->frames * tap->channels));
	atomic_store_explicit(&tap->read, at, memory_order_release);
	return true;
}

#endif

/* vector.h - many readings as one blob: what `/<node>/vector/<name>` and `/rack/spectrum`
 * carry. Pure functions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_VECTOR_H
#define LATHE_OSC_VECTOR_H

#include <stddef.h>
#include <stdint.h>

enum vector_format {
	VECTOR_HALVES = 2, /* int16, 1/256 of the unit: +-127.996 */
	VECTOR_BYTES = 3,  /* int8, 1/127: +-1 */
};

enum { VECTOR_VERSION = 1, VECTOR_HEAD = 16, VECTOR_MESSAGE_MAX = 1360 };

struct meter;

/* What the range of a meter's readings fits in. */
enum vector_format vector_format(const struct meter *row);
/* Writes the argument of an OSC message alone: its size (32 bits), then the blob, in whole words.
 * Returns its size; the caller has the room: vector_size(). */
size_t vector_put(uint8_t *bytes, enum vector_format format, const float *values,
		  int count, uint64_t frame);
size_t vector_size(enum vector_format format, int count);
/* Writes the OSC message `path ,b`: version and format (16 bits each), count (32 bits), frame
 * (64 bits), values; big-endian. Values beyond the format's range are held at its ends.
 * Returns its size, or 0: it has no room in VECTOR_MESSAGE_MAX bytes. */
size_t vector_write(uint8_t bytes[VECTOR_MESSAGE_MAX], const char *path,
		    enum vector_format format, const float *values, int count,
		    uint64_t frame);

#endif

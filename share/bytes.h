/* bytes.h - growing bytes, and numbers in them, in either order. Not for the audio thread.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_BYTES_H
#define LATHE_SHARE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
	uint8_t *at; /* NULL while nothing was added; free() it */
	size_t count, room;
};

/* Ends the process when there is no memory. */
static inline void bytes_add(struct bytes *bytes, const void *from, size_t count)
{
	if (bytes->count + count > bytes->room) {
		bytes->room = 2 * bytes->room + count + 256;
		bytes->at = realloc(bytes->at, bytes->room);
		if (!bytes->at)
			abort();
	}
	if (count)
		memcpy(bytes->at + bytes->count, from, count);
	bytes->count += count;
}

static inline void bytes_text(struct bytes *bytes, const char *text)
{
	bytes_add(bytes, text, strlen(text));
}

/* The lowest `size` bytes of a number, the lowest first. */
static inline void bytes_low(struct bytes *bytes, uint64_t number, int size)
{
	for (int i = 0; i < size; i++) {
		const uint8_t byte = (uint8_t)(number >> 8 * i);
		bytes_add(bytes, &byte, 1);
	}
}

/* The highest first. */
static inline void bytes_high(struct bytes *bytes, uint64_t number, int size)
{
	for (int i = size - 1; i >= 0; i--) {
		const uint8_t byte = (uint8_t)(number >> 8 * i);
		bytes_add(bytes, &byte, 1);
	}
}

static inline uint64_t low_number(const uint8_t *from, int size)
{
	uint64_t number = 0;

	for (int i = size - 1; i >= 0; i--)
		number = number << 8 | from[i];
	return number;
}

static inline uint64_t high_number(const uint8_t *from, int size)
{
	uint64_t number = 0;

	for (int i = 0; i < size; i++)
		number = number << 8 | from[i];
	return number;
}

#endif

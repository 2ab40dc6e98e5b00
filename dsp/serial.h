/* serial.h - a number that identifies a set of values. Any thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_SERIAL_H
#define LATHE_DSP_SERIAL_H

#include <stdint.h>
#include <string.h>

/* FNV-1a, over the values' bits a word at a time. */
static inline uint64_t number_serial(const float *values, int count)
{
	uint64_t hash = 14695981039346656037u;

	for (int i = 0; i < count; i++) {
		uint32_t bits;
		memcpy(&bits, &values[i], sizeof(bits));
		hash = (hash ^ bits) * 1099511628211u;
	}
	return hash;
}

#endif

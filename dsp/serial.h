/* serial.h - a number that tells one set of values from another. Any thread. */
#ifndef LATHE_DSP_SERIAL_H
#define LATHE_DSP_SERIAL_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a over the values' bytes. */
static inline uint64_t number_serial(const float *values, int count)
{
	uint64_t hash = 14695981039346656037u;
	const unsigned char *byte = (const unsigned char *)values;
	for (size_t i = 0; i < (size_t)count * sizeof *values; i++)
		hash = (hash ^ byte[i]) * 1099511628211u;
	return hash;
}

#endif

/* vector.c - many readings as one blob. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/vector.h"

#include "modules/module.h"

#include <math.h>
#include <string.h>

enum vector_format vector_format(const struct meter *row)
{
	return row->min >= -1.0f && row->max <= 1.0f ? VECTOR_BYTES : VECTOR_HALVES;
}

static uint8_t *put_big(uint8_t *at, uint64_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		*at++ = (uint8_t)(value >> (8 * i));
	return at;
}

/* The size of a text of OSC: its end is a zero, and it fills whole words. */
static size_t padded(size_t length)
{
	return (length + 4) / 4 * 4;
}

static uint8_t *put_value(uint8_t *at, enum vector_format format, float value)
{
	double step = format == VECTOR_BYTES ? 127.0 : 256.0;
	double most = format == VECTOR_BYTES ? 127.0 : 32767.0;
	long whole = lrint(fmin(fmax((double)value * step, -most), most));

	return put_big(at, (uint64_t)whole, format == VECTOR_BYTES ? 1 : 2);
}

size_t vector_size(enum vector_format format, int count)
{
	size_t each = format == VECTOR_BYTES ? 1 : 2;

	return 4 + (VECTOR_HEAD + each * (size_t)count + 3) / 4 * 4;
}

size_t vector_put(uint8_t *bytes, enum vector_format format, const float *values,
		  int count, uint64_t frame)
{
	size_t each = format == VECTOR_BYTES ? 1 : 2, size = vector_size(format, count);

	memset(bytes + size - 4, 0, 4);
	uint8_t *at = put_big(bytes, VECTOR_HEAD + each * (size_t)count, 4);
	at = put_big(at, VECTOR_VERSION, 2);
	at = put_big(at, format, 2);
	at = put_big(at, (uint64_t)count, 4);
	at = put_big(at, frame, 8);
	for (int i = 0; i < count; i++)
		at = put_value(at, format, values[i]);
	return size;
}

size_t vector_write(uint8_t bytes[VECTOR_MESSAGE_MAX], const char *path,
		    enum vector_format format, const float *values, int count,
		    uint64_t frame)
{
	size_t name = padded(strlen(path));

	if (name + 4 + vector_size(format, count) > VECTOR_MESSAGE_MAX)
		return 0;
	memset(bytes, 0, name + 4);
	for (size_t i = 0; path[i]; i++)
		bytes[i] = (uint8_t)path[i];
	bytes[name] = ',';
	bytes[name + 1] = 'b';
	return name + 4 + vector_put(bytes + name + 4, format, values, count, frame);
}

/* gate.c - refuses datagrams that are not well-formed OSC. Control thread. It trusts
 * nothing, allocates nothing and reads each byte once or twice. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/gate.h"

#include <string.h>

struct gate {
	const char *why;
	int elements;
};

static bool refuse(struct gate *gate, const char *why)
{
	gate->why = why;
	return false;
}

static uint32_t word_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Length of the string that starts here, without its NUL. -1: there is no NUL, or its
 * padding is not zero. */
static long string_length(const uint8_t *bytes, size_t size)
{
	const uint8_t *end = memchr(bytes, 0, size);

	if (!end)
		return -1;
	size_t length = (size_t)(end - bytes);
	size_t padded = (length / 4 + 1) * 4;
	if (padded > size)
		return -1;
	for (size_t i = length; i < padded; i++)
		if (bytes[i])
			return -1;
	return (long)length;
}

static bool check_address(struct gate *gate, const uint8_t *bytes, size_t length)
{
	if (bytes[0] != '/' || length < 2)
		return refuse(gate, "an address must start with / and name something");
	if (length > GATE_ADDRESS_MAX)
		return refuse(gate, "an address is longer than 128 bytes");
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] <= ' ' || bytes[i] >= 127 || bytes[i] == '#')
			return refuse(gate, "an address holds a character that may not "
					    "be in one");
		if (bytes[i] == '/' && (i + 1 == length || bytes[i + 1] == '/'))
			return refuse(gate, "a part of an address is empty");
	}
	return true;
}

/* Bytes that the argument takes; 0 for types without data. -1: it is wrong; gate->why
 * says why. */
static long check_argument(struct gate *gate, char type, const uint8_t *bytes,
			   size_t size)
{
	uint32_t exponent_ones = 0;
	long need = 0;

	switch (type) {
	case 'T':
	case 'F':
	case 'N':
	case 'I':
	case '[':
	case ']':
		return 0;
	case 'f':
		exponent_ones = 0x7f800000;
		need = 4;
		break;
	case 'd':
		exponent_ones = 0x7ff00000;
		need = 8;
		break;
	case 'i':
	case 'c':
	case 'r':
	case 'm':
		need = 4;
		break;
	case 'h':
	case 't':
		need = 8;
		break;
	case 's':
	case 'S': {
		long length = string_length(bytes, size);
		if (length < 0)
			gate->why = "a string has no end, or its padding is not zero";
		return length < 0 ? -1 : (length / 4 + 1) * 4;
	}
	case 'b':
		if (size < 4 || word_at(bytes) > size - 4 ||
		    (word_at(bytes) + 3) / 4 * 4 > size - 4) {
			gate->why = "a blob is longer than its message";
			return -1;
		}
		return 4 + (long)((word_at(bytes) + 3) / 4 * 4);
	default:
		gate->why = "an argument has a type that OSC 1.0 does not know";
		return -1;
	}
	if (size < (size_t)need) {
		gate->why = "a message ends within an argument";
		return -1;
	}
	if (exponent_ones && (word_at(bytes) & exponent_ones) == exponent_ones) {
		gate->why = "an argument is not a finite number";
		return -1;
	}
	return need;
}

/* Whether each [ of the type string has its ]. */
static bool is_balanced(const char *types)
{
	int open = 0;

	for (; *types && open >= 0; types++)
		open += (*types == '[') - (*types == ']');
	return open == 0;
}

static bool check_message(struct gate *gate, const uint8_t *bytes, size_t size)
{
	long length = string_length(bytes, size);

	if (length < 0)
		return refuse(gate,
			      "an address has no end, or its padding is not zero");
	if (!check_address(gate, bytes, (size_t)length))
		return false;
	size_t at = ((size_t)length / 4 + 1) * 4;
	if (at == size) /* old senders leave out an empty type string */
		return true;
	const char *types = (const char *)bytes + at;
	length = string_length(bytes + at, size - at);
	if (length < 1 || types[0] != ',')
		return refuse(gate, "the type string is missing or broken");
	if (length - 1 > GATE_ARGUMENTS_MAX)
		return refuse(gate, "a message has more than 64 arguments");
	at += ((size_t)length / 4 + 1) * 4;
	if (!is_balanced(types + 1))
		return refuse(gate, "an array has no end, or no begin");
	for (long i = 1; i < length; i++) {
		long taken = check_argument(gate, types[i], bytes + at, size - at);
		if (taken < 0)
			return false;
		at += (size_t)taken;
	}
	return at == size || refuse(gate, "bytes are left over after the arguments");
}

static bool check_element(struct gate *gate, const uint8_t *bytes, size_t size,
			  int depth)
{
	if (size == 0 || size % 4)
		return refuse(gate, "a size is zero or not a multiple of 4");
	if (bytes[0] != '#')
		return check_message(gate, bytes, size);
	if (depth >= GATE_DEPTH_MAX)
		return refuse(gate, "bundles are nested more than 4 deep");
	if (size < 16 || memcmp(bytes, "#bundle", 8) != 0)
		return refuse(gate, "a bundle's head is broken");
	for (size_t at = 16; at < size;) {
		if (++gate->elements > GATE_ELEMENTS_MAX)
			return refuse(gate, "a bundle holds more than 256 elements");
		/* `at` is always a multiple of 4, and so is `size`: four bytes can be
		 * read here. */
		size_t inner = word_at(bytes + at);
		at += 4;
		if (inner > size - at)
			return refuse(gate, "an element is longer than its bundle");
		if (!check_element(gate, bytes + at, inner, depth + 1))
			return false;
		at += inner;
	}
	return true;
}

bool gate_check(const uint8_t *bytes, size_t size, const char **why)
{
	struct gate gate = { .why = "" };
	bool ok = size <= GATE_BYTES_MAX
			  ? check_element(&gate, bytes, size, 0)
			  : refuse(&gate, "a datagram is longer than 8192 bytes");

	*why = gate.why;
	return ok;
}

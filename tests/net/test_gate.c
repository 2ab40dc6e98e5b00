/* test_gate.c - well-formed OSC passes, nothing else does, and no byte beyond the end is
 * looked at (run it under ASan). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <lo/lo.h>
#include <stdlib.h>

#include "daemon/net/gate.h"
#include "daemon/net/packet.h"
#include "tests/support/test.h"

/* On the heap, exactly as long: a byte too far is seen by ASan. */
static bool passes(const void *bytes, size_t size)
{
	const char *why;
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, bytes, size);
	bool ok = gate_check(copy, size, &why);
	free(copy);
	return ok;
}

#define PASSES(text) passes(text, sizeof(text) - 1)

static void test_good(void)
{
	CHECK(PASSES("/a\0\0"), "no type string");
	CHECK(PASSES("/a\0\0,\0\0\0"), "no arguments");
	CHECK(PASSES("/a\0\0,f\0\0\x3f\x80\0\0"), "a float");
	CHECK(PASSES("/abc/def\0\0\0\0,TFNI\0\0\0"), "no bytes");
	CHECK(PASSES("/a\0\0,s\0\0abcd\0\0\0\0"), "a string");
	CHECK(PASSES("/a\0\0,b\0\0\0\0\0\3abc\0"), "a blob");
	CHECK(PASSES("#bundle\0\0\0\0\0\0\0\0\1"), "an empty bundle");
	CHECK(PASSES("#bundle\0\0\0\0\0\0\0\0\1\0\0\0\4/a\0\0"), "a bundle of one");
}

static void test_bad(void)
{
	CHECK(!PASSES(""), "nothing");
	CHECK(!PASSES("/a\0"), "3 bytes");
	CHECK(!PASSES("/abc"), "no end");
	CHECK(!PASSES("abc\0"), "no slash");
	CHECK(!PASSES("/\0\0\0"), "only a slash");
	CHECK(!PASSES("/a/\0,\0\0\0"), "empty last part");
	CHECK(!PASSES("//a\0,\0\0\0"), "empty part");
	CHECK(!PASSES("/a b\0\0\0\0,\0\0\0"), "a space");
	CHECK(!PASSES("/a\0x,\0\0\0"), "dirty padding");
	CHECK(!PASSES("/a\0\0f\0\0\0\0\0\0\0"), "no comma");
	CHECK(!PASSES("/a\0\0,f\0\0"), "float missing");
	CHECK(!PASSES("/a\0\0,d\0\0\0\0\0\0"), "half a double");
	CHECK(!PASSES("/a\0\0,f\0\0\x7f\x80\0\0"), "infinity");
	CHECK(!PASSES("/a\0\0,f\0\0\x7f\xc0\0\0"), "NaN");
	CHECK(!PASSES("/a\0\0,d\0\0\xff\xf0\0\0\0\0\0\0"), "double -inf");
	CHECK(!PASSES("/a\0\0,s\0\0abcd"), "string without end");
	CHECK(!PASSES("/a\0\0,b\0\0\0\0"), "blob of half a size");
	CHECK(!PASSES("/a\0\0,b\0\0\xff\xff\xff\xff"), "blob of 4 GB");
	CHECK(!PASSES("/a\0\0,b\0\0\0\0\0\5abcd"), "blob too long");
	CHECK(!PASSES("/a\0\0,q\0\0\0\0\0\0"), "unknown type");
	CHECK(!PASSES("/a\0\0,\0\0\0abcd"), "left over");
	CHECK(!PASSES("#bundle\0\0\0\0\0"), "short bundle");
	CHECK(!PASSES("#bundlX\0\0\0\0\0\0\0\0\1"), "broken head");
	CHECK(!PASSES("#bundle\0\0\0\0\0\0\0\0\1\0\0\0\0"), "zero element");
	CHECK(!PASSES("#bundle\0\0\0\0\0\0\0\0\1\0\0\0\x7f/a\0\0"), "long element");
	CHECK(!PASSES("#bundle\0\0\0\0\0\0\0\0\1\xff\xff\xff\xfc/a\0\0"),
	      "huge element");
	CHECK(!PASSES("#bundle\0\0\0\0\0\0\0\0\1\0\0\0\2/a\0\0"), "odd element");
}

/* A bundle in a bundle ... `depth` of them. */
static size_t nest(uint8_t *bytes, int depth)
{
	size_t inner = depth > 1 ? nest(bytes + 20, depth - 1) : 0;

	memcpy(bytes, "#bundle\0\0\0\0\0\0\0\0\1", 16);
	if (!inner)
		return 16;
	bytes[16] = bytes[17] = 0;
	bytes[18] = (uint8_t)(inner >> 8);
	bytes[19] = (uint8_t)inner;
	return 20 + inner;
}

static void test_bounds(void)
{
	static uint8_t bytes[GATE_BYTES_MAX + 8];

	CHECK(passes(bytes, nest(bytes, 4)), "4 deep");
	CHECK(!passes(bytes, nest(bytes, 5)), "5 deep");

	for (int count = GATE_ELEMENTS_MAX; count <= GATE_ELEMENTS_MAX + 1; count++) {
		memcpy(bytes, "#bundle\0\0\0\0\0\0\0\0\1", 16);
		for (int i = 0; i < count; i++)
			memcpy(bytes + 16 + 8 * i, "\0\0\0\4/a\0\0", 8);
		CHECK(passes(bytes, 16 + 8 * (size_t)count) == (count <= 256),
		      "%d elements", count);
	}
	for (int count = 63; count <= 66; count++) {
		memset(bytes, 0, 100);
		memcpy(bytes, "/a\0\0,", 5);
		memset(bytes + 5, 'T', (size_t)count);
		size_t size = 4 + ((size_t)count + 1) / 4 * 4 + 4;
		CHECK(passes(bytes, size) == (count <= 64), "%d arguments", count);
	}
	for (int length = 127; length <= 130; length++) {
		memset(bytes, 0, 200);
		memset(bytes, 'a', (size_t)length);
		bytes[0] = '/';
		size_t size = ((size_t)length / 4 + 1) * 4;
		CHECK(passes(bytes, size) == (length <= 128), "address of %d", length);
	}
	/* A blob that fills the datagram, and one that is 4 bytes too large. */
	for (size_t size = GATE_BYTES_MAX; size <= GATE_BYTES_MAX + 4; size += 4) {
		size_t blob = size - 12;
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes, "/a\0\0,b\0\0", 8);
		bytes[10] = (uint8_t)(blob >> 8);
		bytes[11] = (uint8_t)blob;
		CHECK(passes(bytes, size) == (size <= GATE_BYTES_MAX), "%zu bytes",
		      size);
	}
}

/* liblo writes it, the gate passes it, packet.h reads the same. */
static void test_against_liblo(void)
{
	size_t size;

	lo_message message = lo_message_new();
	lo_message_add(message, "ihfdsTF", 7, (int64_t)-8, 0.5, 2.25, "hello",
		       LO_ARGS_END);
	uint8_t *bytes = lo_message_serialise(message, "/eq/gain", NULL, &size);
	CHECK(passes(bytes, size), "liblo's message");
	struct message read = message_read(bytes, size);
	const double wanted[] = { 7, -8, 0.5, 2.25, 0, 1, 0 };
	CHECK_TEXT(read.path, "/eq/gain");
	for (int i = 0; i < 7; i++) {
		struct argument argument = message_next(&read);
		CHECK_NEAR(argument.number, wanted[i], 0, "argument");
		CHECK(argument.is_number == (i != 4), "argument %d", i);
		if (i == 4)
			CHECK_TEXT(argument.text, "hello");
	}
	CHECK(message_next(&read).type == 0, "no eighth");
	for (size_t cut = 4; cut < size; cut += 4)
		CHECK(cut == 12 || !passes(bytes, cut), "cut at %zu", cut);
	lo_message_free(message);

	/* And the other way round. */
	struct packet packet;
	packet_clear(&packet);
	CHECK(packet_add(&packet, "/x", "ifdhs", 3, 0.25, 1e9, INT64_C(-5), "four"),
	      "fits");
	int result;
	message = lo_message_deserialise(packet.bytes + 20, (size_t)packet.size - 20,
					 &result);
	CHECK(message && strcmp(lo_message_get_types(message), "ifdhs") == 0,
	      "liblo reads");
	lo_arg **values = lo_message_get_argv(message);
	/* They lie where they lay in the message: not always where C would have them. */
	int32_t whole;
	int64_t wide;
	float single;
	double number;
	memcpy(&whole, values[0], sizeof(whole));
	memcpy(&single, values[1], sizeof(single));
	memcpy(&number, values[2], sizeof(number));
	memcpy(&wide, values[3], sizeof(wide));
	CHECK(whole == 3 && wide == -5, "integers");
	CHECK_NEAR(single, 0.25, 0, "float");
	CHECK_NEAR(number, 1e9, 0, "double");
	CHECK_TEXT((const char *)values[4], "four");
	lo_message_free(message);
	free(bytes);
}

int main(void)
{
	test_good();
	test_bad();
	test_bounds();
	test_against_liblo();
	return test_result();
}

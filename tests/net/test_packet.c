/* test_packet.c - OSC messages: what is written is read back, and what does not fit stays
 * out. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/packet.h"

#include "daemon/net/gate.h"
#include "tests/support/test.h"

static struct message first(struct packet *packet)
{
	const uint8_t *bytes = packet->bytes + PACKET_HEAD_BYTES + 4;
	size_t size = (size_t)packet->size - PACKET_HEAD_BYTES - 4;
	const char *why = "";

	CHECK(packet->count == 1 && gate_check(bytes, size, &why), "%s", why);
	return message_read(bytes, size);
}

static void test_types(void)
{
	struct packet packet;

	packet_clear(&packet);
	CHECK(packet_add(&packet, "/a/path", "ihfds", -7, INT64_C(1) << 40, 0.5, 0.1,
			 "text"),
	      "added");
	struct message message = first(&packet);
	CHECK_TEXT(message.path, "/a/path");
	CHECK(message.count == 5 && message.path_length == 7, "%d", message.count);
	struct argument argument = message_next(&message);
	CHECK(argument.type == 'i' && argument.number == -7.0, "i");
	argument = message_next(&message);
	CHECK(argument.type == 'h' && argument.number == 1099511627776.0, "h");
	argument = message_next(&message);
	CHECK(argument.type == 'f' && argument.number == 0.5, "f");
	argument = message_next(&message);
	CHECK(argument.type == 'd' && argument.number == 0.1, "d");
	argument = message_next(&message);
	CHECK(argument.type == 's' && !argument.is_number, "s");
	CHECK_TEXT(argument.text, "text");
	CHECK(message_next(&message).type == 0, "after the last");
}

static void test_echo(void)
{
	struct packet asked, answer;

	packet_clear(&asked);
	packet_clear(&answer);
	packet_add(&asked, "/rack/ping", "si", "who", 3);
	struct message message = first(&asked);
	CHECK(packet_echo(&answer, "/rack/pong", &message, "h", INT64_C(9)), "added");
	struct message back = first(&answer);
	CHECK_TEXT(back.types, "sih");
	CHECK_TEXT(message_next(&back).text, "who");
	CHECK(message_next(&back).number == 3.0 && message_next(&back).number == 9.0,
	      "numbers");
}

/* Fills a datagram to the last byte that a message takes. */
static void test_full(void)
{
	struct packet packet;
	int added = 0;

	packet_clear(&packet);
	while (packet_add_float(&packet, "/a/meter", 8, 1.0f))
		added++;
	CHECK(added == packet.count && packet.size <= PACKET_BYTES_MAX, "%d bytes",
	      packet.size);
	int size = packet.size;
	CHECK(!packet_add(&packet, "/a/meter", "f", 1.0), "no room");
	CHECK(packet.size == size && packet.count == added, "nothing was added");
}

static void test_bundle(void)
{
	struct packet packet;
	const uint8_t *element;
	size_t at = 0, size;
	int elements = 0;

	packet_clear(&packet);
	packet_add(&packet, "/one", "i", 1);
	packet_add(&packet, "/two", "i", 2);
	while (bundle_next(packet.bytes, (size_t)packet.size, &at, &element, &size))
		CHECK_TEXT(message_read(element, size).path,
			   elements++ ? "/two" : "/one");
	CHECK(elements == 2, "%d", elements);
}

int main(void)
{
	test_types();
	test_echo();
	test_full();
	test_bundle();
	return test_result();
}

/* test_want.c - arguments as the value of a param, in each form. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/want.h"

#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static struct rack *rack;
static struct addresses *addresses;

/* Reads "/eq/<path>" with one argument: a number, or a text. */
static struct want read_one(const char *path, float now, struct packet *packet)
{
	struct want want = { .form = VERB_VALUE };
	enum verb verb;
	struct message message =
		message_read(packet->bytes + PACKET_HEAD_BYTES + 4,
			     (size_t)packet->size - PACKET_HEAD_BYTES - 4);
	int index = address_find(addresses, path, (int)strlen(path), &verb);

	CHECK(index >= 0, "%s", path);
	want_read(&want, rack, address_leaf(addresses, index), now, verb, &message);
	return want;
}

static struct want with_number(const char *path, float now, double number)
{
	struct packet packet;

	packet_clear(&packet);
	packet_add(&packet, path, "f", number);
	return read_one(path, now, &packet);
}

static struct want with_text(const char *path, float now, const char *text)
{
	struct packet packet;

	packet_clear(&packet);
	packet_add(&packet, path, "s", text);
	return read_one(path, now, &packet);
}

static struct want with_nothing(const char *path, float now)
{
	struct packet packet;

	packet_clear(&packet);
	packet_add(&packet, path, "");
	return read_one(path, now, &packet);
}

static void sets(struct want want, float value, const char *what)
{
	CHECK(!want.code && want.sets, "%s: %s", what, want.error);
	CHECK_NEAR(want.value, value, 1e-4, what);
}

static void refused(struct want want, const char *what)
{
	CHECK(want.code && strcmp(want.code, "bad_argument") == 0 && *want.error,
	      "%s is taken as %g", what, (double)want.value);
}

static void test_values(void)
{
	sets(with_number("/eq/gain", 0, 3.5), 3.5f, "a number");
	sets(with_number("/eq/gain", 0, 500), 500,
	     "beyond the range: not clamped here");
	sets(with_text("/eq/gain", 0, "-2.5"), -2.5f, "a text with a number");
	sets(with_text("/eq/type", 0, "low_shelf"), 1, "a choice's word");
	refused(with_text("/eq/gain", 0, "loud"), "no number");
	refused(with_text("/eq/type", 0, "low_self"), "no choice");
	struct want want = with_number("/eq/gain", 0, 1e300);
	CHECK(isfinite(want.value), "a double beyond a float");
}

static void test_forms(void)
{
	sets(with_number("/eq/gain/norm", 0, 0.5), 0, "the middle");
	sets(with_number("/eq/gain/norm", 0, 7), 36, "norm is clamped to 1");
	refused(with_text("/eq/gain/norm", 0, "half"), "norm of a word");
	sets(with_number("/eq/gain/adjust", 3, 1.5), 4.5f, "a step");
	refused(with_nothing("/eq/gain/adjust", 3), "no step");
	refused(with_number("/eq/clear/adjust", 0, 1), "a trigger has no steps");
	sets(with_nothing("/eq/swap/toggle", 0), 1, "on");
	sets(with_nothing("/eq/swap/toggle", 1), 0, "off");
	refused(with_nothing("/eq/gain/toggle", 0), "a gain can't be toggled");
	sets(with_nothing("/eq/freq/reset", 50), 1000, "the default");
}

/* A button sends 1 when it is pressed and 0 when it is released. */
static void test_release(void)
{
	CHECK(!with_number("/eq/swap/toggle", 0, 0).sets, "toggle");
	CHECK(!with_number("/eq/freq/reset", 0, 0).sets, "reset");
	CHECK(!with_number("/eq/clear", 0, 0).sets, "a trigger");
	CHECK(with_number("/eq/clear", 0, 1).sets, "a trigger's press");
	CHECK(with_number("/eq/gain", 5, 0).sets, "0 is a value of a gain");
}

static void test_number(void)
{
	double number;
	struct argument text = { .type = 's', .text = "2.5" };
	struct argument words = { .type = 's', .text = "2.5 dB" };
	struct argument endless = { .type = 's', .text = "inf" };
	struct argument none = { .type = 0 };

	CHECK(want_number(&text, &number) && number == 2.5, "%g", number);
	CHECK(!want_number(&words, &number), "words");
	CHECK(!want_number(&endless, &number), "inf");
	CHECK(!want_number(&none, &number), "nothing");
}

int main(void)
{
	rack = fake_rack(0);
	addresses = addresses_create(rack);
	test_values();
	test_forms();
	test_release();
	test_number();
	addresses_destroy(addresses);
	rack_destroy(rack);
	return test_result();
}

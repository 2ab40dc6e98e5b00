/* test_spectrum.c - /rack/spectrum: what comes, to whom, until when. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/bundle.h"
#include "daemon/osc/commands.h"
#include "daemon/osc/dispatch.h"
#include "tests/support/osc_desk.h"

static struct user one, two;

static void start(int nodes)
{
	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(nodes),
			       .events = event_log_create() };
	desk_listen();
	one = user_open(osc);
	two = user_open(osc);
	fake_spectra = 1;
}

static void stop(void)
{
	desk_end();
	close(one.fd);
	close(two.fd);
}

/* Spectra come, one after the other. */
static void play(int count)
{
	for (int i = 0; i < count; i++) {
		fake_spectra++;
		pump(osc, 0.05);
	}
	user_hear(&one);
}

static double level(const struct heard *heard_one, int band)
{
	const uint8_t *at = heard_one->blob + 16 + 2 * band;

	return (int16_t)(at[0] << 8 | at[1]) / 256.0;
}

static void test_message(void)
{
	start(0);
	user_send(&one, "/rack/spectrum", "sf", "comp", 25.0);
	play(4);
	const struct heard *spectrum = heard_at("/rack/spectrum");
	CHECK(spectrum && strcmp(spectrum->types, "sbb") == 0 &&
		      strcmp(spectrum->text[0], "comp") == 0 &&
		      spectrum->blob_size == 16 + 2 * 121,
	      "the message");
	if (spectrum) {
		CHECK_NEAR(level(spectrum, 0), 1 - 50, 0.01, "the first band");
		CHECK_NEAR(level(spectrum, 120), 1 + 15 - 50, 0.01, "the last");
		CHECK(spectrum->blob[15] > 0, "its frame");
	}
	CHECK(heard_times("/rack/spectrum") >= 3 && heard_times("/rack/spectrum") <= 4,
	      "%d for 4 spectra", heard_times("/rack/spectrum"));
	/* Nothing new, nothing sent. */
	pump(osc, 0.1);
	user_hear(&one);
	CHECK(!heard_at("/rack/spectrum"), "the same again");
	user_send(&one, "/rack/spectrum", "sf", "/comp", 0.0);
	play(2);
	user_hear(&one);
	play(2);
	CHECK(!heard_at("/rack/spectrum"), "ended");
	stop();
}

static void test_refusals(void)
{
	start(5);
	for (int i = 0; i < 4; i++) {
		char name[8];
		snprintf(name, sizeof(name), "n%d", i);
		user_send(&one, "/rack/spectrum", "s", name);
		pump(osc, 0.02);
	}
	user_hear(&one);
	user_send(&two, "/rack/spectrum", "s", "n4");
	pump(osc, 0.05);
	user_hear(&two);
	CHECK_ERROR("full", "n0, n1, n2, n3");
	user_send(&two, "/rack/spectrum", "s", "n2");
	play(3);
	user_hear(&two);
	CHECK(heard_at("/rack/spectrum") && !heard_at("/rack/error"),
	      "the same node once more");
	user_send(&two, "/rack/spectrum", "s", "nobody");
	pump(osc, 0.05);
	user_hear(&two);
	CHECK_ERROR("unknown_address", "nobody");
	user_send(&two, "/rack/spectrum", "s", "rack");
	pump(osc, 0.05);
	user_hear(&two);
	CHECK_ERROR("unknown_address", "rack");
	user_send(&two, "/rack/spectrum", "");
	pump(osc, 0.05);
	user_hear(&two);
	CHECK_ERROR("bad_argument", "name of a node");
	user_send(&two, "/rack/spectrum", "sf", "n2", -1.0);
	pump(osc, 0.05);
	user_hear(&two);
	CHECK_ERROR("bad_argument", "0.1 to 25");
	user_send(&two, "/rack/spectrum", "sf", "n3", 0.0);
	pump(osc, 0.05);
	user_hear(&two);
	CHECK_ERROR("unknown_address", "n3");
	stop();
}

/* Who does not renew is forgotten, and then nobody asks the engine. */
static void test_expiry(void)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = 1 };
	size_t size;

	start(0);
	struct outlet *outlet = outlet_create(one.fd);
	struct dispatch *dispatch =
		dispatch_create(&desk, &parts, outlet, commands_all);
	lo_message message = message_of("s", "eq");
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	void *bytes = lo_message_serialise(message, "/rack/spectrum", NULL, &size);
	bundle_run_whole(dispatch, bytes, size, &from, 100.0);
	fake_spectrum_asked = 0;
	dispatch_tick(dispatch, 109.9);
	CHECK(fake_spectrum_asked, "within 10 s");
	bundle_run_whole(dispatch, bytes, size, &from, 109.95);
	fake_spectrum_asked = 0;
	dispatch_tick(dispatch, 119.9);
	CHECK(fake_spectrum_asked, "renewed");
	fake_spectrum_asked = 0;
	dispatch_tick(dispatch, 120.0);
	CHECK(!dispatch_busy(dispatch) && !fake_spectrum_asked, "forgotten");
	free(bytes);
	lo_message_free(message);
	dispatch_destroy(dispatch);
	outlet_destroy(outlet);
	stop();
}

int main(void)
{
	test_message();
	test_refusals();
	test_expiry();
	return test_result();
}

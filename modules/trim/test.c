/* test.c - what trim promises beyond what every module must. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alone.h"

enum { RATE = 48000, FRAMES = RATE };

static float left[FRAMES], right[FRAMES], out_left[FRAMES], out_right[FRAMES];
static float *const in[2] = { left, right }, *const out[2] = { out_left, out_right };

static void play_with(const char *params)
{
	alone_play("trim", params, RATE, in, out, FRAMES);
}

static void test_levels(void)
{
	for (int n = 0; n < FRAMES; n++) {
		left[n] = 0.5f;
		right[n] = 0.25f;
	}
	play_with("");
	CHECK(!memcmp(left, out_left, sizeof(left)), "at rest: bit for bit");
	play_with("gain = -20.0;");
	CHECK_NEAR(out_left[0], 0.05, 1e-8, "gain, from the first frame");
	play_with("gain = 6.0; balance = -50.0;");
	CHECK_NEAR(out_left[0], 0.5 * 1.99526, 1e-5, "the near side keeps its level");
	CHECK_NEAR(out_right[0], 0.25 * 1.99526 * 0.5, 1e-5, "the far side");
	play_with("swap = true;");
	CHECK_NEAR(out_left[0], 0.25, 0, "swap");
	CHECK_NEAR(out_right[0], 0.5, 0, "swap");
	play_with("channel = ({}, { polarity = true; });");
	CHECK_NEAR(out_left[0], 0.5, 0, "polarity of the other");
	CHECK_NEAR(out_right[0], -0.25, 0, "polarity");
}

static void test_blocker(void)
{
	for (int n = 0; n < FRAMES; n++)
		left[n] = right[n] = 0.5f;
	play_with("dc_block = true;");
	CHECK_NEAR(out_left[FRAMES - 1], 0.0, 1e-6, "DC is gone");
	CHECK_NEAR(out_left[(int)(RATE / (2.0 * M_PI * 5.0))], 0.5 / M_E, 0.002,
		   "with the time constant of 5 Hz");
}

int main(void)
{
	test_levels();
	test_blocker();
	return test_result();
}

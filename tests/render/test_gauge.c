/* test_gauge.c - loudness, range and true peak of made signals, against libebur128 and
 * against arithmetic. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/gauge.h"

#include "tests/support/test.h"

#include <ebur128.h>
#include <stdlib.h>

static struct gauge gauge, other;

static uint32_t seed = 1;

static float noise(void)
{
	seed = seed * 1664525u + 1013904223u;
	return (float)(int32_t)seed / 2147483648.0f;
}

/* Noise whose level moves between `low` and 0 dB of 0.1, in seconds of so many. */
static float *programme(int rate, int channels, double seconds, double low)
{
	const int frames = (int)(rate * seconds);
	float *audio = malloc(sizeof(float) * (size_t)frames * (size_t)channels);

	for (int i = 0; i < frames; i++) {
		const double db = low * (0.5 + 0.5 * sin(i * 0.21 / rate));
		for (int c = 0; c < channels; c++)
			audio[i * channels + c] =
				0.1f * noise() * (float)pow(10, db / 20);
	}
	return audio;
}

static void run(struct gauge *to, const float *audio, int frames, int rate,
		int channels, int block)
{
	struct gauging *gauging = gauge_begin(to, rate, channels, false);

	for (int done = 0; done < frames; done += block)
		gauge_add(gauging, audio + (size_t)done * (size_t)channels,
			  frames - done < block ? frames - done : block);
	gauge_end(gauging);
}

static void test_peer(int rate, int channels, double seconds, double low)
{
	float *audio = programme(rate, channels, seconds, low);
	const int frames = (int)(rate * seconds);

	ebur128_state *peer = ebur128_init((unsigned)channels, (unsigned long)rate,
					   EBUR128_MODE_I | EBUR128_MODE_LRA);
	double integrated, range;

	ebur128_add_frames_float(peer, audio, (size_t)frames);
	ebur128_loudness_global(peer, &integrated);
	ebur128_loudness_range(peer, &range);
	run(&gauge, audio, frames, rate, channels, 1024);
	CHECK_NEAR(gauge_integrated(&gauge), integrated, 0.02, "integrated");
	/* Its windows begin once a second, ours ten times. */
	CHECK_NEAR(gauge_range(&gauge), range, 0.3, "range");
	/* However it is cut. */
	run(&other, audio, frames, rate, channels, 37);
	CHECK(memcmp(&gauge.blocks, &other.blocks, sizeof(gauge.blocks)) == 0 &&
		      gauge.true_peak == other.true_peak,
	      "blocks of 37 frames");
	ebur128_destroy(&peer);
	free(audio);
}

/* A sine at a quarter of the rate, sampled off its crests. */
static void test_peak(void)
{
	static float audio[48000 * 2];

	for (int i = 0; i < 48000; i++)
		audio[2 * i] = audio[2 * i + 1] =
			(float)(0.5 * sin(M_PI / 2 * i + M_PI / 4));
	run(&gauge, audio, 48000, 48000, 2, 480);
	CHECK_NEAR(gauge_true_peak(&gauge), -6.02, 0.2,
		   "true peak"); /* it begins at once */
	/* One sample, at the very end. */
	memset(audio, 0, sizeof(audio));
	audio[2 * 47999] = 0.5f;
	run(&gauge, audio, 48000, 48000, 2, 480);
	CHECK(gauge_true_peak(&gauge) > -6.1, "%.2f", gauge_true_peak(&gauge));
	memset(audio, 0, sizeof(audio));
	run(&gauge, audio, 48000, 48000, 2, 480);
	CHECK(isinf(gauge_true_peak(&gauge)) && isinf(gauge_integrated(&gauge)),
	      "silence");
}

/* Two programmes together are one that is as long. */
static void test_join(void)
{
	const int frames = 48000 * 10;
	float *loud = programme(48000, 2, 10, 0), *both;

	both = malloc(sizeof(float) * 4 * (size_t)frames);
	memcpy(both, loud, sizeof(float) * 2 * (size_t)frames);
	for (int i = 0; i < 2 * frames; i++)
		both[2 * frames + i] = loud[i] * 0.5f;
	run(&gauge, both, 2 * frames, 48000, 2, 960);
	const double wanted = gauge_integrated(&gauge);
	run(&gauge, loud, frames, 48000, 2, 960);
	run(&other, both + 2 * frames, frames, 48000, 2, 960);
	gauge_join(&gauge, &other);
	CHECK_NEAR(gauge_integrated(&gauge), wanted, 0.05, "joined");
	CHECK(gauge.frames == 2 * frames, "%lld", (long long)gauge.frames);
	free(loud);
	free(both);
}

/* Curves have room for any length. */
static void test_curve(void)
{
	float *audio = programme(8000, 1, 250, -20);

	run(&gauge, audio, 8000 * 250, 8000, 1, 8000);
	CHECK(gauge.per_point == 4 && gauge.points == 625, "%d points of %d",
	      gauge.points, gauge.per_point);
	double most = -HUGE_VAL;
	for (int i = 0; i < gauge.points; i++)
		most = fmax(most, (double)gauge.short_term[i]);
	CHECK_NEAR(most, gauge.short_term_max, 1.0, "the curve's highest");
	free(audio);
}

int main(void)
{
	test_peer(48000, 2, 120, -30);
	test_peer(44100, 1, 120, -6);
	test_peer(96000, 2, 60, -15);
	test_peer(32000, 2, 120, -20);
	test_peer(48000, 6, 60, -10);
	test_peer(48000, 2, 1, 0);
	test_peak();
	test_join();
	test_curve();
	return test_result();
}

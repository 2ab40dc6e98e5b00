/* test.c - what the linear-phase equaliser promises beyond what every module must. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sndfile.h>

#include "modules/lineq/lineq.h"
#include "tests/support/play.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

enum { LONG = 1 << 17, AT = 20000 };

static float left[LONG], right[LONG], out_left[LONG], out_right[LONG];
static float *const in[2] = { left, right }, *const out[2] = { out_left, out_right };

static struct play *open_lineq(const char *rest, int rate)
{
	char config[1024];

	snprintf(config, sizeof(config),
		 "rack = { files = \"/tmp\"; };"
		 "nodes = ({ module = \"lineq\"; name = \"it\"; %s });",
		 rest);
	struct play *play = play_open(config, rate, 0);
	CHECK(play, "config: %s", rest);
	return play;
}

static int latency_of(const struct play *play)
{
	return engine_output_latency(play->engine,
				     rack_find(play->rack, "rack/output/out"));
}

static void impulse(struct play *play, float first, float second)
{
	memset(left, 0, sizeof(left));
	memset(right, 0, sizeof(right));
	left[AT] = first;
	right[AT] = second;
	play_run(play, in, out, LONG, 512);
}

/* dB at hz, and the deviation from zero phase around frame `middle`. */
static double response_db(const float *x, int middle, double hz, int rate, double *turn)
{
	double re = 0.0, im = 0.0;

	for (int n = 0; n < LONG; n++) {
		const double p = 2.0 * M_PI * hz * (n - middle) / rate;
		re += (double)x[n] * cos(p);
		im -= (double)x[n] * sin(p);
	}
	*turn = atan2(im, re);
	return 10.0 * log10(re * re + im * im);
}

static double bell_db(double hz, double centre, double gain_db, double q)
{
	const struct section h = eq_analogue(EQ_BELL, gain_db, q);
	const double s = hz / centre;

	return 10.0 * log10(section_power(&h, s * s));
}

/* One bell against the analogue one. */
static double bell_error(int rate, const char *length, double centre, double gain_db,
			 double q)
{
	char config[160];

	snprintf(
		config, sizeof(config),
		"length = \"%s\"; band = ({ type = \"bell\"; freq = %.1f; gain = %.1f; "
		"q = %.2f; });",
		length, centre, gain_db, q);
	struct play *play = open_lineq(config, rate);
	if (!play)
		return 1e9;
	impulse(play, 1.0f, 0.0f);
	double worst = 0.0, turn;
	for (double octave = -3.0; octave <= 3.0; octave += 0.03) {
		const double hz = centre * exp2(octave);
		if (hz > 20000.0)
			break;
		const double found =
			response_db(out_left, AT + latency_of(play), hz, rate, &turn);
		worst = fmax(worst, fabs(found - bell_db(hz, centre, gain_db, q)));
		CHECK_NEAR(turn, 0.0, 1e-4, "phase");
	}
	play_close(play);
	return worst;
}

static void test_response(void)
{
	static const double centres[] = { 100, 1000, 16000 };

	for (int f = 0; f < 3; f++) {
		const double error = bell_error(48000, "long", centres[f], 12.0, 4.0);
		CHECK(error <= 0.05, "long, %g Hz, +12 dB: %.3f dB", centres[f], error);
	}
	double error = bell_error(48000, "normal", 200.0, 12.0, 4.0);
	CHECK(error <= 0.05, "200 Hz, +12 dB: %.3f dB", error);
	error = bell_error(192000, "normal", 1000.0, -12.0, 4.0);
	CHECK(error <= 0.05, "192 kHz: %.3f dB", error);
}

/* Mid bands leave the side unchanged, left bands the right channel. */
static void test_channels(void)
{
	struct play *play = open_lineq("band = ({ freq = 1000.0; type = \"bell\"; "
				       "gain = 12.0; channels = \"mid\"; });",
				       48000);

	if (!play)
		return;
	double turn;
	const int middle = AT + latency_of(play);
	impulse(play, 1.0f, -1.0f);
	CHECK_NEAR(response_db(out_left, middle, 1000.0, 48000, &turn), 0.0, 1e-4,
		   "side");
	impulse(play, 1.0f, 1.0f);
	CHECK_NEAR(response_db(out_right, middle, 1000.0, 48000, &turn), 12.0, 1e-2,
		   "mid");
	play_close(play);
	play = open_lineq("band = ({ freq = 1000.0; type = \"bell\"; gain = 12.0; "
			  "channels = \"left\"; });",
			  48000);
	if (!play)
		return;
	impulse(play, 1.0f, 1.0f);
	CHECK_NEAR(response_db(out_left, middle, 1000.0, 48000, &turn), 12.0, 1e-2,
		   "left");
	CHECK_NEAR(response_db(out_right, middle, 1000.0, 48000, &turn), 0.0, 1e-4,
		   "right");
	play_close(play);
}

static void test_flat(void)
{
	struct play *play = open_lineq("", 48000);

	if (!play)
		return;
	for (int n = 0; n < LONG; n++)
		left[n] = right[n] = (float)(0.3 * sin(0.01 * n * n));
	play_run(play, in, out, LONG, 512);
	const int late = latency_of(play);
	CHECK(late <= 3072, "%d frames late", late);
	CHECK(memcmp(left, out_left + late, sizeof(left) - (size_t)late * 4) == 0,
	      "flat is not exact");
	play_close(play);
}

/* A band that was flat at first soon equals one that never was. */
static void test_change(int rate)
{
	static float other[LONG];
	float *const outs[2] = { other, out_right };
	static const char band[] =
		"band = ({ freq = 1000.0; type = \"bell\"; gain = %s; q = 4.0; });";
	char config[128];

	for (int n = 0; n < LONG; n++)
		left[n] = right[n] = (float)(0.3 * sin(0.13 * n));
	snprintf(config, sizeof(config), band, "12.0");
	struct play *play = open_lineq(config, rate);
	snprintf(config, sizeof(config), band, "0.0");
	struct play *changed = open_lineq(config, rate);
	if (!play || !changed)
		return;
	play_run(play, in, out, LONG, 512);
	float *const late[2] = { left + 16384, right + 16384 };
	float *const late_out[2] = { other + 16384, out_right };
	play_run(changed, in, outs, 16384, 512);
	play_set(changed, "it/band/1/gain", 12.0f);
	play_run(changed, late, late_out, LONG - 16384, 512);
	float most = 0.0f;
	for (int n = 16384 + rate / 5; n < LONG; n++)
		most = fmaxf(most, fabsf(other[n] - out_left[n]));
	CHECK(most < 1e-6f, "%d Hz: 200 ms after a change off by %g", rate,
	      (double)most);
	play_close(play);
	play_close(changed);
}

/* A file of `taps` frames against the sum of products, at a few frames. */
static void test_file(int taps, int channels)
{
	static float response[LINEQ_TAPS_MAX * 2];
	char path[] = "/tmp/lathe-lineq-XXXXXX.wav", config[64];
	uint32_t seed = 7;

	SF_INFO info = { .samplerate = 48000,
			 .channels = channels,
			 .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
	close(mkstemps(path, 4));
	for (int i = 0; i < taps * channels; i++)
		response[i] = (float)(0.01 * random_noise(&seed));
	SNDFILE *file = sf_open(path, SFM_WRITE, &info);
	CHECK(file && sf_writef_float(file, response, taps) == taps, "%s", path);
	sf_close(file);
	snprintf(config, sizeof(config), "file = \"%s\";", path + 5);
	struct play *play = open_lineq(config, 48000);
	random_fill(in, LONG, 0.3);
	if (play) {
		const int late = latency_of(play);
		CHECK(late == CONVOLVE_CELL, "%d frames late", late);
		play_run(play, in, out, LONG, 257);
		double worst = 0.0;
		for (int n = 0; n + late < LONG; n += 1499) {
			double a = 0.0, b = 0.0;
			for (int t = 0; t < taps && t <= n; t++) {
				const float *h = &response[t * channels];
				a += (double)h[0] * (double)left[n - t];
				b += (double)h[channels - 1] * (double)right[n - t];
			}
			worst = fmax(worst, fabs(a - (double)out_left[n + late]));
			worst = fmax(worst, fabs(b - (double)out_right[n + late]));
		}
		CHECK(worst < 2e-6, "%d taps, %d channels: off by %g", taps, channels,
		      worst);
	}
	play_close(play);
	unlink(path);
}

/* A response of one impulse at a different rate: the output is the input, with the
 * declared latency, up to the band limit of the lower rate. */
static void test_file_at(int file_rate)
{
	static const double tones[] = { 100, 997, 5000, 14000 };
	static float response[64];
	char path[] = "/tmp/lathe-lineq-XXXXXX.wav", config[64];

	SF_INFO info = { .samplerate = file_rate,
			 .channels = 1,
			 .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
	close(mkstemps(path, 4));
	response[0] = 0.5f;
	SNDFILE *file = sf_open(path, SFM_WRITE, &info);
	CHECK(file && sf_writef_float(file, response, 64) == 64, "%s", path);
	sf_close(file);
	snprintf(config, sizeof(config), "file = \"%s\";", path + 5);
	for (int t = 0; t < 4 && tones[t] < 0.4 * file_rate; t++) {
		struct play *play = open_lineq(config, 48000);
		double worst = 0.0;
		for (int n = 0; n < LONG; n++)
			left[n] = right[n] =
				(float)(0.5 * sin(2 * M_PI * tones[t] * n / 48000));
		const int late = play ? latency_of(play) : 0;
		CHECK(late > CONVOLVE_CELL, "%d Hz: %d frames late", file_rate, late);
		if (play)
			play_run(play, in, out, LONG, 257);
		for (int n = 12000; n + late < LONG; n++)
			worst = fmax(worst, fabs(0.5 * (double)left[n] -
						 (double)out_left[n + late]));
		CHECK(worst < 2e-4, "%d Hz, tone %g: off by %g", file_rate, tones[t],
		      worst);
		play_close(play);
	}
	unlink(path);
}

int main(void)
{
	test_response();
	test_channels();
	test_flat();
	test_change(48000);
	test_change(192000);
	test_file(1, 1);
	test_file(4096, 2);
	test_file(4097, 1);
	test_file(LINEQ_TAPS_MAX, 2);
	test_file_at(96000);
	test_file_at(44100);
	test_file_at(192000);
	test_file_at(8000);
	return test_result();
}

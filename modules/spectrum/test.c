/* spectrum/test.c - the bands against IEC 61260-1:2014 class 1, at every rate. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/spectrum/spectrum.h"

#include "tests/support/measured.h"
#include "tests/support/random.h"

extern const struct module module_spectrum;

static const int rates[] = { 44100, 48000, 96000, 192000 };
enum { RATES = 4 };

/* Table 1 of the standard for thirds: a frequency over the middle of the band (its
 * reciprocal counts as well), and between which attenuations a filter must lie there. */
static const struct limit {
	double ratio, least, most;
} mask[] = {
	{ 1.0, -0.4, 0.4 },
	{ 1.02667, -0.4, 0.5 },
	{ 1.05575, -0.4, 0.7 },
	{ 1.08746, -0.4, 1.4 },
	{ 1.12202 * 0.9999, -0.4, 5.3 },
	{ 1.12202 * 1.0001, 1.2, 200.0 },
	{ 1.29437, 16.6, 200.0 },
	{ 1.88173, 40.5, 200.0 },
	{ 3.05365, 60.0, 200.0 },
	{ 5.39195, 70.0, 200.0 },
};
enum { LIMITS = sizeof(mask) / sizeof(*mask) };

/* dB that band k takes from a sine. Only this band runs. */
static double attenuation(const struct bands *fresh, int k, double hz, double width_hz)
{
	struct bands bands = *fresh;
	float audio[BANDS_FRAMES];
	/* The sine: each sample from the two before. */
	const double w = 2.0 * M_PI * hz / bands.rate, turn = 2.0 * cos(w);
	double now = 0.0, before = -sin(w);

	for (int j = 0; j < bands.count; j++)
		bands.band[j].absent |= j != k;
	/* Until the start has died away; then whole periods, nearly. */
	const long settle = lround(6.0 / width_hz * bands.rate),
		   listen = lround(8.0 / width_hz * bands.rate);
	for (long at = 0; at < settle + listen; at += BANDS_FRAMES) {
		for (int n = 0; n < BANDS_FRAMES; n++) {
			const double next = turn * now - before;
			audio[n] = (float)now;
			before = now;
			now = next;
		}
		if (at < settle || at - BANDS_FRAMES < settle)
			bands_time(&bands, (double)INFINITY);
		bands_run(&bands, audio, NULL, 1, BANDS_FRAMES);
	}
	return -10.0 * log10(2.0 * bands.band[k].first + 1e-30);
}

static void check_limit(const struct bands *bands, int k, double band_hz, double hz,
			const struct limit *limit)
{
	if (hz >= bands->rate / 2.0)
		return;
	/* Narrow bands take their time. */
	const double width_hz = k < BANDS_THIRDS ? band_hz * 0.16 : band_hz * 0.08;
	const double found = attenuation(bands, k, hz, width_hz);
	CHECK(found >= limit->least && found <= limit->most,
	      "%.0f Hz, band of %.1f Hz: %.1f Hz is %.2f dB down, wanted %g to %g",
	      bands->rate, band_hz, hz, found, limit->least, limit->most);
}

static void test_mask(int rate)
{
	static struct bands bands;
	static const struct limit folded = { 0.0, 70.0, 200.0 };
	int present = 0;

	bands_init(&bands, rate, false);
	for (int k = 0; k < BANDS_THIRDS; k++) {
		const double band_hz = bands_third_hz(k);
		if (bands.band[k].absent)
			continue;
		present++;
		for (int i = 0; i < LIMITS; i++) {
			check_limit(&bands, k, band_hz, band_hz * mask[i].ratio,
				    &mask[i]);
			check_limit(&bands, k, band_hz, band_hz / mask[i].ratio,
				    &mask[i]);
		}
		/* What would fold into the band from around the octaves' rates. */
		for (int s = 1; s <= bands.band[k].stage; s++)
			check_limit(&bands, k, band_hz, ldexp(rate, -s) - band_hz,
				    &folded);
	}
	CHECK(present == (rate == 44100 ? 30 : 31), "%d Hz: %d bands", rate, present);
}

/* Two sixths in each third, 3 dB down where they meet. */
static void test_sixths(int rate)
{
	static struct bands bands;
	static const struct limit middle = { 0.0, -0.4, 0.4 }, edge = { 0.0, 2.6, 3.5 },
				  far = { 0.0, 40.5, 200.0 };

	bands_init(&bands, rate, true);
	for (int k = 0; k < BANDS_SIXTHS; k += 3) {
		const double hz = bands_sixth_hz(k), half = pow(10.0, 0.025);
		const int place = BANDS_THIRDS + k;
		if (bands.band[place].absent)
			continue;
		check_limit(&bands, place, hz, hz, &middle);
		check_limit(&bands, place, hz, hz * half, &edge);
		check_limit(&bands, place, hz, hz / half, &edge);
		check_limit(&bands, place, hz, hz / 1.5, &far);
		check_limit(&bands, place, hz, hz * 1.5, &far);
	}
}

static void open_spectrum(struct measured *m, int rate, int channels)
{
	measured_open(m, &module_spectrum, rate, channels);
}

/* Which band, how loud, and of which signal. */
static void test_levels(int rate)
{
	static const double levels[] = { -3.0103, -6.0206, -6.0206, 0.0, -100.0 };
	struct measured m;

	open_spectrum(&m, rate, 2);
	struct measured_sine left = { 1000.0, { 1.0, 0.0 }, 0 };
	for (int of = OF_ALL; of <= OF_RIGHT; of++) {
		m.values[SPECTRUM_OF] = (float)of;
		measured_play(&m, measured_sine, &left, 2 * rate);
		CHECK_NEAR(m.meters[SPECTRUM_LEVEL + 17], levels[of], 0.05,
			   module_spectrum.params[SPECTRUM_OF].choices[of]);
	}
	CHECK_NEAR(m.meters[SPECTRUM_SIXTH], SPECTRUM_FLOOR, 0.0, "no sixths unasked");
	m.values[SPECTRUM_OF] = OF_ALL;
	m.values[SPECTRUM_SIXTHS] = 1.0f;
	m.values[SPECTRUM_TILT] = 3.0f;
	measured_tone(&m, bands_sixth_hz(41), -20.0, 2.0);
	CHECK_NEAR(m.meters[SPECTRUM_SIXTH + 41], -20.0 + 3.0 * 6.5 / 6.0, 0.05,
		   "a sixth over 1 kHz, tilted");
	measured_tone(&m, bands_third_hz(5), -20.0, 2.0);
	CHECK_NEAR(m.meters[SPECTRUM_LEVEL + 5], -20.0 - 12.0, 0.1,
		   "63 Hz, four octaves down");
	if (rate == 44100)
		CHECK_NEAR(m.meters[SPECTRUM_LEVEL + 30], SPECTRUM_FLOOR, 0.0,
			   "20 kHz is absent");
	measured_close(&m);
}

static void test_time(int rate)
{
	static const double tau[] = { 0.035, 0.125, 1.0, 10.0 };

	for (int time = TIME_35MS; time <= TIME_10S; time++) {
		struct measured m;
		open_spectrum(&m, rate, 2);
		m.values[SPECTRUM_TIME] = (float)time;
		measured_tone(&m, 8000.0, 0.0, tau[time]);
		CHECK_NEAR(m.highest[SPECTRUM_LEVEL + 26], 10.0 * log10(1 - exp(-1.0)),
			   0.6, "63 % after the time constant");
		measured_close(&m);
	}
	struct measured m;
	open_spectrum(&m, rate, 2);
	m.values[SPECTRUM_TIME] = TIME_INFINITE;
	measured_tone(&m, 8000.0, 0.0, 5.0);
	measured_silence(&m, 5.0);
	CHECK_NEAR(m.meters[SPECTRUM_LEVEL + 26], -3.01, 0.05, "the mean of all");
	m.values[SPECTRUM_CLEAR] += 1.0f;
	measured_silence(&m, 1.0);
	CHECK_NEAR(m.meters[SPECTRUM_LEVEL + 26], SPECTRUM_FLOOR, 0.0, "cleared");
	measured_close(&m);
}

static void test_hold(int rate)
{
	struct measured m;

	open_spectrum(&m, rate, 2);
	m.values[SPECTRUM_HOLD] = 2.0f;
	m.values[SPECTRUM_TIME] = TIME_35MS;
	measured_tone(&m, 1000.0, 0.0, 1.0);
	measured_silence(&m, 1.9);
	CHECK_NEAR(m.meters[SPECTRUM_PEAK + 17], 0.0, 0.1, "held for 2 s");
	measured_silence(&m, 1.1);
	CHECK_NEAR(m.meters[SPECTRUM_PEAK + 17], -10.0, 0.3, "then down 10 dB/s");
	measured_close(&m);
}

static double white(void *context, int channel, uint64_t frame, int rate)
{
	(void)channel;
	(void)frame;
	(void)rate;
	return random_noise(context);
}

/* White noise of known density: 1 dB more for each third. */
static void test_noise(int rate)
{
	struct measured m;
	uint32_t seed = 1;

	open_spectrum(&m, rate, 2);
	m.values[SPECTRUM_TIME] = TIME_INFINITE;
	measured_play(&m, white, &seed, 10L * rate);
	for (int k = 11; k < (rate == 44100 ? 30 : 31); k++) {
		const double hz = bands_third_hz(k);
		const double width = hz * (pow(10.0, 0.05) - pow(10.0, -0.05));
		/* Uniform noise has a power of 1/3; a full-scale sine 1/2 reads 0. */
		const double exact = 10.0 * log10(2.0 / 3.0 * width / (rate / 2.0));
		CHECK(fabs((double)m.meters[k] - exact) < 0.5,
		      "%d Hz, band of %.0f Hz: %.2f, wanted %.2f", rate, hz,
		      (double)m.meters[k], exact);
	}
	measured_close(&m);
}

/* More than two channels, and one. */
static void test_channels(void)
{
	struct measured m;

	open_spectrum(&m, 48000, 5);
	struct measured_sine last = { 1000.0, { 0, 0, 0, 0, 1.0 }, 0 };
	measured_play(&m, measured_sine, &last, 96000);
	CHECK_NEAR(m.meters[SPECTRUM_LEVEL + 17], 10.0 * log10(1.0 / 5.0), 0.05,
		   "one of five channels");
	measured_close(&m);
	open_spectrum(&m, 48000, 1);
	measured_tone(&m, 1000.0, -10.0, 2.0);
	CHECK_NEAR(m.meters[SPECTRUM_LEVEL + 17], -10.0, 0.05, "mono");
	measured_close(&m);
}

int main(void)
{
	for (int r = 0; r < RATES; r++) {
		test_mask(rates[r]);
		test_sixths(rates[r]);
		test_levels(rates[r]);
		test_time(rates[r]);
		test_noise(rates[r]);
	}
	test_hold(48000);
	test_channels();
	return test_result();
}

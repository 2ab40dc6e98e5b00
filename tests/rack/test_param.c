/* test_param.c - places, paths, curves and texts of the tables. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "daemon/rack/param.h"
#include "tests/support/model_modules.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

static void test_places(void)
{
	static const char *const wanted[] = { "gain", "band/1/type", "band/1/freq",
					      "band/1/gain", "band/2/type" };
	char path[64];

	CHECK(params_total(&model_eq, false) == 25, "%d",
	      params_total(&model_eq, false));
	CHECK(params_total(&model_eq, true) == 26, "%d", params_total(&model_eq, true));
	for (int i = 0; i < 5; i++) {
		param_path(&model_eq, i, path, sizeof(path));
		CHECK_TEXT(path, wanted[i]);
	}
	for (int i = 0; i < 26; i++) {
		param_path(&model_eq, i, path, sizeof(path));
		CHECK(param_find(&model_eq, true, path) == i, "%s", path);
	}
	CHECK_TEXT(path, "bypass");
	CHECK(param_find(&model_eq, false, "bypass") == -1, "bypass is the host's");
	CHECK(param_find(&model_eq, true, "band/9/gain") == -1, "no ninth band");
	CHECK(param_find(&model_eq, true, "band/0/gain") == -1, "counted from 1");
	CHECK(param_find(&model_eq, true, "band/03/gain") == -1, "one spelling");
	CHECK_NEAR(param_default(&model_eq, 2), 80, 0, "first band's frequency");
	CHECK_NEAR(param_default(&model_eq, 1 + 7 * 3), 3, 0, "last band's type");
	CHECK_NEAR(param_default(&model_comp, 1), 2, 0, "a row's own default");
}

static void test_meters(void)
{
	char path[64];

	/* gr, level/1, level/2, then the host's in/1 in/2 out/1 out/2 load */
	CHECK(meters_total(&model_trim, 2, false) == 3, "%d",
	      meters_total(&model_trim, 2, false));
	CHECK(meters_total(&model_trim, 2, true) == 8, "%d",
	      meters_total(&model_trim, 2, true));
	CHECK(meters_total(&model_eq, 1, true) == 11, "%d",
	      meters_total(&model_eq, 1, true));
	for (int channels = 1; channels <= CHANNELS_MAX; channels++) {
		for (int i = 0; i < meters_total(&model_eq, channels, true); i++) {
			meter_path(&model_eq, channels, i, path, sizeof(path));
			CHECK(meter_find(&model_eq, channels, true, path) == i, "%s",
			      path);
		}
	}
	meter_path(&model_eq, 1, 2, path, sizeof(path));
	CHECK_TEXT(path, "band/3/level");
	meter_path(&model_trim, 2, 2, path, sizeof(path));
	CHECK_TEXT(path, "level/2");
	meter_path(&model_trim, 2, 7, path, sizeof(path));
	CHECK_TEXT(path, "load");
	const struct meter *level = meter_row(&model_trim, 2, 1);
	CHECK_NEAR(meter_reading(level, 0.5f), -6.0206, 1e-4, "linear to dB");
	CHECK_NEAR(meter_reading(level, 0), -120, 0, "the floor");
	CHECK_NEAR(meter_reading(meter_row(&model_trim, 2, 0), 3), 3, 0, "as it is");
	meter_text(level, meter_reading(level, 0.5f), path, sizeof(path));
	CHECK_TEXT(path, "-6.02 dB");
	meter_text(level, -120, path, sizeof(path));
	CHECK_TEXT(path, "-inf dB");
	const struct meter reduction = { .unit = "dB",
					 .max = 60,
					 .flags = METER_LINEAR };
	meter_text(&reduction, 0, path, sizeof(path));
	CHECK_TEXT(path, "0.0 dB");
	static const char *const words[] = { "none", "silent", "by_hand", NULL };
	const struct meter black = { .unit = "", .max = 1, .choices = off_on };
	const struct meter hold = { .max = 2, .choices = words }, count = { .max = 3 };
	const struct meter part = { .unit = "", .max = 1 };
	meter_text(&black, 0, path, sizeof(path));
	CHECK_TEXT(path, "off");
	meter_text(&black, 1, path, sizeof(path));
	CHECK_TEXT(path, "on");
	meter_text(&count, 2, path, sizeof(path));
	CHECK_TEXT(path, "2");
	meter_text(&hold, 2, path, sizeof(path));
	CHECK_TEXT(path, "by hand");
	meter_text(&hold, 9, path, sizeof(path));
	CHECK_TEXT(path, "by hand");
	meter_text(&hold, -1, path, sizeof(path));
	CHECK_TEXT(path, "none");
	/* A share of 0 to 1 is a number, not a switch. */
	meter_text(&part, 1, path, sizeof(path));
	CHECK_TEXT(path, "1");
	const struct meter correlation = { .unit = "", .min = -1, .max = 1 };
	meter_text(&correlation, 0.534f, path, sizeof(path));
	CHECK_TEXT(path, "0.534");
}

static void test_renamed(void)
{
	char path[64];

	CHECK(param_path_now(&model_eq, "meter/band/3/loudness", path, sizeof(path)),
	      "an old meter");
	CHECK_TEXT(path, "meter/band/3/level");
	CHECK(!param_path_now(&model_eq, "loudness", path, sizeof(path)), "no param");
	CHECK(!param_path_now(&model_eq, "meter/frequency", path, sizeof(path)),
	      "no meter");
	CHECK(param_path_now(&model_eq, "bell/3/frequency/norm", path, sizeof(path)),
	      "two old names");
	CHECK_TEXT(path, "band/3/freq/norm");
}

/* Every row of every table: ends map to ends, norm and denorm undo each other, texts
 * read back. */
static void check_row(const char *module, const struct param *param)
{
	char text[64], again[64], error[512];
	float value;

	if (param->curve == CURVE_FILE || param->curve == CURVE_TRIGGER)
		return;
	float low = param_denorm(param, 0), high = param_denorm(param, 1);
	if (param->curve != CURVE_CHOICE && param->curve != CURVE_TOGGLE)
		CHECK(low == param->min && high == param->max, "%s/%s: %g..%g", module,
		      param->id, (double)low, (double)high);
	CHECK(param_norm(param, low) == 0 && param_norm(param, high) == 1, "%s/%s",
	      module, param->id);
	float before = low;
	for (int i = 0; i <= 1000; i++) {
		float norm = (float)i / 1000, at = param_denorm(param, norm);
		double step = (double)param->step;

		CHECK(at >= before, "%s/%s falls at %g", module, param->id,
		      (double)norm);
		before = at;
		if (param->curve == CURVE_LINEAR || param->curve == CURVE_LOG ||
		    param->curve == CURVE_FADER)
			CHECK_NEAR(param_denorm(param, param_norm(param, at)), at,
				   fmax(step / 2, 1e-4 * fabs((double)at) + 1e-5),
				   param->id);
		param_text(param, at, text, sizeof(text));
		CHECK(param_parse(param, text, &value, error, sizeof(error)), "%s: %s",
		      param->id, error);
		param_text(param, value, again, sizeof(again));
		CHECK_TEXT(again, text);
		if (param->curve == CURVE_CHOICE || param->curve == CURVE_TOGGLE ||
		    param->curve == CURVE_INTEGER)
			CHECK(value == at, "%s/%s: %s", module, param->id, text);
	}
}

static void test_curves(void)
{
	static const double x32[][2] = { { 0, -90 },    { 0.0625, -60 }, { 0.25, -30 },
					 { 0.5, -10 },  { 0.75, 0 },     { 1, 10 },
					 { 0.125, -50 } };
	const struct param *fader = &model_trim_params[4];
	struct param other = *fader;

	for (int m = 0; module_registry[m]; m++)
		for (int i = 0; i < params_total(module_registry[m], true); i++)
			check_row(module_registry[m]->id,
				  param_row(module_registry[m], i));
	for (int i = 0; i < 7; i++) {
		CHECK_NEAR(param_denorm(fader, (float)x32[i][0]), x32[i][1], 1e-5,
			   "X32");
		CHECK_NEAR(param_norm(fader, (float)x32[i][1]), x32[i][0], 1e-6, "X32");
	}
	other.min = -60;
	CHECK_NEAR(param_denorm(&other, 0.75f), 0, 1e-6, "0 dB with another floor");
	other.min = -12;
	other.max = 12;
	CHECK_NEAR(param_denorm(&other, 0.5f), 0, 1e-6, "a small range");
	CHECK_NEAR(param_norm(&model_comp_params[1], 4.47213595f), 0.5, 1e-6, "log");
}

static void check_text(const struct param *param, float value, const char *wanted)
{
	char text[64];

	param_text(param, value, text, sizeof(text));
	CHECK_TEXT(text, wanted);
}

static void test_texts(void)
{
	const struct param *gain = &model_trim_params[0], *freq = &model_band_rows[1];
	const struct param *type = &model_band_rows[0], *ratio = &model_comp_params[1];
	const struct param *attack = &model_comp_params[2],
			   *taps = &model_trim_params[3];

	check_text(gain, -3, "-3.0 dB");
	check_text(gain, -3.25f, "-3.25 dB");
	check_text(gain, -0.001f, "0.0 dB");
	check_text(gain, 100, "36.0 dB");
	check_text(freq, 1250, "1.25 kHz");
	check_text(freq, 90, "90.0 Hz");
	check_text(freq, 12345, "12.35 kHz");
	check_text(freq, 999.96f, "1.00 kHz");
	check_text(freq, 20000, "20.0 kHz");
	check_text(type, 1, "low shelf");
	check_text(ratio, 1.6f, "1.6:1");
	check_text(attack, 0.3f, "0.30 ms");
	check_text(attack, 1500, "1500 ms");
	check_text(&model_comp_params[3], 50, "50 %");
	check_text(taps, 8, "8");
	check_text(&host_params[0], 1, "on");
}

static void check_parse(const struct param *param, const char *text, double wanted)
{
	char error[512] = "";
	float value = NAN;
	bool read = param_parse(param, text, &value, error, sizeof(error));

	if (isnan(wanted))
		CHECK(!read && strstr(error, "would accept"), "\"%s\" read as %g: %s",
		      text, (double)value, error);
	else
		CHECK(read && (double)value == (double)(float)wanted,
		      "\"%s\" read as %g: %s", text, (double)value, error);
}

static void test_parse(void)
{
	const struct param *gain = &model_trim_params[0], *freq = &model_band_rows[1];
	const struct param *type = &model_band_rows[0], *toggle = &host_params[0];

	check_parse(gain, "-3", -3);
	check_parse(gain, "  -3.5db ", -3.5);
	check_parse(gain, "-inf dB", -36);
	check_parse(gain, "1e1 dB", 10);
	check_parse(gain, "3 Hz", (double)NAN);
	check_parse(gain, "inf", (double)NAN);
	check_parse(gain, "nan", (double)NAN);
	check_parse(gain, "1e999", (double)NAN);
	check_parse(gain, "0x10", (double)NAN);
	check_parse(gain, "", (double)NAN);
	check_parse(gain, "3 dB please", (double)NAN);
	check_parse(freq, "1.25 kHz", 1250);
	check_parse(freq, "2k", 2000);
	check_parse(&model_comp_params[2], "1.5 s", 1500);
	check_parse(&model_comp_params[1], "1.60:1", 1.6);
	check_parse(&model_comp_params[3], "12.5%", 12.5);
	check_parse(type, "low shelf", 1);
	check_parse(type, "LOW_SHELF", 1);
	check_parse(type, "3", 3);
	check_parse(type, "4", (double)NAN);
	check_parse(type, "low", (double)NAN);
	check_parse(toggle, "on", 1);
	check_parse(toggle, "False", 0);
	check_parse(toggle, "yes", 1);
	check_parse(toggle, "2", (double)NAN);
}

/* A number whose top means off. */
static void test_off(void)
{
	const struct param target = { "target",     "Target", "", "LUFS", CURVE_LINEAR,
				      -36,          0,        0,  0.1f,   NULL,
				      PARAM_TOP_OFF };
	char accepts[64];

	check_row("off", &target);
	check_text(&target, 0, "off");
	check_text(&target, 3, "off");
	check_text(&target, -14, "-14.0 LUFS");
	check_parse(&target, "off", 0);
	check_parse(&target, "Off", 0);
	check_parse(&target, "0", 0);
	check_parse(&target, "-14", -14);
	check_parse(&target, "on", (double)NAN);
	check_parse(&model_trim_params[0], "off", (double)NAN);
	param_accepts(&target, accepts, sizeof(accepts));
	CHECK_TEXT(accepts, "-36 to 0 LUFS, or off");
}

static void test_numbers(void)
{
	static const struct {
		float value;
		const char *text;
	} cases[] = { { 0.1f, "0.1" },           { 90, "90" },
		      { -3.25f, "-3.25" },       { 1e10f, "1e+10" },
		      { 16777216, "16777216" },  { 0, "0" },
		      { 1.0f / 3, "0.33333334" } };
	uint32_t seed = 1;
	char text[64];

	for (int i = 0; i < 7; i++) {
		number_text(cases[i].value, text, sizeof(text));
		CHECK_TEXT(text, cases[i].text);
	}
	for (int i = 0; i < 20000; i++) {
		union {
			uint32_t bits;
			float value;
		} any;

		any.bits = random_bits(&seed);
		if (!isfinite(any.value))
			continue;
		number_text(any.value, text, sizeof(text));
		CHECK((float)strtod(text, NULL) == any.value, "%s", text);
	}
	CHECK(param_clamp(&model_trim_params[0], NAN) == -36, "NaN is clamped");
	CHECK(!signbit(param_clamp(&model_trim_params[0], -0.0f)), "no -0");
}

int main(void)
{
	test_renamed();
	test_places();
	test_meters();
	test_curves();
	test_texts();
	test_parse();
	test_off();
	test_numbers();
	return test_result();
}

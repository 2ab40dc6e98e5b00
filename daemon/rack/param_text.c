/* param_text.c - values for people and clients: 0..1 along the curve, and as text.
 * Pure functions, any thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/param.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- curves ---------------------------------------------------------------------- */

static int choice_count(const struct param *param)
{
	int count = 0;

	while (param->choices && param->choices[count])
		count++;
	return count;
}

float param_clamp(const struct param *param, float value)
{
	float low = param->min, high = param->max;

	switch (param->curve) {
	case CURVE_FILE:
		return 0;
	case CURVE_TRIGGER:
		return value > 0 ? value : 0;
	case CURVE_TOGGLE:
		return value >= 0.5f ? 1 : 0;
	case CURVE_CHOICE:
		low = 0;
		high = (float)(choice_count(param) - 1);
		value = roundf(value);
		break;
	case CURVE_INTEGER:
		value = roundf(value);
		break;
	case CURVE_LINEAR:
	case CURVE_LOG:
	case CURVE_FADER:
		break;
	}
	if (!(value > low)) /* NaN too */
		return low;
	return value < high ? value + 0.0f : high; /* no -0 */
}

/* The level fader of Behringer's X32 ("X32 OSC remote protocol", level law): straight
 * pieces with knees at 0.5, 0.25 and 0.0625, over -90..+10 dB at -10, -30 and -60 dB,
 * so that 0.75 is 0 dB. Over another min..max the upper half keeps its 20 dB (or half
 * of a smaller range), hence 0.75 = 0 dB wherever max is +10; the pieces below share
 * the rest as 20 : 30 : 30. */
struct knees {
	double norm[5], db[5];
};

static struct knees fader_knees(const struct param *param)
{
	double min = (double)param->min, max = (double)param->max;
	double upper = fmin(20, (max - min) / 2);
	double rest = max - upper - min;

	return (struct knees) {
		{ 0, 0.0625, 0.25, 0.5, 1 },
		{ min, min + rest * 0.375, min + rest * 0.75, max - upper, max },
	};
}

/* Piecewise linear, from `x` to `y`; both are rising. */
static double pieces(const double x[5], const double y[5], double at)
{
	int i = 0;

	while (i < 3 && at > x[i + 1])
		i++;
	return y[i] + (at - x[i]) / (x[i + 1] - x[i]) * (y[i + 1] - y[i]);
}

float param_norm(const struct param *param, float value)
{
	double min = (double)param->min, max = (double)param->max;
	struct knees knees;

	value = param_clamp(param, value);
	switch (param->curve) {
	case CURVE_FILE:
		return 0;
	case CURVE_TRIGGER:
	case CURVE_TOGGLE:
		return value > 0 ? 1 : 0;
	case CURVE_CHOICE:
		min = 0;
		max = choice_count(param) - 1;
		break;
	case CURVE_LOG:
		if (value <= param->min)
			return 0;
		if (value >= param->max)
			return 1;
		return (float)(log((double)value / min) / log(max / min));
	case CURVE_FADER:
		knees = fader_knees(param);
		return (float)pieces(knees.db, knees.norm, (double)value);
	case CURVE_LINEAR:
	case CURVE_INTEGER:
		break;
	}
	return max > min ? (float)(((double)value - min) / (max - min)) : 0;
}

/* The multiple of `step` nearest to `value`; a step of 0.1f counts as exactly 1/10. */
static double step_round(double value, double step)
{
	double per_unit = round(1 / step);

	if (per_unit >= 1 && fabs(per_unit * step - 1) < 1e-6)
		return round(value * per_unit) / per_unit;
	return round(value / step) * step;
}

float param_denorm(const struct param *param, float norm)
{
	double min = (double)param->min, max = (double)param->max, value;
	struct knees knees;

	if (param->curve == CURVE_TOGGLE || param->curve == CURVE_TRIGGER)
		return norm >= 0.5f ? 1 : 0;
	if (param->curve == CURVE_FILE)
		return 0;
	if (param->curve == CURVE_CHOICE) {
		min = 0;
		max = choice_count(param) - 1;
	}
	if (!(norm > 0))
		return (float)min;
	if (norm >= 1)
		return (float)max;
	switch (param->curve) {
	case CURVE_LOG:
		value = min * pow(max / min, (double)norm);
		break;
	case CURVE_FADER:
		knees = fader_knees(param);
		value = pieces(knees.norm, knees.db, (double)norm);
		break;
	default:
		value = min + (double)norm * (max - min);
	}
	if (param->step > 0)
		value = step_round(value, (double)param->step);
	return param_clamp(param, (float)value);
}

/* ---- numbers to text ------------------------------------------------------------- */

int number_text(float value, char *text, size_t size)
{
	char digits[32];

	for (int precision = 1; precision <= 9; precision++) {
		snprintf(digits, sizeof(digits), "%.*g", precision, (double)value);
		/* Reads it as float, and as double made float, which is what libconfig
		 * does. */
		if (strtof(digits, NULL) == value &&
		    (float)strtod(digits, NULL) == value)
			break;
	}
	if (strchr(digits, 'e') && fabsf(value) >= 1 && fabsf(value) < 1e9f)
		return snprintf(text, size, "%.0f", (double)value); /* 90, not 9e+01 */
	return snprintf(text, size, "%s", digits);
}

static bool unit_is_level(const char *unit)
{
	return strncmp(unit, "dB", 2) == 0 || strncmp(unit, "LU", 2) == 0;
}

/* The number of decimals of `step`: 2 for 0.05. */
static int step_decimals(float step)
{
	int decimals = 0;
	double rest = (double)step;

	while (decimals < 4 && step > 0 && fabs(rest - round(rest)) > 1e-4 * rest) {
		rest *= 10;
		decimals++;
	}
	return decimals;
}

/* Writes `value` with decimals that suit its unit, size and step: at least three
 * figures (or one decimal, for levels and ratios), one more if it is not zero. */
static int quantity_text(double value, const char *unit, float step, char *text,
			 size_t size)
{
	bool kilo = strcmp(unit, "Hz") == 0 && fabs(value) >= 999.95;
	int least, most, needed = step_decimals(step) + (kilo ? 3 : 0);
	char digits[48];

	if (kilo)
		value /= 1000;
	if (unit_is_level(unit) || strcmp(unit, ":1") == 0) {
		least = 1;
		most = 2;
	} else if (strcmp(unit, "%") == 0) {
		least = 0;
		most = 1;
	} else {
		/* Figures before the point, after rounding to four. */
		snprintf(digits, sizeof(digits), "%.3e", fabs(value));
		int exponent = atoi(strchr(digits, 'e') + 1);
		int before = exponent > 0 ? exponent + 1 : 1;

		least = before < 3 ? 3 - before : 0;
		most = before < 4 ? 4 - before : 0;
	}
	if (step > 0 && needed > most)
		most = needed;
	if (fabs(value) * pow(10, most) < 0.5)
		value = 0; /* never "-0.0" */
	int length = snprintf(digits, sizeof(digits), "%.*f", most, value);
	for (int cut = most; cut > least && digits[length - 1] == '0'; cut--)
		digits[--length] = '\0';
	if (length && digits[length - 1] == '.')
		digits[--length] = '\0';
	return snprintf(text, size, "%s%s%s%s", digits,
			unit[0] && unit[0] != ':' ? " " : "", kilo ? "k" : "", unit);
}

/* "low shelf" of "low_shelf". */
static int choice_text(const char *word, char *text, size_t size)
{
	int length = snprintf(text, size, "%s", word);

	for (char *at = text; size && *at; at++)
		if (*at == '_')
			*at = ' ';
	return length;
}

bool param_is_off(const struct param *param, float value)
{
	return param->flags & PARAM_TOP_OFF && value >= param->max;
}

int param_text(const struct param *param, float value, char *text, size_t size)
{
	const char *unit = param->unit ? param->unit : "";

	value = param_clamp(param, value);
	switch (param->curve) {
	case CURVE_TOGGLE:
		return snprintf(text, size, "%s", value > 0 ? "on" : "off");
	case CURVE_CHOICE:
		return choice_text(param->choices[(int)value], text, size);
	case CURVE_TRIGGER:
	case CURVE_INTEGER:
		return snprintf(text, size, "%d%s%s", (int)value, unit[0] ? " " : "",
				unit);
	case CURVE_FILE:
		return snprintf(text, size, "%s", "");
	case CURVE_LINEAR:
	case CURVE_LOG:
	case CURVE_FADER:
		break;
	}
	if (param_is_off(param, value))
		return snprintf(text, size, "off");
	return quantity_text((double)value, unit, param->step, text, size);
}

float meter_reading(const struct meter *meter, float published)
{
	if (meter->flags & METER_LINEAR)
		published = published > 0 ? 20 * log10f(published) : meter->min;
	return published > meter->min ? published : meter->min;
}

/* The index of the word for `reading`: the nearest index in the table. */
static int meter_choice(const struct meter *meter, float reading)
{
	int index = 0;

	while (meter->choices[index + 1] && reading >= (float)index + 0.5f)
		index++;
	return index;
}

int meter_text(const struct meter *meter, float reading, char *text, size_t size)
{
	const char *unit = meter->unit ? meter->unit : "";
	bool level = meter->flags & METER_LINEAR || strcmp(unit, "LUFS") == 0;

	/* The minimum of a reduction is 0 dB, which does not mean silence. */
	if (level && meter->min < 0 && reading <= meter->min)
		return snprintf(text, size, "-inf %s", unit);
	if (meter->choices)
		return choice_text(meter->choices[meter_choice(meter, reading)], text,
				   size);
	if (!unit[0] && reading == rintf(reading))
		return snprintf(text, size, "%.0f", (double)reading);
	return quantity_text((double)reading, unit, 0, text, size);
}

/* ---- text to numbers ------------------------------------------------------------- */

/* "low shelf", "Low_Shelf" and "low-shelf" are the same. */
static bool words_equal(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		int x = *a == ' ' || *a == '-' ? '_' : tolower((unsigned char)*a);
		int y = *b == ' ' || *b == '-' ? '_' : tolower((unsigned char)*b);

		if (x != y)
			return false;
	}
	return *a == *b;
}

static bool parse_toggle(const char *text, float *value)
{
	static const char *const words[] = { "off", "on",  "0",     "1",
					     "no",  "yes", "false", "true" };

	for (int i = 0; i < 8; i++) {
		if (words_equal(text, words[i])) {
			*value = (float)(i % 2);
			return true;
		}
	}
	return false;
}

static bool parse_choice(const struct param *param, const char *text, float *value)
{
	int count = choice_count(param);
	char *end;

	for (int i = 0; i < count; i++) {
		if (words_equal(text, param->choices[i])) {
			*value = (float)i;
			return true;
		}
	}
	if (!isdigit((unsigned char)*text))
		return false;
	long index = strtol(text, &end, 10);
	*value = (float)index;
	return !*end && index < count;
}

/* What may follow a number: nothing, the unit, or "k" and the unit. */
static bool parse_unit(const char *unit, const char *text, double *factor)
{
	*factor = 1;
	while (*text == ' ')
		text++;
	if (!*text || strcasecmp(text, unit) == 0)
		return true;
	*factor = 1000;
	if (strcmp(unit, "Hz") == 0)
		return strcasecmp(text, "k") == 0 || strcasecmp(text, "kHz") == 0;
	if (strcmp(unit, "ms") == 0)
		return strcasecmp(text, "s") == 0;
	*factor = 1;
	return unit_is_level(unit) && strcasecmp(text, "dB") == 0;
}

static bool parse_number(const struct param *param, const char *text, float *value)
{
	const char *unit = param->unit ? param->unit : "";
	double factor;
	char *end;

	if (param->flags & PARAM_TOP_OFF && words_equal(text, "off")) {
		*value = param->max;
		return true;
	}
	if (unit_is_level(unit) && strncasecmp(text, "-inf", 4) == 0) {
		*value = param->min;
		return parse_unit(unit, text + 4, &factor);
	}
	/* strtod() also accepts inf, nan and hexadecimal, which are refused here. */
	size_t length = strspn(text, "+-.0123456789eE");
	if (!length || text[length] == 'x' || text[length] == 'X')
		return false;
	double number = strtod(text, &end);
	if (end == text || !parse_unit(unit, end, &factor))
		return false;
	*value = (float)(number * factor);
	return isfinite(*value);
}

/* "-36 to 36 dB", "bell, low shelf or notch". */
int param_accepts(const struct param *param, char *text, size_t size)
{
	char low[48], high[48];
	size_t length = 0;
	int count = choice_count(param);

	switch (param->curve) {
	case CURVE_TOGGLE:
		return snprintf(text, size, "on or off");
	case CURVE_TRIGGER:
		return snprintf(text, size, "a number; anything but 0 triggers");
	case CURVE_FILE:
		return snprintf(text, size, "a file name");
	case CURVE_CHOICE:
		for (int i = 0; i < count && length < size; i++)
			length += (size_t)snprintf(
				text + length, size - length, "%s%s",
				i == 0 ? "" : (i == count - 1 ? " or " : ", "),
				param->choices[i]);
		return (int)length;
	default:
		number_text(param->min, low, sizeof(low));
		number_text(param->max, high, sizeof(high));
		return snprintf(text, size, "%s%s to %s%s%s%s",
				param->curve == CURVE_INTEGER ? "a whole number, " : "",
				low, high,
				param->unit && param->unit[0] && param->unit[0] != ':'
					? " "
					: "",
				param->unit ? param->unit : "",
				param->flags & PARAM_TOP_OFF ? ", or off" : "");
	}
}

bool param_parse(const struct param *param, const char *text, float *value, char *error,
		 size_t error_size)
{
	char accepted[256], found[128];
	bool read = false;

	while (*text == ' ')
		text++;
	snprintf(found, sizeof(found), "%s", text);
	for (size_t n = strlen(found); n && found[n - 1] == ' '; n--)
		found[n - 1] = '\0';
	switch (param->curve) {
	case CURVE_TOGGLE:
		read = parse_toggle(found, value);
		break;
	case CURVE_CHOICE:
		read = parse_choice(param, found, value);
		break;
	case CURVE_FILE:
		break;
	default:
		read = parse_number(param, found, value);
	}
	if (!read && error_size) {
		param_accepts(param, accepted, sizeof(accepted));
		snprintf(error, error_size, "found \"%s\", would accept %s", found,
			 accepted);
	}
	return read;
}

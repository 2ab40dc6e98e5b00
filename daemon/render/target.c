/* target.c - the search for the gain that brings a programme to a loudness. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/target.h"

#include <math.h>

/* What the trims in front of the limiter can do (halves.c), dB. */
static const double gain_most = 72;
/* Passes go on until the loudness is this close, so that the meters of others, which
 * differ by some hundredths, stay within the tolerance. LU. */
static const double close_lu = 0.02;
/* Peaks that lie so little above the wanted ones are rounding, dB. */
static const double peak_slack_db = 0.003;
/* A limiter that gives less loudness for a dB of gain than this is at its end. */
static const double slope_least = 0.1;

static double held(double gain)
{
	return fmin(fmax(gain, -gain_most), gain_most);
}

void target_begin(struct target *t, double loudness, double peak, bool limits,
		  double ceiling, double measured)
{
	*t = (struct target) {
		.loudness = loudness, .peak = peak, .limits = limits, .slope = 1
	};
	t->ceiling = limits && !isnan(peak) ? peak : ceiling;
	t->gain = held(isfinite(measured) ? loudness - measured : 0);
}

/* LU that one dB of gain gives, from what both sides of the target came to. */
static double slope_of(const struct target *t)
{
	if (!t->has_low || !t->has_high || t->high_gain - t->low_gain < 1e-6)
		return 1;
	const double slope =
		(t->high_loudness - t->low_loudness) / (t->high_gain - t->low_gain);

	return fmin(fmax(slope, slope_least), 1);
}

/* Remembers the pass; returns the slope between it and the one before. */
static double note_pass(struct target *t, double integrated)
{
	double slope = t->slope;

	if (integrated < t->loudness) {
		if (t->has_low && t->gain > t->low_gain + 1e-6)
			slope = (integrated - t->low_loudness) /
				(t->gain - t->low_gain);
		t->has_low = true;
		t->low_gain = t->gain;
		t->low_loudness = integrated;
	} else {
		if (t->has_high && t->gain < t->high_gain - 1e-6)
			slope = (t->high_loudness - integrated) /
				(t->high_gain - t->gain);
		t->has_high = true;
		t->high_gain = t->gain;
		t->high_loudness = integrated;
	}
	t->slope = t->has_low && t->has_high ? slope_of(t) : slope;
	return t->slope;
}

/* The next gain: along the slope, but never to or past a gain that was tried. */
static double gain_next(const struct target *t, double slope)
{
	double gain = t->gain + t->missing / fmax(slope, slope_least);

	if (t->has_low && t->has_high) {
		const double room = t->high_gain - t->low_gain;
		gain = fmin(fmax(gain, t->low_gain + 0.02 * room),
			    t->high_gain - 0.02 * room);
	} else {
		/* Beyond what is known, in steps that a limiter still answers to. */
		gain = fmin(fmax(gain, t->gain - 6), t->gain + 6);
	}
	return held(gain);
}

/* A lower ceiling changes what gains come to. */
static void ceiling_lower(struct target *t, double over)
{
	const double beyond =
		0.01; /* or it is lowered again and again, by less and less */

	t->ceiling = fmax(t->ceiling - over - beyond, -20);
	t->has_low = t->has_high = false;
}

bool target_step(struct target *t, double integrated, double true_peak)
{
	const double over = isnan(t->peak) ? -1 : true_peak - t->peak;
	const bool too_high = over > peak_slack_db;

	t->passes++;
	t->missing = t->loudness - integrated;
	t->reached = !too_high && fabs(t->missing) <= TARGET_TOLERANCE_LU;
	if (t->peak_holds && !too_high) {
		t->stuck = !t->reached;
		return false;
	}
	if (too_high && !t->limits) {
		/* Nothing keeps the peak but less gain. */
		t->peak_holds = true;
		t->gain = held(t->gain - over);
		return t->passes < TARGET_PASSES_MAX;
	}
	const double slope = note_pass(t, integrated);
	const bool is_close = fabs(t->missing) <= close_lu;
	const double next = is_close ? t->gain : gain_next(t, slope);
	const bool moves = fabs(next - t->gain) > 1e-4;
	/* Twice in a row: quiet passages that pass the gate can lower the mean once. */
	t->flat = t->missing > 0 && slope < slope_least && t->passes > 1 ? t->flat + 1
									 : 0;
	t->stuck = !is_close && (!moves || t->flat > 1);
	if ((is_close && !too_high) || (t->stuck && !too_high) ||
	    t->passes >= TARGET_PASSES_MAX)
		return false;
	if (too_high)
		ceiling_lower(t, over);
	if (!t->stuck)
		t->gain = next;
	return true;
}

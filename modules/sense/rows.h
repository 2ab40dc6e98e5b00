/* rows.h - params and words that sense and failover share. Control and worker threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_MODULES_SENSE_ROWS_H
#define LATHE_MODULES_SENSE_ROWS_H

#include <math.h>

#include "dsp/sense.h"
#include "modules/module.h"

/* The first params of both modules. */
enum sense_param {
	SENSE_THRESHOLD,
	SENSE_HYSTERESIS,
	SENSE_BAND,
	SENSE_WAIT,
	SENSE_QUIET_WAIT,
	SENSE_BACK,
	SENSE_LEG_WAIT,
	SENSE_LEG_GAP,
	SENSE_SHARED,
};

static const char *const sense_bands[] = { "full", "speech", NULL };

#define SENSE_TIME_ROW(place, name, text, what, least, most, at_first) \
	[place] = { .id = (name), \
		    .label = (text), \
		    .help = (what), \
		    .unit = "s", \
		    .curve = CURVE_LINEAR, \
		    .min = (least), \
		    .max = (most), \
		    .def = (at_first), \
		    .step = 0.5f }

#define SENSE_ROWS \
	[SENSE_THRESHOLD] = { .id = "threshold", \
			      .label = "Threshold", \
			      .help = "RMS of 100 ms below which an input is silent; " \
				      "a " \
				      "full-scale sine is 0 dBFS (AES17)", \
			      .unit = "dB", \
			      .curve = CURVE_LINEAR, \
			      .min = -80, \
			      .max = -20, \
			      .def = -50, \
			      .step = 1 }, \
	[SENSE_HYSTERESIS] = { .id = "hysteresis", \
			       .label = "Hysteresis", \
			       .help = "How far above the threshold it is alive " \
				       "again", \
			       .unit = "dB", \
			       .curve = CURVE_LINEAR, \
			       .max = 12, \
			       .def = 3, \
			       .step = 0.5f }, \
	[SENSE_BAND] = { .id = "band", \
			 .label = "Band", \
			 .help = "What the level is measured in; speech: 300 Hz to 3 " \
				 "kHz, " \
				 "so that hum and a pilot tone are silence", \
			 .unit = "", \
			 .curve = CURVE_CHOICE, \
			 .max = 1, \
			 .def = 1, \
			 .choices = sense_bands }, \
	SENSE_TIME_ROW(SENSE_WAIT, "wait", "Wait", \
		       "How long exact zeros last before they count; 0: never", 0, \
		       300, 10), \
	SENSE_TIME_ROW(SENSE_QUIET_WAIT, "quiet_wait", "Wait when quiet", \
		       "The same for what is quiet and not zero, such as a pause " \
		       "between movements; 0: never", \
		       0, 600, 30), \
	SENSE_TIME_ROW(SENSE_BACK, "back", "Back after", \
		       "How long it is alive before it counts as alive again", 0, 300, \
		       5), \
	SENSE_TIME_ROW(SENSE_LEG_WAIT, "leg_wait", "One leg after", \
		       "How long one channel is silent and the other is not", 1, 600, \
		       30), \
	[SENSE_LEG_GAP] = { \
		.id = "leg_gap", \
		.label = "Leg gap", \
		.help = "How much louder than the silent channel the other is", \
		.unit = "dB", \
		.curve = CURVE_LINEAR, \
		.min = 20, \
		.max = 80, \
		.def = 30, \
		.step = 1 \
	}

/* A fault's choice: id, label, what it is. Choice 0 is off in every list. */
#define SENSE_FAULT_ROW(place, name, text, what, at_first, words, last) \
	[place] = { .id = (name), \
		    .label = (text), \
		    .help = (what), \
		    .unit = "", \
		    .curve = CURVE_CHOICE, \
		    .max = (last), \
		    .def = (at_first), \
		    .choices = (words) }

#define SENSE_HELP_ONE_LEG "One of the first two channels is silent"
#define SENSE_HELP_IDENTICAL "Both channels are the same for 60 s: mono"
#define SENSE_HELP_INVERTED \
	"One channel is the other's opposite: correlation below -0.95 for 5 s, or " \
	"-0.3 for " \
	"20 s"
#define SENSE_HELP_TONE "One steady tone and nothing else for 10 s"
#define SENSE_HELP_STATIC "Steady noise for 20 s"
#define SENSE_HELP_STUCK "The same stretch again and again for 1 s: a stuck buffer"
#define SENSE_HELP_DC "A mean above -40 dBFS for 5 s"
#define SENSE_HELP_CLIPPING \
	"More than 10 runs of equal samples at full scale in a minute"

static const char *const sense_states[] = {
	"unseen", "alive", "quiet", "zeros",     "one_leg",  "inverted", "tone",
	"static", "stuck", "dc",    "identical", "clipping", NULL,
};

#define SENSE_HELP_STATE \
	"What is the matter with it; each has lasted for its time, and the worst is " \
	"shown"
#define SENSE_HELP_DEAD "How long it has been silent; what comes between takes some off"

static inline float sense_power(float db)
{
	return powf(10.0f, db / 10.0f);
}

/* Without `watch` and `fail`. */
static inline void sense_rules_design(struct sense_rules *rules, int rate,
				      const float *values)
{
	const float threshold = values[SENSE_THRESHOLD];

	*rules = (struct sense_rules) {
		.band = sense_band(rate),
		.speech = values[SENSE_BAND] > 0.5f,
		.dead = sense_power(threshold),
		.alive = sense_power(threshold + values[SENSE_HYSTERESIS]),
		.leg = sense_power(values[SENSE_LEG_GAP]),
		.wait = (double)values[SENSE_WAIT],
		.quiet_wait = (double)values[SENSE_QUIET_WAIT],
		.back = (double)values[SENSE_BACK],
		.leg_wait = (double)values[SENSE_LEG_WAIT],
	};
}

/* One fault's choice: 0 off, 1 alarm, `leave` the number that fails over, or more. */
static inline void sense_rules_fault(struct sense_rules *rules, enum sense_fault fault,
				     float choice, float leave)
{
	const unsigned bits =
		1u << fault | (fault == SENSE_INVERTED ? 1u << SENSE_OUT_OF_PHASE : 0);

	if (choice > 0.5f)
		rules->watch |= bits;
	if (choice > leave - 0.5f)
		rules->fail |= bits;
}

#endif

/* loudness.h - what the loudness meter's two halves share. */
#ifndef LATHE_LOUDNESS_H
#define LATHE_LOUDNESS_H

#include "dsp/truepeak.h"
#include "modules/module.h"

enum loudness_param { LOUDNESS_CLEAR, LOUDNESS_PARAMS };

/* Places of the meters; true_peak takes one for each channel, and is last. */
enum loudness_meter {
	LOUDNESS_MOMENTARY,
	LOUDNESS_SHORT_TERM,
	LOUDNESS_INTEGRATED,
	LOUDNESS_RANGE,
	LOUDNESS_MOMENTARY_MAX,
	LOUDNESS_SHORT_TERM_MAX,
	LOUDNESS_CORRELATION,
	LOUDNESS_TRUE_PEAK_MAX,
	LOUDNESS_TRUE_PEAK,
};

enum { LOUDNESS_BINS = 40 }; /* correlation: 40 x 10 ms */

struct loudness {
	bool warm;
	int channels;
	float clears;   /* triggers seen */
	float peak_max; /* since the last of them */
	int old_frames; /* from before it, still in the detector */
	int bin_frames; /* in 10 ms */
	int bin_filled, bin;
	/* Left x left, right x right, left x right. */
	double products[3], bins[LOUDNESS_BINS][3];
	float correlation;
	struct truepeak peak[CHANNELS_MAX];
};

#endif

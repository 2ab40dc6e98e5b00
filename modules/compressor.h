/* compressor.h - what all compressors share: rows for their tables, and design. Worker
 * and control threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_COMPRESSOR_H
#define LATHE_COMPRESSOR_H

#include "dsp/db.h"
#include "dsp/gain.h"
#include "modules/module.h"

#define COMPRESSOR_ROW(id, label, help, unit, curve, min, max, def, step) \
	{ \
		id, label, help, unit, curve, min, max, def, step, NULL, 0 \
	}
#define COMPRESSOR_THRESHOLD \
	COMPRESSOR_ROW("threshold", "Threshold", "Level where reduction begins", "dB", \
		       CURVE_LINEAR, -60, 0, -18, 0.1f)
#define COMPRESSOR_RATIO \
	COMPRESSOR_ROW("ratio", "Ratio", "dB in for one dB out above the threshold", \
		       ":1", CURVE_LOG, 1, 20, 2, 0.05f)
#define COMPRESSOR_KNEE \
	COMPRESSOR_ROW("knee", "Knee", "Width of the bend around the threshold", "dB", \
		       CURVE_LINEAR, 0, 30, 6, 0.1f)
#define COMPRESSOR_ATTACK \
	COMPRESSOR_ROW("attack", "Attack", "Time to 63 % of a rise in reduction", \
		       "ms", CURVE_LOG, 0.1f, 250, 10, 0)
#define COMPRESSOR_RELEASE \
	COMPRESSOR_ROW("release", "Release", "Time to 63 % of a fall in reduction", \
		       "ms", CURVE_LOG, 5, 3000, 150, 0)
#define COMPRESSOR_MAKEUP \
	COMPRESSOR_ROW("makeup", "Makeup", "Gain after the reduction", "dB", \
		       CURVE_LINEAR, -24, 24, 0, 0.1f)

/* The values of the rows in log2 units. */
static inline struct gain_shape compressor_shape(float threshold_db, float ratio,
						 float knee_db)
{
	return (struct gain_shape) {
		.threshold = (double)threshold_db / DB_PER_OCTAVE,
		.slope = 1 - 1 / (double)ratio,
		.knee = fmax((double)knee_db / DB_PER_OCTAVE, (double)GAIN_KNEE_MIN),
	};
}

#endif

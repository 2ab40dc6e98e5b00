/* ppm.h - where the values and meters of the level meter are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_PPM_H
#define LATHE_PPM_H

#include "modules/module.h"

enum ppm_param {
	PPM_SCALE,
	PPM_REFERENCE,
	PPM_HOLD,
	PPM_OF,
	PPM_SIDE_GAIN,
	PPM_PARAMS
};

enum ppm_scale {
	SCALE_DIN,
	SCALE_NORDIC,
	SCALE_IIA,
	SCALE_IIB,
	SCALE_VU,
	SCALE_K12,
	SCALE_K14,
	SCALE_K20,
	SCALE_DIGITAL
};

enum ppm_of { OF_CHANNELS, OF_M3, OF_M6 };

/* Each takes one slot for each channel. */
enum ppm_meter { PPM_LEVEL, PPM_MARK, PPM_PEAK, PPM_METERS };

#endif

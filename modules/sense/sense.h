/* sense.h - what sense's two halves share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SENSE_H
#define LATHE_SENSE_H

#include "modules/sense/rows.h"

enum sense_own_param {
	SENSE_WATCH_ONE_LEG = SENSE_SHARED,
	SENSE_WATCH_IDENTICAL,
	SENSE_WATCH_INVERTED,
	SENSE_WATCH_TONE,
	SENSE_WATCH_STATIC,
	SENSE_WATCH_STUCK,
	SENSE_WATCH_DC,
	SENSE_WATCH_CLIPPING,
	SENSE_PARAMS,
};

enum sense_meter { SENSE_LEVEL, SENSE_STATE, SENSE_DEAD, SENSE_METERS };

#endif

/* spectra.h - the spectrum of any node's input and output, for as long as somebody asks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ENGINE_SPECTRA_H
#define LATHE_ENGINE_SPECTRA_H

#include "daemon/audio/view.h"
#include "daemon/base/latest.h"
#include "dsp/analyser.h"

struct engine;

enum { SPECTRUM_LEVELS = 2 * ANALYSER_BANDS, SPECTRA_PER_SECOND = 25 };

struct spectrum {
	struct view view; /* audio writes, meter reads */
	int rate;
	bool opened; /* control: the worker has given it back */
	/* Meter */
	struct analyser *analyser;
	int fresh; /* frames since the newest levels */
	/* From meter to control */
	struct latest latest;
	float levels[LATEST_BUFFERS][SPECTRUM_LEVELS]; /* of in, then of out */
	uint64_t frames[LATEST_BUFFERS];
};

/* ---- worker ---- */

/* Makes the tap's memory and the analyser of one whose view and rate are set. */
void spectrum_open(struct spectrum *spectrum);
void spectrum_destroy(struct spectrum *spectrum);

/* ---- meter ---- */

void spectrum_drain(struct spectrum *spectrum);

/* ---- control ---- */

/* Shows what the worker has opened. Closes those that nobody has asked for within the last second. */
void spectra_tick(struct engine *engine);
/* After the threads have ended. */
void spectra_finish(struct engine *engine);

#endif

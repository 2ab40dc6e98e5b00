/* phase.h - what phase's two files share: where the values are, and the state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_PHASE_H
#define LATHE_PHASE_H

#include "dsp/crossfade.h"
#include "modules/module.h"

enum { PHASE_FREQ, PHASE_PARAMS };
enum { PHASE_IN_TOP, PHASE_IN_BOTTOM, PHASE_OUT_TOP, PHASE_OUT_BOTTOM, PHASE_METERS };
enum { PHASE_STAGES = 4 };

/* One setting; there are two, to fade from one to the other. */
struct phase_half {
	double turn; /* of the first-order allpass: (turn + 1/z) / (1 + turn/z) */
	double memory[CHANNELS_MAX][PHASE_STAGES];
};

struct phase {
	int fade_frames;
	bool started, cell_silent;
	struct crossfade fade;
	struct phase_half half[2];
};

#endif

/* failover.h - what failover's two halves share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_FAILOVER_H
#define LATHE_FAILOVER_H

#include "dsp/smooth.h"
#include "modules/sense/rows.h"

enum failover_param {
	FAILOVER_RESTORE = SENSE_SHARED,
	FAILOVER_RETURN,
	FAILOVER_HOLD,
	FAILOVER_BOOT,
	FAILOVER_FADE,
	FAILOVER_FADE_BACK,
	FAILOVER_SETTLE,
	FAILOVER_SETTLE_TIME,
	FAILOVER_SETTLE_HOLD,
	FAILOVER_ONE_LEG,
	FAILOVER_IDENTICAL,
	FAILOVER_INVERTED,
	FAILOVER_TONE,
	FAILOVER_STATIC,
	FAILOVER_STUCK,
	FAILOVER_DC,
	FAILOVER_CLIPPING,
	FAILOVER_LAST,
	FAILOVER_LAST_LEVEL,
	FAILOVER_PARAMS,
};

enum failover_restore { RESTORE_AUTO, RESTORE_MANUAL, RESTORE_STAY };

enum failover_one_leg { ONE_LEG_OFF, ONE_LEG_ALARM, ONE_LEG_COPY, ONE_LEG_FAIL };

/* In the order in which they are chosen. */
enum failover_source {
	FAILOVER_MAIN,
	FAILOVER_SECOND,
	FAILOVER_THIRD,
	FAILOVER_FILE,
	FAILOVER_NONE, /* the main input passes */
	FAILOVER_SOURCES,
};

enum { FAILOVER_INPUTS = FAILOVER_FILE, FAILOVER_SETTLE_MAX = 20 };

enum failover_meter {
	FAILOVER_SOURCE,
	FAILOVER_SWITCHES,
	FAILOVER_SETTLED,
	FAILOVER_FILE_AT,
	FAILOVER_LEVEL, /* of each input */
	FAILOVER_STATE = FAILOVER_LEVEL + FAILOVER_INPUTS,
	FAILOVER_DEAD = FAILOVER_STATE + FAILOVER_INPUTS,
	FAILOVER_METERS = FAILOVER_DEAD + FAILOVER_INPUTS,
};

/* What create() makes of the file: its frames at the rack's rate, as a loop without a seam,
 * at the level of 0 LUFS. process() only reads it. */
struct failover_loop {
	uint64_t frames;              /* 0: there is no file */
	double gain;                  /* to 0 LUFS */
	float *channel[CHANNELS_MAX]; /* NULL: silent */
	float *memory;
	size_t bytes;
};

struct failover_numbers {
	struct sense_rules rules;
	double last_gain;
	double boot, settle_time, settle_hold; /* seconds */
	int fade, fade_back;                   /* frames */
	int settle, restore, hold;             /* hold: 0 auto, else a source + 1 */
	bool copy;                             /* a living leg takes both places */
};

/* What is heard. */
struct failover_take {
	int source;
	int leg; /* channel that stands for both of the first two, or -1 */
};

struct failover {
	int rate;
	bool started, connected[FAILOVER_INPUTS];
	struct failover_take now, next;
	int fade_age, fade_length; /* frames; length 0: no fade is under way */
	double fade_rho;           /* correlation of the two sides */
	uint64_t file_at;
	uint32_t switches;
	float returns; /* triggers seen */
	bool wants_return;
	uint64_t settled_until; /* in bins of the sense */
	/* When it switched, in bins; the newest at `newest`. */
	uint64_t switched[FAILOVER_SETTLE_MAX];
	int newest, count;
	struct smooth last_gain;
	struct sense sense;
};

#endif

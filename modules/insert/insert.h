/* insert.h - the indices of insert's values, and its state; shared by its files and by
 * daemon/unattended/inserts.c, which stores a ping's result. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_INSERT_H
#define LATHE_INSERT_H

#include "modules/module.h"

enum {
	INSERT_LATENCY,
	INSERT_PERIOD,
	INSERT_RATE,
	INSERT_PING,
	INSERT_LEVEL,
	INSERT_SILENCE,
	INSERT_PATIENCE,
	INSERT_LATCH,
	INSERT_REARM,
	INSERT_PARAMS
};

enum {
	INSERT_METER_ALARM,
	INSERT_METER_WET,
	INSERT_METER_PINGING,
	INSERT_METER_LATENCY, /* per channel */
	INSERT_METERS
};

/* The readings of the meter `alarm`. */
enum insert_alarm {
	INSERT_FINE,
	INSERT_UNCONNECTED,
	INSERT_SILENT,
	INSERT_NO_AUDIO,
	INSERT_ALARMS
};

/* The readings of the meter `latency` that are not frames. */
enum { INSERT_NOT_HEARD = -2, INSERT_NOT_PINGED = -1 };

enum {
	INSERT_LATENCY_MAX = 48000, /* the longest latency that a ping finds, frames */
	INSERT_BURST = 1023,        /* frames: a maximum length sequence of 10 bits */
	INSERT_TRIES = 6,           /* bursts in a row that must agree */
};

enum insert_phase {
	PING_IDLE,
	PING_LEAVE,  /* fades to dry, then the programme fades off the send */
	PING_QUIET,  /* waits until the gear's tail has decayed */
	PING_LISTEN, /* waits for the burst to return */
	PING_BACK,   /* the programme is on the send again, waits until it returns */
};

/* One burst in one channel. */
struct insert_ear {
	float heard[INSERT_BURST - 1 + GRID_FRAMES]; /* the newest last */
	float best;                                  /* size of the best match so far */
	int best_at;                                 /* frames from its first frame */
	double power;                                /* sum of all matches */
	int found,
		before; /* of this burst and of the one before; or INSERT_NOT_HEARD */
};

struct insert {
	int rate, channels, fade_frames, bridge_frames;
	bool started;

	/* Output. */
	bool wet;                 /* where the fade goes */
	int wet_at;               /* 0: dry .. fade_frames: the return */
	int bridge_at;            /* frames since the return stopped */
	float jump[CHANNELS_MAX]; /* difference of what was heard then to dry */
	float last_out[CHANNELS_MAX], last_dry[CHANNELS_MAX];

	/* Whether the return is alive. */
	enum insert_alarm alarm;
	bool bridged; /* it stopped at a high level; no alarm yet */
	bool latched;
	float rearm, ping; /* trigger counts last seen */
	enum comes comes;
	float dry_peak, back_peak; /* peaks since the last grid line */
	float voice;               /* the return's peak in the last whole grid step */
	int silent, lively;        /* frames */

	/* The ping. */
	enum insert_phase phase;
	int phase_frames;   /* since it began */
	int send_at;        /* 0: no programme on the send .. fade_frames: all of it */
	int tries, waited;  /* the longest latency found, or 0 */
	int quiet;          /* frames that the return has been quiet before a burst */
	float loud;         /* the return before the ping */
	float level, least; /* gain of the burst; the smallest match that counts */
	struct insert_ear ears[CHANNELS_MAX];
	float burst[INSERT_BURST];
};

#endif

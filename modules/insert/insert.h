/* insert.h - what insert's files, and the host that keeps its ping, share: where the values
 * are, and the state. */
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

/* What the meter `alarm` reads. */
enum insert_alarm {
	INSERT_FINE,
	INSERT_UNCONNECTED,
	INSERT_SILENT,
	INSERT_NO_AUDIO,
	INSERT_ALARMS
};

/* What the meter `latency` reads when it is no number of frames. */
enum { INSERT_NOT_HEARD = -2, INSERT_NOT_PINGED = -1 };

enum {
	INSERT_LATENCY_MAX = 48000, /* frames that a ping waits for */
	INSERT_BURST = 1023,        /* frames: a maximum length sequence of 10 bits */
	INSERT_TRIES = 6,           /* two in a row must agree */
};

enum insert_phase {
	PING_IDLE,
	PING_LEAVE,  /* the node fades to dry, then the programme leaves the send */
	PING_QUIET,  /* the gear's tail passes */
	PING_LISTEN, /* the burst is out */
	PING_BACK,   /* the programme is back on the send and on its way */
};

/* One burst as one channel hears it. */
struct insert_ear {
	float heard[INSERT_BURST - 1 + GRID_FRAMES]; /* the newest are the last */
	float best;                                  /* size of the best match so far */
	int best_at;                                 /* frames from its first frame */
	double power;                                /* of all matches, summed */
	int found,
		before; /* of this burst and of the one before; or INSERT_NOT_HEARD */
};

struct insert {
	int rate, channels, fade_frames, bridge_frames;
	bool started;

	/* What is heard. */
	bool wet;                 /* where the fade goes */
	int wet_at;               /* 0: dry .. fade_frames: the return */
	int bridge_at;            /* frames since the return stopped */
	float jump[CHANNELS_MAX]; /* from dry to what was heard then */
	float last_out[CHANNELS_MAX], last_dry[CHANNELS_MAX];

	/* Is the return alive? */
	enum insert_alarm alarm;
	bool bridged; /* it stopped in full voice; no alarm yet */
	bool latched;
	float rearm, ping; /* counts as seen last */
	enum comes comes;
	float dry_peak, back_peak; /* since the last grid line */
	float voice;               /* the return's peak in the last whole grid step */
	int silent, lively;        /* frames */

	/* The ping. */
	enum insert_phase phase;
	int phase_frames;   /* since it began */
	int send_at;        /* 0: no programme on the send .. fade_frames: all of it */
	int tries, waited;  /* the longest way found, or 0 */
	int quiet;          /* frames that the return has been so before a burst */
	float loud;         /* the return before the ping */
	float level, least; /* gain of the burst; the smallest match that counts */
	struct insert_ear ears[CHANNELS_MAX];
	float burst[INSERT_BURST];
};

#endif

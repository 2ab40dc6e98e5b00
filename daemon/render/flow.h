/* flow.h - one run of a song: from its file, or what was kept of it, through a rack, to a
 * file, to what is kept, to meters. lathe-render, in one thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_FLOW_H
#define LATHE_RENDER_FLOW_H

#include "daemon/render/intake.h"
#include "daemon/render/playback.h"
#include "daemon/render/riding.h"
#include "daemon/render/song.h"
#include "share/soundwriter.h"

struct flow {
	struct song *song;
	struct session *session;
	struct playback *playback;
	/* Fills all frames, returns how many of them are programme. */
	int (*read)(struct flow *flow, float *to, int frames);
	int width;               /* channels that read() makes */
	struct intake *intake;   /* or `kept` is read */
	int64_t at;              /* frames of `kept` read */
	int64_t skip, after;     /* frames left out at the start, played at the end */
	int64_t expected;        /* frames in all; 0: unknown */
	bool keeps;              /* the output goes to `kept` */
	struct soundwriter *out; /* NULL: nothing is written */
	struct gauging *before, *gauging; /* NULL: not measured */
	struct riding *riding;            /* NULL: nobody rides */
	int64_t taken, length; /* frames of the output so far; in all, -1: unknown */
};

/* For flow->read. */
int flow_read_file(struct flow *flow, float *to, int frames);
/* After the programme's end, what the front went on to play. */
int flow_read_kept(struct flow *flow, float *to, int frames);
/* Plays to the programme's actual end, then what the rack still delays, and ends the
 * measuring. Returns the exit status. */
int flow_play(struct flow *flow);

#endif

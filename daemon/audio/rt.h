/* rt.h - the audio thread. rt_run() plays the rack; JACK's process callback calls
 * it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_AUDIO_RT_H
#define LATHE_AUDIO_RT_H

#include "daemon/audio/fade.h"
#include "daemon/audio/view.h"
#include "daemon/base/handover.h"
#include "daemon/base/latest.h"
#include "daemon/rack/port.h"

struct plan;

/* The phases of going from one plan to the next. */
enum rt_phase {
	RT_STEADY,
	RT_WARM, /* the next plan runs beside it, silently */
	RT_FADE, /* the output crossfades from the old plan to the new one */
	RT_DIP,  /* no time for two plans: fades out, then in with the next */
};

/* From the control thread. */
struct rt_orders {
	double cycles_per_frame; /* 0: not measured yet */
	bool real_time; /* false: two plans at once need not fit into a period */
	bool fade_out;  /* fade to silence and stay there */
};

/* To the control thread. */
struct rt_report {
	uint64_t frame;
	uint64_t plan;   /* id of the plan that is heard; 0: none */
	uint64_t serial; /* serial of the snapshot that it plays */
	enum rt_phase phase;
	uint64_t dips, late; /* ever */
	uint64_t strays;     /* input samples that were not audio, since the start */
	float load, worst;   /* share of the available time */
	bool silent;         /* has faded out */
};

struct rt {
	/* Audio */
	struct plan *now, *next,
		*old; /* heard; warming up; fading out, or waiting to be given back */
	enum rt_phase phase;
	int left; /* frames left of the phase */
	uint64_t frame;
	int block;         /* frames of this call */
	struct fade swap;  /* the fade from old to now */
	struct fade level; /* the fade at the start and at the stop */
	struct fade dip;
	struct rt_orders orders;
	struct rt_report report;
	/* Control -> audio -> control */
	struct handover plans_in, plans_out;
	struct latest orders_in, reports_out;
	struct views views; /* control -> audio */
	struct rt_orders orders_buffers[LATEST_BUFFERS];
	struct rt_report reports_buffers[LATEST_BUFFERS];
};

/* Audio. Plays `frames` frames: ports[slot] is that port's buffer, or NULL when the
 * slot has none. Input buffers are never written; every output slot in `ports` marked
 * in `is_output` is written in full, with silence where nothing plays. Sets FTZ/DAZ. */
void rt_run(struct rt *rt, float *const ports[PORTS_MAX],
	    const bool is_output[PORTS_MAX], int frames) REALTIME;

#endif

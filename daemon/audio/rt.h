/* rt.h - the audio thread. Everything that runs in JACK's process callback is reached
 * from rt_run(). */
#ifndef LATHE_AUDIO_RT_H
#define LATHE_AUDIO_RT_H

#include "daemon/audio/fade.h"
#include "daemon/audio/view.h"
#include "daemon/base/handover.h"
#include "daemon/base/latest.h"
#include "daemon/rack/port.h"

struct plan;

/* What the audio thread is doing with plans. */
enum rt_phase {
	RT_STEADY,
	RT_WARM, /* the next plan runs along, unheard */
	RT_FADE, /* the old plan fades out under the new one */
	RT_DIP, /* no time for two plans: the output goes down, then up with the next */
};

/* From the control thread. */
struct rt_orders {
	double cycles_per_frame; /* 0: not known yet */
	bool real_time;          /* two plans at once must fit into a period */
	bool fade_out;           /* to silence, for good */
};

/* To the control thread. */
struct rt_report {
	uint64_t frame;
	uint64_t plan;   /* id of the one that is heard, 0: none */
	uint64_t serial; /* of the snapshot that it plays */
	enum rt_phase phase;
	uint64_t dips, late; /* ever */
	uint64_t strays;     /* samples of the inputs that were no audio, ever */
	float load, worst;   /* share of the time there was */
	bool silent;         /* faded out */
};

struct rt {
	/* Audio */
	struct plan *now, *next,
		*old; /* heard; warming; fading out or waiting to leave */
	enum rt_phase phase;
	int left; /* frames of the phase */
	uint64_t frame;
	int block;         /* frames of this call */
	struct fade swap;  /* from old to now */
	struct fade level; /* of the start and the stop */
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

/* Audio. Plays `frames` frames: ports[slot] is that port's buffer, or NULL when the slot has
 * none. Input buffers are never written; every output slot in `ports` marked in `is_output`
 * is written in full, with silence where nothing plays. Sets FTZ/DAZ. */
void rt_run(struct rt *rt, float *const ports[PORTS_MAX],
	    const bool is_output[PORTS_MAX], int frames) REALTIME;

#endif

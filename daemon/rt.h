/* rt.h - the audio thread. Everything that runs in JACK's process callback is reached
 * from rt_run(). */
#ifndef LATHE_RT_H
#define LATHE_RT_H

#include "modules/module.h"

enum { PORTS_MAX = 256 }; /* slots for port buffers, inputs and outputs together */

struct rt;

/* Audio. Plays `frames` frames: ports[slot] is that port's buffer, or NULL when the slot has
 * none. Input buffers are never written; every output slot in `ports` marked in `is_output`
 * is written in full, with silence where nothing plays. Sets FTZ/DAZ. */
void rt_run(struct rt *rt, float *const ports[PORTS_MAX],
	    const bool is_output[PORTS_MAX], int frames) REALTIME;

#endif

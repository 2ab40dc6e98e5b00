/* process.h - what JACK's process thread runs: its first moment, each cycle, and the buffers of
 * the ports. The audio thread, but for the fields that name another. */
#ifndef LATHE_AUDIO_PROCESS_H
#define LATHE_AUDIO_PROCESS_H

#include "daemon/audio/rt.h"

#include <jack/jack.h>
#include <stdatomic.h>

/* The JACK thread writes, the audio thread and the latency callback read. */
struct slot {
	_Atomic(jack_port_t *) port;
	_Atomic bool is_output, of_node;
	_Atomic bool connected; /* as seen last; of a node's return */
	_Atomic int latency;    /* frames; see struct port */
};

struct ports {
	struct slot slots[PORTS_MAX];
	_Atomic int used;        /* slots from here on never had a port */
	_Atomic uint64_t cycles; /* that the audio thread has ended */
};

/* What a cycle needs. */
struct process {
	struct ports ports;
	struct rt *rt;          /* set before the client is activated */
	_Atomic bool wired;     /* the ports are connected: play. Else silence */
	_Atomic bool freewheel; /* no real time: JACK waits for us */
	_Atomic int block;      /* frames of a cycle */
	/* In freewheel only, before each cycle: waits until the meter thread has room. */
	void (*wait)(void *context);
	void *context;
};

/* JACK's callbacks; context is a struct process. */
int process_cycle(jack_nframes_t frames, void *context) REALTIME;
/* Before the first cycle: touches the stack, so that no page is missing later. */
void process_begin(void *context) REALTIME;
/* The first call comes on the audio thread, later ones on JACK's notification thread. */
int process_block(jack_nframes_t frames, void *context) REALTIME;

#endif

/* process.h - what JACK's process thread runs: its start, each cycle, and the ports'
 * buffers. Audio thread, except for fields that name another thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_AUDIO_PROCESS_H
#define LATHE_AUDIO_PROCESS_H

#include "daemon/audio/rt.h"

#include <jack/jack.h>
#include <stdatomic.h>

/* The JACK thread writes, the audio thread and the latency callback read. */
struct slot {
	_Atomic(jack_port_t *) port;
	_Atomic bool is_output, of_node;
	_Atomic bool connected; /* of a node's return: as last seen */
	_Atomic int latency;    /* frames, see struct port */
};

struct ports {
	struct slot slots[PORTS_MAX];
	_Atomic int used;        /* slots from here on never had a port */
	_Atomic uint64_t cycles; /* cycles that the audio thread has ended */
};

/* What the process callback uses. */
struct process {
	struct ports ports;
	struct rt *rt;      /* set before the client is activated */
	_Atomic bool wired; /* true: play. false: write silence, ports are not ready */
	_Atomic bool freewheel; /* not in real time: JACK waits for this client */
	_Atomic int block;      /* frames of a cycle */
	/* In freewheel only, before each cycle: waits until the meter thread has
	 * room. */
	void (*wait)(void *context);
	void *context;
};

/* JACK's callbacks; context is a struct process. */
int process_cycle(jack_nframes_t frames, void *context) REALTIME;
/* Before the first cycle: touches the stack, so that no page of it faults later. */
void process_begin(void *context) REALTIME;
/* The first call comes on the audio thread, later ones on JACK's notification
 * thread. */
int process_block(jack_nframes_t frames, void *context) REALTIME;

#endif

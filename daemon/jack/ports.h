/* ports.h - our JACK ports, by the engine's slots. Each function names its thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_JACK_PORTS_H
#define LATHE_JACK_PORTS_H

#include "daemon/audio/process.h"
#include "daemon/engine/engine.h"
#include "daemon/jack/patch.h"

#include <jack/jack.h>
#include <stdatomic.h>

/* The running libjack call: the control thread sees how long it takes. */
struct call {
	_Atomic int64_t since_ns; /* monotonic ns; 0: no call is running */
	_Atomic(const char *) name;
};

/* JACK thread. */
void call_begin(struct call *call, const char *name);
void call_end(struct call *call);

/* All ports that should exist. The control thread sends it to the JACK thread. */
struct port_set {
	uint64_t serial;
	uint64_t offer; /* number of the client that it is for */
	struct engine *engine;
	int count;
	struct port ports[PORTS_MAX]; /* `connect` belongs to the set */
};

/* Any thread that owns the set. Copies are NULL if there is no memory. */
struct port_set *set_copy(const struct port_set *set);
void set_destroy(struct port_set *set);
bool set_same(const struct port_set *a,
	      const struct port_set *b); /* whether both have the same ports */
/* Adds a port; replaces ports with its name or its slot. */
void set_add(struct port_set *set, const struct port *port);

/* JACK's latency callback. */
void ports_latency(struct ports *ports, jack_latency_callback_mode_t mode);

/* JACK thread: unregisters ports that are not in `set`, registers new ones. `audio`:
 * the audio thread runs, so wait until it no longer uses a port. False: JACK refused a
 * port; the first one's name is in `refused`. `moved`: JACK must compute its latencies
 * again. */
bool ports_change(struct ports *ports, const struct port_set *set,
		  jack_client_t *client, struct patch *patch, struct call *call,
		  bool audio, char refused[PORT_NAME_BYTES], bool *moved);
/* JACK thread, after changes: notes which returns are connected. */
void ports_look(struct ports *ports);
/* JACK thread, after the client was closed: forgets all ports. */
void ports_clear(struct ports *ports);

#endif

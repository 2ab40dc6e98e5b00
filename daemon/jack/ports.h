/* ports.h - our JACK ports, by the engine's slots. Each function names its thread. */
#ifndef LATHE_JACK_PORTS_H
#define LATHE_JACK_PORTS_H

#include "daemon/audio/process.h"
#include "daemon/engine/engine.h"
#include "daemon/jack/patch.h"

#include <jack/jack.h>
#include <stdatomic.h>

/* The libjack call that is under way, for the control thread to see how long it takes. */
struct call {
	_Atomic int64_t since_ns; /* monotonic; 0: none */
	_Atomic(const char *) name;
};

/* JACK thread. */
void call_begin(struct call *call, const char *name);
void call_end(struct call *call);

/* All ports that are to exist; what the control thread sends to the JACK thread. */
struct port_set {
	uint64_t serial;
	uint64_t offer; /* of the client that it is for */
	struct engine *engine;
	int count;
	struct port ports[PORTS_MAX]; /* `connect` is the set's own */
};

/* Any thread that holds the set. Copies are NULL without memory. */
struct port_set *set_copy(const struct port_set *set);
void set_destroy(struct port_set *set);
bool set_same(const struct port_set *a, const struct port_set *b); /* the same ports? */
/* Adds a port, in place of those with its name or its slot. */
void set_add(struct port_set *set, const struct port *port);

/* JACK's latency callback. */
void ports_latency(struct ports *ports, jack_latency_callback_mode_t mode);

/* JACK thread: unregisters what `set` does not hold, registers what is new. `audio`: the
 * audio thread runs, so wait until it lets go. False: at least one port was refused, the
 * first one's name is in `refused`. `moved`: JACK must renew its latencies. */
bool ports_change(struct ports *ports, const struct port_set *set,
		  jack_client_t *client, struct patch *patch, struct call *call,
		  bool audio, char refused[PORT_NAME_BYTES], bool *moved);
/* JACK thread, after changes: sees which returns are connected. */
void ports_look(struct ports *ports);
/* JACK thread, when the client is closed: JACK has forgotten them all. */
void ports_clear(struct ports *ports);

#endif

/* state.h - state shared by the files of this room; each field names its thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_JACK_STATE_H
#define LATHE_JACK_STATE_H

#include "daemon/jack/cords.h"
#include "daemon/jack/jack.h"
#include "daemon/jack/names.h"
#include "daemon/base/note.h"
#include "daemon/jack/ports.h"
#include "daemon/jack/pulse.h"

#include <pthread.h>
#include <unistd.h>

enum { ARRIVALS = 256 }; /* ports that may appear while the JACK thread is busy */

enum jack_state {
	STATE_WAITING, /* waits for a server */
	STATE_OFFERED, /* a client is open and waits for an engine of its rate */
	STATE_ACTIVE,
	STATE_CLOSED,
};

struct jack {
	char name[64], server[64];
	bool server_given;
	pthread_t thread;
	int wake, notice; /* eventfds: to the JACK thread, to the control thread */

	/* Between the JACK thread and the control thread. */
	_Atomic(struct port_set *) mailbox;
	struct notes notes; /* sentences of the JACK thread */
	_Atomic int state, rate;
	_Atomic uint64_t offers;   /* clients opened so far; `rate` is stored before */
	_Atomic uint64_t done;     /* serial of the newest set that is in place */
	_Atomic uint64_t absences; /* how often no server was there to open a client */
	_Atomic bool quit;
	struct call call;
	_Atomic unsigned char cables[PORTS_MAX]; /* enum cables, by slot */

	/* Stored by callbacks. */
	_Atomic uint64_t xruns;
	_Atomic bool gone, rewired;
	_Atomic jack_port_id_t
		arrived[ARRIVALS]; /* a ring of the ports that appeared last */
	_Atomic unsigned arrivals;
	char reason[128]; /* why the client is lost */

	struct process process; /* used by the audio thread */
	struct engine *engine;  /* the engine of the active client */

	/* JACK thread. */
	jack_client_t *client;
	struct patch *patch;
	struct cords cords;
	struct names names;
	bool off_rate;         /* the server's rate can't be used until it restarts */
	jack_status_t refusal; /* the last reason that was reported */
	unsigned arrivals_seen;

	/* Control thread. */
	struct event_log *events;
	struct engine *playing;
	struct port_set *posted; /* a copy of the newest one */
	uint64_t serial, offer;
	bool ports_pending, hung;
	bool waiting_told;  /* the event jack_waiting was posted */
	int64_t created_ns; /* monotonic */
	struct pulse pulse;
	uint64_t xruns_seen;
	int64_t xrun_ns;
};

static inline void ring(int fd)
{
	/* If the counter is full, the thread is woken anyway. */
	ssize_t written = write(fd, &(uint64_t) { 1 }, sizeof(uint64_t));

	(void)written;
}

static inline void hush(int fd)
{
	uint64_t count;
	ssize_t length = read(fd, &count, sizeof(count));

	(void)length;
}

#endif

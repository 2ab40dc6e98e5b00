/* status.h - the state of JACK and of the OSC socket. Written by lathed and jack/, read
 * by the code that informs clients. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ENGINE_STATUS_H
#define LATHE_ENGINE_STATUS_H

#include "daemon/rack/port.h"

#include <stdint.h>

/* What a port of ours is connected to. */
enum cables {
	CABLES_UNKNOWN, /* no client of JACK, or no such port */
	CABLES_NONE,
	CABLES_SOME, /* to something, but not to all that its pattern asks for */
	CABLES_WHOLE,
};

struct status {
	char jack[32]; /* "running" "waiting" "lost" "hung" "none" */
	char server[64];
	int rate, block;                 /* Hz, frames; block 0: no audio runs */
	int64_t started_ns;              /* when lathed started, monotonic */
	uint64_t xruns;                  /* the server's */
	uint64_t reconnects;             /* to a server that was lost */
	unsigned char cables[PORTS_MAX]; /* enum cables, by the ports' slots */
	int clients;                     /* OSC subscribers */
	uint64_t lost; /* OSC datagrams dropped because there was no room */
	/* OSC datagrams that could not be sent, that came from senders who are not
	 * allowed, and challenges that were sent. */
	uint64_t unsent, refused, challenges;
};

#endif

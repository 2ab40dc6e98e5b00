/* status.h - the state of JACK and of the OSC socket. Written by lathed and jack/, read
 * by the code that informs clients. Control thread. */
#ifndef LATHE_ENGINE_STATUS_H
#define LATHE_ENGINE_STATUS_H

#include <stdint.h>

struct status {
	char jack[32]; /* "running" "waiting" "lost" "hung" "none" */
	char server[64];
	int rate, block; /* Hz, frames; block 0: no audio runs */
	uint64_t xruns;  /* the server's */
	int clients;     /* OSC subscribers */
	uint64_t lost;   /* OSC datagrams dropped because there was no room */
	/* OSC datagrams that could not be sent, that came from senders who are not
	 * allowed, and challenges that were sent. */
	uint64_t unsent, refused, challenges;
};

#endif

/* timed.h - bundles that wait for their time. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_TIMED_H
#define LATHE_OSC_TIMED_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TIMED_MAX = 2048,
	TIMED_OF_ONE_MAX = 256,  /* of one client, so that others find room */
	TIMED_OF_HOST_MAX = 512, /* the same; this machine has no such limit */
	TIMED_SECONDS_MAX = 60,
};

struct timed;

struct timed *timed_create(void);
void timed_destroy(struct timed *timed);
/* Seconds from now until an NTP time tag; 0 for a past one and for "now". */
double timed_delay(uint64_t tag);
/* The clock that time tags refer to, in seconds since 1970. */
double timed_clock(void);
/* Keeps a copy of a bundle until `due` (monotonic seconds). The copy's time tag says
 * "now". False: the table is full, or this client's or host's part of it. */
bool timed_add(struct timed *timed, const uint8_t *bytes, size_t size,
	       const struct sockaddr_in *from, double due);
int timed_count(const struct timed *timed);
int timed_count_of(const struct timed *timed, const struct sockaddr_in *from);
/* Takes the earliest that is due. False: none is. The caller frees *bytes. */
bool timed_take(struct timed *timed, double now, uint8_t **bytes, size_t *size,
		struct sockaddr_in *from);

#endif

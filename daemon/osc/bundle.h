/* bundle.h - carries out datagrams: single messages, bundles, and bundles that wait for
 * their time. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_BUNDLE_H
#define LATHE_OSC_BUNDLE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bundle;
struct dispatch;

/* Carries out one datagram that passed the gate. Times are monotonic seconds. False: it
 * is a bundle, and `end` came before its last message; call again with the same bytes
 * and the same *cut, which must be NULL at first. */
bool bundle_run(struct dispatch *dispatch, const uint8_t *bytes, size_t size,
		const struct sockaddr_in *from, double now, double end,
		struct bundle **cut);
/* The same without an end of the turn. */
void bundle_run_whole(struct dispatch *dispatch, const uint8_t *bytes, size_t size,
		      const struct sockaddr_in *from, double now);
void bundle_destroy(struct bundle *bundle); /* a *cut that is given up; may be NULL */
/* Takes a bundle whose time has come; its time tag then says "now". False: there is
 * none. The caller frees *bytes. */
bool bundle_due(struct dispatch *dispatch, double now, uint8_t **bytes, size_t *size,
		struct sockaddr_in *from);

#endif

/* packet.h - reads OSC messages that the gate let through, and writes messages. Pure
 * except what sends; control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_NET_PACKET_H
#define LATHE_NET_PACKET_H

#include "daemon/net/outlet.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- reading: gate_check() must have passed -------------------------------------- */

struct message {
	const char *path;
	int path_length;
	const char *types; /* without the comma */
	int count;
	const uint8_t *at; /* the next argument */
	const uint8_t *end;
};

bool packet_is_bundle(const uint8_t *bytes);
uint64_t bundle_time(const uint8_t *bytes); /* NTP; 1: now */
/* Goes through a bundle's elements: *at is 0 at first. False after the last. */
bool bundle_next(const uint8_t *bytes, size_t size, size_t *at, const uint8_t **element,
		 size_t *element_size);
struct message message_read(const uint8_t *bytes, size_t size);

struct argument {
	char type;        /* [ and ] are arguments without a value */
	bool is_number;   /* i h f d T F */
	double number;    /* also of c, t: its code, the time tag's bits */
	const char *text; /* s S, else NULL */
};
/* Takes the next argument off the message; its type is 0 after the last. */
struct argument message_next(struct message *message);

/* ---- writing: messages gathered into one datagram --------------------------------- */

enum { PACKET_BYTES_MAX = 1400, PACKET_HEAD_BYTES = 16 };

struct packet {
	int count, size; /* messages; bytes, with room for a bundle's head */
	uint8_t bytes[PACKET_BYTES_MAX];
};

void packet_clear(struct packet *packet);
/* Adds a message. False: it does not fit, nothing is added. One argument for each type:
 * i int, h int64_t, f d double, s const char *. */
bool packet_add(struct packet *packet, const char *path, const char *types, ...);
/* The same, with the arguments of `echo` before the others. */
bool packet_echo(struct packet *packet, const char *path, const struct message *echo,
		 const char *types, ...);
/* Adds one float; `length` is that of the path. Quicker than packet_add(). */
bool packet_add_float(struct packet *packet, const char *path, int length, float value);
/* Adds a message that is encoded already. */
bool packet_add_bytes(struct packet *packet, const uint8_t *bytes, size_t size);
/* Sends the messages and clears the packet; several go as a bundle. False: not sent,
 * see outlet_send(). True without messages. */
bool packet_send(struct packet *packet, struct outlet *outlet,
		 const struct sockaddr_in *to);
/* The same for a challenge. */
bool packet_challenge(struct packet *packet, struct outlet *outlet,
		      const struct sockaddr_in *to);

#endif

/* client.c - one OSC conversation with lathed over UDP: a plain socket, with liblo as
 * the codec. One thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/client.h"

#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	PACKET_BYTES = 65536,
	DEPTH_MAX = 4,
	KEPT_BYTES = 65536,
	ASK_BYTES = 24, /* lathed sends a challenge only after so many bytes */
};
static const double kept_seconds =
	2; /* seconds: a challenge does not refer to older messages */
static const double ask_seconds =
	0.25; /* without an answer a challenge is asked for again: it may have been lost */
static const double known_seconds =
	30; /* seconds: a daemon that has answered since then knows this client */
/* lathed asks a subscriber again after 300 s, and forgets a client after 600 s. */
static const double confirmed_seconds = 450;

double client_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

bool client_open(struct client *client, const char *host, const char *port, char *error,
		 size_t error_size)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found;
	int buffer = 4 << 20;

	*client = (struct client) { .fd = -1,
				    .due = LO_TT_IMMEDIATE,
				    .heard = -known_seconds,
				    .confirmed = -confirmed_seconds,
				    .subscribed = -kept_seconds };
	if (strchr(host, ':'))
		hints.ai_family = AF_INET6;
	int failed = getaddrinfo(host, port, &hints, &found);
	if (failed) {
		snprintf(error, error_size, "%s:%s: %s", host, port,
			 gai_strerror(failed));
		return false;
	}
	client->fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 ||
	    connect(client->fd, found->ai_addr, found->ai_addrlen) < 0) {
		snprintf(error, error_size, "%s:%s: %s", host, port, strerror(errno));
		freeaddrinfo(found);
		client_close(client);
		return false;
	}
	freeaddrinfo(found);
	setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	return true;
}

void client_close(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	free(client->kept);
	client->kept = NULL;
}

static void keep(struct client *client, const void *bytes, size_t size)
{
	double now = client_now();

	if (now - client->sent > kept_seconds)
		client->kept_size = client->resent = 0;
	client->sent = now;
	if (!client->kept)
		client->kept = malloc(KEPT_BYTES);
	if (!client->kept || client->kept_size + sizeof(size) + size > KEPT_BYTES)
		return;
	memcpy(client->kept + client->kept_size, &size, sizeof(size));
	memcpy(client->kept + client->kept_size + sizeof(size), bytes, size);
	client->kept_size += sizeof(size) + size;
}

/* An error shows as a missing answer, which the caller reports. */
static void send_bytes(struct client *client, const void *bytes, size_t size)
{
	if (send(client->fd, bytes, size, 0) < 0 && errno == ECONNREFUSED) {
		/* The error was about an earlier packet: send this one again. */
		if (send(client->fd, bytes, size, 0) < 0)
			return;
	}
}

/* Asks for a challenge. */
static void client_ask(struct client *client)
{
	static const unsigned char ask[ASK_BYTES] = "/rack/confirm\0\0\0,i\0\0";

	send_bytes(client, ask, sizeof(ask));
}

/* Too few bytes for a challenge: asks for one. */
static void client_say(struct client *client, const void *bytes, size_t size)
{
	double now = client_now();

	if (size < ASK_BYTES && (now - client->heard >= known_seconds ||
				 now - client->confirmed >= confirmed_seconds))
		client_ask(client);
	keep(client, bytes, size);
	send_bytes(client, bytes, size);
}

static lo_message message_make(const char *types, va_list list)
{
	lo_message message = lo_message_new();

	for (const char *type = types; *type; type++) {
		if (*type == 'i')
			lo_message_add_int32(message, va_arg(list, int));
		else if (*type == 'f')
			lo_message_add_float(message, (float)va_arg(list, double));
		else if (*type == 's')
			lo_message_add_string(message, va_arg(list, const char *));
	}
	return message;
}

void client_send(struct client *client, const char *path, const char *types, ...)
{
	va_list list;
	size_t size;

	va_start(list, types);
	lo_message message = message_make(types, list);
	va_end(list);
	void *bytes = lo_message_serialise(message, path, NULL, &size);
	client_say(client, bytes, size);
	if (strcmp(path, "/rack/subscribe") == 0)
		client->subscribed = client->sent;
	free(bytes);
	lo_message_free(message);
}

void client_change(struct client *client, const char *path, const char *types, ...)
{
	lo_bundle bundle = lo_bundle_new(client->due);
	va_list list;

	va_start(list, types);
	lo_bundle_add_message(bundle, path, message_make(types, list));
	va_end(list);
	client_send_bundle(client, bundle);
}

void client_send_bundle(struct client *client, lo_bundle bundle)
{
	size_t size;
	void *bytes = lo_bundle_serialise(bundle, NULL, &size);

	client_say(client, bytes, size);
	free(bytes);
	lo_bundle_free_recursive(bundle);
}

static uint32_t big_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Whether a challenge only renews a confirmed address: then no message was lost. lathed
 * does so for subscriptions; any other challenge means that it did not take the
 * message. */
static bool is_renewal(const struct client *client, double now)
{
	return now - client->subscribed < kept_seconds &&
	       now - client->heard < known_seconds &&
	       now - client->confirmed < confirmed_seconds;
}

/* Sends what was lost again. After a second challenge that is all of it: what followed the
 * first one was lost, too. */
static void send_again(struct client *client, bool second)
{
	size_t length, at = second ? 0 : client->resent;

	for (; at < client->kept_size; at += length) {
		memcpy(&length, client->kept + at, sizeof(length));
		at += sizeof(length);
		send_bytes(client, client->kept + at, length);
	}
	client->kept_size = second ? 0 : client->kept_size;
	client->resent = client->kept_size;
}

/* True when it was a challenge. Each datagram may draw one, but lost messages are sent
 * again only once for each number. Lathe asks for a second number while it is sent many
 * wrong ones. */
static bool client_confirm(struct client *client, const unsigned char *bytes,
			   size_t size)
{
	unsigned char answer[24] = "/rack/confirm\0\0\0,i\0\0";
	double now = client_now();

	if (size != sizeof(answer) ||
	    memcmp(bytes, "/rack/challenge\0,i\0\0", sizeof(answer) - 4) != 0)
		return false;
	int number = (int)big_endian(bytes + 20);
	if (number == client->number && now - client->confirmed < 1)
		return true;
	bool second = now - client->confirmed < 1;
	bool lost = (second || !is_renewal(client, now)) &&
		    now - client->sent <= kept_seconds;
	client->number = number;
	client->confirmed = now;
	memcpy(answer + 20, bytes + 20, 4);
	send_bytes(client, answer, sizeof(answer));
	if (lost)
		send_again(client, second);
	else
		client->kept_size = client->resent = 0;
	return true;
}

/* Hands over one packet, or one element of a bundle. */
static bool packet_read(unsigned char *bytes, size_t size, int depth,
			bool (*on_message)(void *, const struct message *),
			void *context)
{
	if (size >= 16 && memcmp(bytes, "#bundle", 8) == 0 && depth < DEPTH_MAX) {
		size_t at = 16;
		while (at + 4 <= size) {
			size_t length = big_endian(bytes + at);
			at += 4;
			if (length > size - at)
				return false;
			if (packet_read(bytes + at, length, depth + 1, on_message,
					context))
				return true;
			at += length;
		}
		return false;
	}
	if (size < 4 || bytes[0] != '/' || !memchr(bytes, 0, size))
		return false;
	lo_message decoded = lo_message_deserialise(bytes, size, NULL);
	if (!decoded)
		return false;
	struct message message = { .path = (const char *)bytes,
				   .types = lo_message_get_types(decoded),
				   .argv = lo_message_get_argv(decoded),
				   .argc = lo_message_get_argc(decoded) };
	bool done = on_message(context, &message);
	lo_message_free(decoded);
	return done;
}

/* Whether what was sent lately may wait for a challenge. */
static bool is_unheard(const struct client *client)
{
	return client->kept_size > 0 && client->heard < client->sent &&
	       client_now() - client->sent < kept_seconds;
}

/* Waits for a datagram, at most `left` seconds; below 0: for ever. */
static int client_wait(struct client *client, double left)
{
	struct pollfd waiting = { .fd = client->fd, .events = POLLIN };

	if (is_unheard(client)) {
		double first = left < 0 ? ask_seconds : fmin(left, ask_seconds);
		int count = poll(&waiting, 1, (int)ceil(first * 1000));
		if (count == 0 && is_unheard(client))
			client_ask(client);
		return count;
	}
	return poll(&waiting, 1, left < 0 ? -1 : (int)ceil(left * 1000));
}

enum client_end client_run(struct client *client, double seconds,
			   bool (*on_message)(void *context,
					      const struct message *message),
			   void *context)
{
	static _Alignas(8) unsigned char bytes[PACKET_BYTES];
	double end = client_now() + seconds;

	for (;;) {
		double left = end - client_now();
		if (seconds >= 0 && left <= 0)
			return CLIENT_TIMEOUT;
		int count = client_wait(client, seconds < 0 ? -1 : left);
		if (count < 0)
			return CLIENT_INTERRUPTED;
		if (count == 0)
			continue;
		ssize_t size = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (size < 0 && errno == ECONNREFUSED)
			return CLIENT_GONE;
		if (size > 0 && client_confirm(client, bytes, (size_t)size))
			continue;
		if (size > 0) {
			client->heard = client_now();
			client->kept_size = client->resent = 0;
		}
		if (size > 0 &&
		    packet_read(bytes, (size_t)size, 0, on_message, context))
			return CLIENT_DONE;
	}
}

/* liblo aligns arguments to 4 bytes; a lo_arg with 8 bytes must be copied out. */
double message_number(const struct message *message, int argument)
{
	if (argument >= message->argc)
		return (double)NAN;
	const void *bytes = message->argv[argument];
	int32_t integer;
	int64_t wide;
	float single;
	double number;
	switch (message->types[argument]) {
	case 'i':
		memcpy(&integer, bytes, sizeof(integer));
		return integer;
	case 'h':
		memcpy(&wide, bytes, sizeof(wide));
		return (double)wide;
	case 'f':
		memcpy(&single, bytes, sizeof(single));
		return (double)single;
	case 'd':
		memcpy(&number, bytes, sizeof(number));
		return number;
	case 'T':
		return 1;
	case 'F':
		return 0;
	default:
		return (double)NAN;
	}
}

const char *message_string(const struct message *message, int argument)
{
	if (argument >= message->argc || message->types[argument] != 's')
		return NULL;
	return (const char *)message->argv[argument];
}

const char *message_meter(const char *path)
{
	const char *part = NULL;

	for (const char *at = path; (at = strstr(at, "/meter/")); at++)
		part = at;
	return part == path ? NULL : part;
}

const char *level_word(double level)
{
	static const char *const words[] = { "error", "warning", "notice", "info" };
	const int index = (int)level - 3;

	return words[index < 0 ? 0 : index > 3 ? 3 : index];
}

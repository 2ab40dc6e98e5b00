/* osc_user.h - a client over a real socket, beside the daemon's receiver, in one thread. liblo
 * encodes what is sent. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_USER_H
#define LATHE_OSC_USER_H

#include <arpa/inet.h>
#include <lo/lo.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/net/gate.h"
#include "daemon/osc/osc.h"
#include "daemon/net/packet.h"
#include "tests/support/test.h"

struct user {
	int fd;
	struct sockaddr_in to;
};

/* A message that was received. */
struct heard {
	char path[160], types[80];
	double number[16];
	char text[16][1300];
	size_t blob_size; /* of the first `b` */
	uint8_t blob[1400];
};

enum { HEARD_MAX = 4096 };
static struct heard *heard; /* since the newest user_hear() */
static int heard_count, heard_datagrams;
static size_t heard_largest;

static inline int user_port(const struct user *user)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);

	getsockname(user->fd, (struct sockaddr *)&address, &size);
	return ntohs(address.sin_port);
}

static struct user user_open_from(const char *from, int port)
{
	struct user user = { .fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0) };
	struct sockaddr_in address = { .sin_family = AF_INET };

	inet_pton(AF_INET, from, &address.sin_addr);
	if (bind(user.fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		abort();
	int room = 4 << 20;
	setsockopt(user.fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	user.to = (struct sockaddr_in) { .sin_family = AF_INET,
					 .sin_port = htons((uint16_t)port) };
	user.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return user;
}

static inline struct user user_open(const struct osc *osc)
{
	return user_open_from("127.0.0.1", osc_port(osc));
}

static void user_send_bytes(const struct user *user, const void *bytes, size_t size)
{
	struct pollfd room = { .fd = user->fd, .events = POLLOUT };

	poll(&room, 1, 1000);
	if (sendto(user->fd, bytes, size, 0, (const struct sockaddr *)&user->to,
		   sizeof(user->to)) != (ssize_t)size)
		abort();
}

static lo_message user_message(const char *types, va_list list)
{
	lo_message message = lo_message_new();
	for (; *types; types++) {
		switch (*types) {
		case 'i':
			lo_message_add_int32(message, va_arg(list, int));
			break;
		case 'h':
			lo_message_add_int64(message, va_arg(list, int64_t));
			break;
		case 'f':
			lo_message_add_float(message, (float)va_arg(list, double));
			break;
		case 'd':
			lo_message_add_double(message, va_arg(list, double));
			break;
		case 's':
			lo_message_add_string(message, va_arg(list, const char *));
			break;
		case 'T':
			lo_message_add_true(message);
			break;
		case 'F':
			lo_message_add_false(message);
			break;
		default:
			abort();
		}
	}
	return message;
}

static inline void user_send(const struct user *user, const char *path,
			     const char *types, ...)
{
	size_t size;
	va_list list;

	va_start(list, types);
	lo_message message = user_message(types, list);
	va_end(list);
	void *bytes = lo_message_serialise(message, path, NULL, &size);
	user_send_bytes(user, bytes, size);
	free(bytes);
	lo_message_free(message);
}

static inline lo_message message_of(const char *types, ...)
{
	va_list list;

	va_start(list, types);
	lo_message message = user_message(types, list);
	va_end(list);
	return message;
}

/* Sends it and frees it with its messages. */
static inline void user_send_bundle(const struct user *user, lo_bundle bundle)
{
	size_t size;
	void *bytes = lo_bundle_serialise(bundle, NULL, &size);

	user_send_bytes(user, bytes, size);
	free(bytes);
	lo_bundle_free_recursive(bundle);
}

/* A test with disk threads sets it: waits for them. */
static void (*pump_disks)(void);

static inline void pump(struct osc *osc, double seconds)
{
	double end = clock_seconds() + seconds;

	do {
		struct pollfd fd = { .fd = osc_fd(osc), .events = POLLIN };
		poll(&fd, 1, 2);
		while (osc_receive(osc))
			;
		if (pump_disks) {
			/* Runs until no request waits for a disk, and its answer was sent. */
			do {
				pump_disks();
				osc_look(osc);
			} while (osc_receive(osc) || osc_more(osc));
			pump_disks();
		}
		osc_tick(osc);
	} while (clock_seconds() < end);
}

static void hear_element(const uint8_t *bytes, size_t size)
{
	const uint8_t *element;
	size_t element_size, at = 0;

	if (packet_is_bundle(bytes)) {
		while (bundle_next(bytes, size, &at, &element, &element_size))
			hear_element(element, element_size);
		return;
	}
	if (heard_count == HEARD_MAX)
		return;
	struct message message = message_read(bytes, size);
	struct heard *one = &heard[heard_count++];
	memset(one, 0, sizeof(*one));
	snprintf(one->path, sizeof(one->path), "%s", message.path);
	snprintf(one->types, sizeof(one->types), "%s", message.types);
	for (int i = 0; message.count && i < 16; i++) {
		const uint8_t *raw = message.at;
		struct argument argument = message_next(&message);
		one->number[i] = argument.number;
		if (argument.text)
			snprintf(one->text[i], sizeof(one->text[i]), "%s",
				 argument.text);
		if (argument.type == 'b' && !one->blob_size) {
			one->blob_size = (size_t)raw[2] << 8 | raw[3];
			memcpy(one->blob, raw + 4, one->blob_size);
		}
	}
}

/* Receives all that has come so far; returns how many messages. */
static inline int user_hear(const struct user *user)
{
	uint8_t bytes[65536];
	ssize_t size;

	if (!heard)
		heard = calloc(HEARD_MAX, sizeof(*heard));
	heard_count = heard_datagrams = 0;
	heard_largest = 0;
	while ((size = recv(user->fd, bytes, sizeof(bytes), 0)) > 0) {
		const char *why;
		CHECK(gate_check(bytes, (size_t)size, &why), "we sent %s", why);
		heard_datagrams++;
		if ((size_t)size > heard_largest)
			heard_largest = (size_t)size;
		hear_element(bytes, (size_t)size);
	}
	return heard_count;
}

/* The newest message with this address among those heard, or NULL. */
static inline const struct heard *heard_at(const char *path)
{
	for (int i = heard_count - 1; i >= 0; i--)
		if (strcmp(heard[i].path, path) == 0)
			return &heard[i];
	return NULL;
}

static inline int heard_times(const char *path)
{
	int times = 0;

	for (int i = 0; i < heard_count; i++)
		times += strcmp(heard[i].path, path) == 0;
	return times;
}

#define CHECK_HEARD(path, wanted) \
	do { \
		const struct heard *found_ = heard_at(path); \
		CHECK(found_ != NULL, "%s was not heard", path); \
		if (found_) \
			CHECK_NEAR(found_->number[0], wanted, 1e-4, path); \
	} while (0)

#define CHECK_ERROR(code, part) \
	do { \
		const struct heard *found_ = heard_at("/rack/error"); \
		CHECK(found_ != NULL, "no error was heard"); \
		if (found_) { \
			CHECK_TEXT(found_->text[1], code); \
			CHECK(strstr(found_->text[2], part), "\"%s\" without \"%s\"", \
			      found_->text[2], part); \
		} \
	} while (0)

#endif

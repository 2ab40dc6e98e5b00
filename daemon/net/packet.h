/* packet.h - OSC messages in bytes: reading what the gate let through, and writing.
 * Pure but for packet_send(); control thread. */
#ifndef LATHE_NET_PACKET_H
#define LATHE_NET_PACKET_H

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
/* Goes through a bundle: *at starts at 0; false at its end. */
bool bundle_next(const uint8_t *bytes, size_t size, size_t *at, const uint8_t **element,
		 size_t *element_size);
struct message message_read(const uint8_t *bytes, size_t size);

struct argument {
	char type;
	bool is_number; /* i h f d T F c t */
	double number;
	const char *text; /* s S, else NULL */
};
/* The next argument; type 0 after the last. */
struct argument message_next(struct message *message);

/* ---- writing: messages gathered into one datagram --------------------------------- */

enum { PACKET_BYTES_MAX = 1400, PACKET_HEAD_BYTES = 16 };

struct packet {
	int count, size; /* messages so far; bytes with the bundle's head */
	uint8_t bytes[PACKET_BYTES_MAX];
};

void packet_clear(struct packet *packet);
/* False, nothing added: it does not fit. One argument per type: i int, h int64_t, f d
 * double, s const char *. */
bool packet_add(struct packet *packet, const char *path, const char *types, ...);
/* The same with the sender's own arguments put first. */
bool packet_echo(struct packet *packet, const char *path, const struct message *echo,
		 const char *types, ...);
/* The quick one: one float at an address of known length. */
bool packet_add_float(struct packet *packet, const char *path, int length, float value);
/* Takes a message that was written by message_write(). */
bool packet_add_bytes(struct packet *packet, const uint8_t *bytes, size_t size);
/* One message alone goes plain, several as a bundle. False: it would have blocked, or the
 * way there is broken. Clears the packet. True without messages. */
bool packet_send(struct packet *packet, int fd, const struct sockaddr_in *to);

#endif

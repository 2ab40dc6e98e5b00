/* packet.c - reads and writes OSC messages. Control thread. No library is needed:
 * behind the gate an argument is read with one load, and the messages that are sent
 * have few forms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/packet.h"

#include <stdarg.h>
#include <string.h>

static uint32_t get32(const uint8_t *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, 4);
	return __builtin_bswap32(word);
}

static uint64_t get64(const uint8_t *bytes)
{
	return (uint64_t)get32(bytes) << 32 | get32(bytes + 4);
}

static void put32(uint8_t *bytes, uint32_t word)
{
	word = __builtin_bswap32(word);
	memcpy(bytes, &word, 4);
}

static int padded(int length)
{
	return (length / 4 + 1) * 4;
}

/* ---- reading ----------------------------------------------------------------------- */

bool packet_is_bundle(const uint8_t *bytes)
{
	return bytes[0] == '#';
}

uint64_t bundle_time(const uint8_t *bytes)
{
	return get64(bytes + 8);
}

bool bundle_next(const uint8_t *bytes, size_t size, size_t *at, const uint8_t **element,
		 size_t *element_size)
{
	if (*at == 0)
		*at = PACKET_HEAD_BYTES;
	if (*at >= size)
		return false;
	*element_size = get32(bytes + *at);
	*element = bytes + *at + 4;
	*at += 4 + *element_size;
	return true;
}

struct message message_read(const uint8_t *bytes, size_t size)
{
	struct message message = { .path = (const char *)bytes,
				   .types = "",
				   .end = bytes + size };
	message.path_length = (int)strlen(message.path);
	message.at = bytes + padded(message.path_length);
	if (message.at == message.end)
		return message;
	message.types = (const char *)message.at + 1;
	message.count = (int)strlen(message.types);
	message.at += padded(message.count + 1);
	return message;
}

struct argument message_next(struct message *message)
{
	struct argument argument = { .type = *message->types, .is_number = true };
	uint32_t word;
	uint64_t wide;
	float single;
	if (argument.type == '\0')
		return argument;
	message->types++;
	message->count--;
	switch (argument.type) {
	case 'T':
		argument.number = 1.0;
		return argument;
	case 'F':
		return argument;
	case 'f':
		word = get32(message->at);
		memcpy(&single, &word, 4);
		argument.number = (double)single;
		message->at += 4;
		return argument;
	case 'i':
	case 'c':
		argument.is_number = argument.type == 'i';
		argument.number = (int32_t)get32(message->at);
		message->at += 4;
		return argument;
	case 'h':
	case 't':
		argument.is_number = argument.type == 'h';
		argument.number = (double)(int64_t)get64(message->at);
		message->at += 8;
		return argument;
	case 'd':
		wide = get64(message->at);
		memcpy(&argument.number, &wide, 8);
		message->at += 8;
		return argument;
	}
	argument.is_number = false;
	if (argument.type == 's' || argument.type == 'S') {
		argument.text = (const char *)message->at;
		message->at += padded((int)strlen(argument.text));
	} else if (argument.type == 'b') {
		message->at += 4 + (get32(message->at) + 3) / 4 * 4;
	} else if (argument.type == 'r' || argument.type == 'm') {
		message->at += 4;
	}
	return argument;
}

/* ---- writing ------------------------------------------------------------------------ */

void packet_clear(struct packet *packet)
{
	packet->count = 0;
	packet->size = PACKET_HEAD_BYTES;
}

/* Room for a message of `size` bytes, after the word with its size; or NULL. */
static uint8_t *message_begin(struct packet *packet, int size)
{
	if (packet->size + 4 + size > PACKET_BYTES_MAX)
		return NULL;
	uint8_t *bytes = packet->bytes + packet->size;
	put32(bytes, (uint32_t)size);
	packet->size += 4 + size;
	packet->count++;
	return bytes + 4;
}

static uint8_t *put_string(uint8_t *bytes, const char *text, int length)
{
	int whole = padded(length);

	memset(bytes + whole - 4, 0, 4);
	memcpy(bytes, text, (size_t)length);
	return bytes + whole;
}

bool packet_add_float(struct packet *packet, const char *path, int length, float value)
{
	uint32_t word;
	uint8_t *bytes = message_begin(packet, padded(length) + 8);

	if (!bytes)
		return false;
	bytes = put_string(bytes, path, length);
	memcpy(bytes, ",f\0", 4);
	memcpy(&word, &value, 4);
	put32(bytes + 4, word);
	return true;
}

bool packet_add_bytes(struct packet *packet, const uint8_t *bytes, size_t size)
{
	uint8_t *room = message_begin(packet, (int)size);

	if (room)
		memcpy(room, bytes, size);
	return room != NULL;
}

static uint8_t *put_argument(uint8_t *bytes, char type, va_list *list)
{
	uint64_t wide;
	double number;
	float single;
	uint32_t word;
	const char *text;

	switch (type) {
	case 'i':
		put32(bytes, (uint32_t)va_arg(*list, int));
		return bytes + 4;
	case 'f':
		single = (float)va_arg(*list, double);
		memcpy(&word, &single, 4);
		put32(bytes, word);
		return bytes + 4;
	case 'd':
	case 'h':
		if (type == 'd') {
			number = va_arg(*list, double);
			memcpy(&wide, &number, 8);
		} else {
			wide = (uint64_t)va_arg(*list, int64_t);
		}
		put32(bytes, (uint32_t)(wide >> 32));
		put32(bytes + 4, (uint32_t)wide);
		return bytes + 8;
	default:
		text = va_arg(*list, const char *);
		return put_string(bytes, text, (int)strlen(text));
	}
}

static int arguments_size(const char *types, va_list *list)
{
	int size = 0;

	for (const char *type = types; *type; type++) {
		switch (*type) {
		case 'i':
			(void)va_arg(*list, int);
			size += 4;
			break;
		case 'h':
			(void)va_arg(*list, int64_t);
			size += 8;
			break;
		case 'd':
		case 'f':
			(void)va_arg(*list, double);
			size += *type == 'd' ? 8 : 4;
			break;
		default:
			size += padded((int)strlen(va_arg(*list, const char *)));
		}
	}
	return size;
}

static bool add(struct packet *packet, const char *path, const struct message *echo,
		const char *types, va_list *list)
{
	va_list measured;
	int path_length = (int)strlen(path), own = (int)strlen(types);
	int echoed = echo ? echo->count : 0;
	size_t echo_size = echo ? (size_t)(echo->end - echo->at) : 0;

	va_copy(measured, *list);
	int size = padded(path_length) + padded(1 + echoed + own) + (int)echo_size +
		   arguments_size(types, &measured);
	va_end(measured);
	uint8_t *bytes = message_begin(packet, size);
	if (!bytes)
		return false;
	bytes = put_string(bytes, path, path_length);
	memset(bytes + padded(1 + echoed + own) - 4, 0, 4);
	bytes[0] = ',';
	if (echo)
		memcpy(bytes + 1, echo->types, (size_t)echoed);
	memcpy(bytes + 1 + echoed, types, (size_t)own);
	bytes += padded(1 + echoed + own);
	if (echo_size)
		memcpy(bytes, echo->at, echo_size);
	bytes += echo_size;
	for (; *types; types++)
		bytes = put_argument(bytes, *types, list);
	return true;
}

bool packet_add(struct packet *packet, const char *path, const char *types, ...)
{
	va_list list;

	va_start(list, types);
	bool added = add(packet, path, NULL, types, &list);
	va_end(list);
	return added;
}

bool packet_echo(struct packet *packet, const char *path, const struct message *echo,
		 const char *types, ...)
{
	va_list list;

	va_start(list, types);
	bool added = add(packet, path, echo, types, &list);
	va_end(list);
	return added;
}

/* The datagram, in its packet: one message, or several as a bundle. */
static const uint8_t *datagram(struct packet *packet, size_t *size)
{
	*size = (size_t)packet->size;
	if (packet->count > 1) {
		memcpy(packet->bytes, "#bundle\0\0\0\0\0\0\0\0\1", PACKET_HEAD_BYTES);
		return packet->bytes;
	}
	*size -= PACKET_HEAD_BYTES + 4;
	return packet->bytes + PACKET_HEAD_BYTES + 4;
}

/* `send`: outlet_send() or outlet_challenge(). */
static bool pass_on(struct packet *packet, struct outlet *outlet,
		    const struct sockaddr_in *to,
		    bool (*send)(struct outlet *, const uint8_t *, size_t,
				 const struct sockaddr_in *))
{
	size_t size;

	if (packet->count == 0)
		return true;
	const uint8_t *bytes = datagram(packet, &size);
	bool sent = send(outlet, bytes, size, to);
	packet_clear(packet);
	return sent;
}

bool packet_send(struct packet *packet, struct outlet *outlet,
		 const struct sockaddr_in *to)
{
	return pass_on(packet, outlet, to, outlet_send);
}

bool packet_challenge(struct packet *packet, struct outlet *outlet,
		      const struct sockaddr_in *to)
{
	return pass_on(packet, outlet, to, outlet_challenge);
}

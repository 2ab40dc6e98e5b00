/* gate.h - refuses datagrams that are not well-formed OSC. Pure; control thread. What
 * passes can be read by packet.h without another check of bounds. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_NET_GATE_H
#define LATHE_NET_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GATE_BYTES_MAX = 8192,   /* of one datagram */
	GATE_DEPTH_MAX = 4,      /* levels of bundles in bundles */
	GATE_ELEMENTS_MAX = 256, /* of all bundles of a datagram */
	GATE_ARGUMENTS_MAX = 64, /* of one message */
	GATE_ADDRESS_MAX = 128,  /* bytes, without its NUL */
};

/* True when the whole datagram is well formed and within the bounds above. Otherwise
 * `why` is a short sentence, e.g. "an argument is not a finite number". */
bool gate_check(const uint8_t *bytes, size_t size, const char **why);

#endif

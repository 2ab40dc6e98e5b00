/* tosc.h - a layout as a file of TouchOSC, or of Open Stage Control. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TOUCHOSC_TOSC_H
#define LATHE_TOUCHOSC_TOSC_H

#include "control/lathe-touchosc/widget.h"
#include <stdio.h>

/* Text that grows. */
struct buffer {
	char *bytes;
	size_t length, room;
};

void buffer_add(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Writes a layout for TouchOSC. The same layout gives the same bytes. receive_port:
 * where the tablet listens. */
void tosc_write(struct buffer *to, const struct widget *root, int receive_port);
/* Writes a session for Open Stage Control 1. target: "host:port". */
void stage_write(struct buffer *to, const struct widget *root, const char *target);

#endif

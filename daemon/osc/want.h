/* want.h - what a message wants of one param: its arguments as a value that can be set. Pure;
 * control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_WANT_H
#define LATHE_OSC_WANT_H

#include "daemon/net/packet.h"
#include "daemon/osc/address.h"

struct want {
	bool sets;        /* the param is to be set; a button's release sets nothing */
	float value;      /* to set, in the param's unit; not clamped */
	float sent;       /* what the sender knows of it, in `form`; NAN: nothing */
	enum verb form;   /* VERB_VALUE, VERB_NORM, VERB_TEXT */
	const char *code; /* of an error; NULL: none */
	char error[256];
};

/* Fills in a zeroed `want`. `now`: the param's present value. Not for meters nor VERB_RAMP. */
void want_read(struct want *want, const struct rack *rack, const struct leaf *leaf,
	       float now, enum verb verb, const struct message *message);
/* One argument as a value of the param. */
void want_value(struct want *want, const struct param *param,
		const struct argument *argument);
/* A finite number, or a text (s S c) that holds one. */
bool want_number(const struct argument *argument, double *number);
/* It can't be done: `code` as docs/osc.md lists them, and why. */
void want_refuse(struct want *want, const char *code, const char *text);

#endif

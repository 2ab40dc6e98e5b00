/* request.h - the arguments of a command, and the replies that all commands share. Control
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_REQUEST_H
#define LATHE_OSC_REQUEST_H

#include "daemon/base/text.h"
#include "daemon/osc/command.h"
#include "daemon/osc/later.h"

/* "/rack/error" about this command. */
void request_complain(const struct request *request, const char *code,
		      const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Sends "/rack/result". Takes the text over. */
void request_result(const struct request *request, bool ok, struct text *text);
/* True after a complaint: too many requests wait for a disk already. */
bool request_is_busy(const struct request *request);
/* The outcome of `later` is sent when it is known. A ticket of 0 was refused: `why` is sent at
 * once. Takes the text over. */
void request_later(const struct request *request, const struct later *later,
		   struct text *why);
/* The outcome as a "/rack/result"; the answer of most requests. */
void request_outcome(struct dispatch *dispatch, const struct sender *sender, bool good,
		     struct text *result);
/* A long text at the command's own address. Takes the text over. */
void request_text(const struct request *request, struct text *text);

/* A copy of the message, for message_next() to go through. */
struct message request_arguments(const struct request *request);
/* A number (i h f d T F, or a text that holds one); for anything else `otherwise`. */
double request_number(const struct argument *argument, double otherwise);
/* A button sends 0 when it is released: that asks for nothing. */
bool request_is_release(const struct request *request);

#endif

/* wait.h - a question and its answer, which may come in parts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_WAIT_H
#define LATHE_LATHECTL_WAIT_H

#include "control/lathectl/session.h"

struct wait {
	struct session *session;
	const char *path; /* of the answer */
	int status;       /* exit status, when the answer is there */
	int count;        /* rows or parts of a long answer so far */
	char *text;
	size_t length;
};

/* Waits until the handler returns true. Returns the exit status. */
int ask_and_wait(struct wait *wait, bool (*on_message)(void *, const struct message *));
/* Whether all `count` rows or parts came; complains and sets the status when not. */
bool wait_whole(struct wait *wait, double count);
/* Gathers one part of a long text; true: it was the last. */
bool wait_text(struct wait *wait, const char *text, double part, double parts);
/* Handler: gathers a /rack/result, prints it, sets the status. */
bool on_result(void *context, const struct message *message);

#endif

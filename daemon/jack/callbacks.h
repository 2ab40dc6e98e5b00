/* callbacks.h - functions that libjack calls on its own threads; see also
 * audio/process.h. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_JACK_CALLBACKS_H
#define LATHE_JACK_CALLBACKS_H

#include "daemon/jack/state.h"

/* JACK thread. Registers the callbacks; call before the client is activated. */
void callbacks_set(struct jack *jack, jack_client_t *client);
/* Any thread but audio. Marks this client as lost: the JACK thread closes it and looks
 * for the server again. */
void callbacks_gone(struct jack *jack, const char *reason);

#endif

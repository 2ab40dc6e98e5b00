/* callbacks.h - what libjack calls on threads of its own, beside the process callback. */
#ifndef LATHE_JACK_CALLBACKS_H
#define LATHE_JACK_CALLBACKS_H

#include "daemon/jack/state.h"

/* JACK thread. Before the client is activated: tells libjack what to call. */
void callbacks_set(struct jack *jack, jack_client_t *client);
/* Any thread but audio. This client is of no more use: the JACK thread closes it and looks
 * for the server again. */
void callbacks_gone(struct jack *jack, const char *reason);

#endif

/* thread.h - the JACK thread: it makes every control call of libjack, one at a time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_JACK_THREAD_H
#define LATHE_JACK_THREAD_H

/* The thread's function; context is a struct jack. Ends after jack_close(). */
void *jack_main(void *context);

#endif

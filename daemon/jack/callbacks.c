/* callbacks.c - functions that libjack calls on its own threads: they store an atomic,
 * may write an eventfd, and call libjack only where a comment says so. The process
 * callback is in audio/process.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jack/callbacks.h"

#include <stdio.h>
#include <time.h>

void callbacks_gone(struct jack *jack, const char *reason)
{
	snprintf(jack->reason, sizeof(jack->reason), "%s", reason);
	atomic_store(&jack->gone, true);
	ring(jack->wake);
}

static void on_shutdown(jack_status_t status, const char *reason, void *context)
{
	(void)status;
	callbacks_gone(context, reason);
}

static int on_rate(jack_nframes_t rate, void *context)
{
	struct jack *jack = context;

	if ((int)rate != atomic_load(&jack->rate))
		callbacks_gone(jack, "the server's sample rate changed");
	return 0;
}

static int on_xrun(void *context)
{
	struct jack *jack = context;

	atomic_fetch_add(&jack->xruns, 1);
	return 0;
}

static void on_freewheel(int starting, void *context)
{
	struct jack *jack = context;

	atomic_store(&jack->process.freewheel, starting != 0);
}

static void on_port(jack_port_id_t port, int registered, void *context)
{
	struct jack *jack = context;

	if (registered) {
		unsigned arrival = atomic_load(&jack->arrivals);

		atomic_store(&jack->arrived[arrival % ARRIVALS], port);
		atomic_store(&jack->arrivals, arrival + 1);
	}
	atomic_store(&jack->rewired, true);
	ring(jack->wake);
}

static void on_connect(jack_port_id_t a, jack_port_id_t b, int connected, void *context)
{
	struct jack *jack = context;

	(void)a, (void)b, (void)connected;
	atomic_store(&jack->rewired, true);
	ring(jack->wake);
}

/* The only callback that calls libjack; these calls do not reach the server. */
static void on_latency(jack_latency_callback_mode_t mode, void *context)
{
	struct jack *jack = context;

	ports_latency(&jack->process.ports, mode);
}

/* In freewheel audio runs faster than real time: wait for the meter thread. */
static void wait_for_taps(void *context)
{
	struct jack *jack = context;

	for (int i = 0; i < 1000 && engine_taps_full(jack->engine); i++)
		nanosleep(&(struct timespec) { .tv_nsec = 1000000 }, NULL);
}

void callbacks_set(struct jack *jack, jack_client_t *client)
{
	jack->process.wait = wait_for_taps;
	jack->process.context = jack;
	jack_on_info_shutdown(client, on_shutdown, jack);
	jack_set_process_callback(client, process_cycle, &jack->process);
	jack_set_thread_init_callback(client, process_begin, &jack->process);
	jack_set_buffer_size_callback(client, process_block, &jack->process);
	jack_set_sample_rate_callback(client, on_rate, jack);
	jack_set_xrun_callback(client, on_xrun, jack);
	jack_set_freewheel_callback(client, on_freewheel, jack);
	jack_set_port_registration_callback(client, on_port, jack);
	jack_set_port_connect_callback(client, on_connect, jack);
	jack_set_latency_callback(client, on_latency, jack);
}

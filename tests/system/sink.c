/* sink.c - plays a constant into a rack and tells when it is heard: one line at each change.
 *
 *   sink CLIENT SECONDS    "0.000 silent", "0.512 heard": seconds since the start
 *
 * Last lines: "heard N frames, silent N frames", "longest silence N ms". Frames are those of
 * JACK's cycles; while no server runs, or a cycle is late, time passes and counts as silence.
 * The server is $JACK_DEFAULT_SERVER; it may come and go. Ports: sink:out, sink:in, which
 * this program connects to CLIENT's in_1 and out_1 again and again. SIGTERM ends early. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jack/jack.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const float constant = 0.25f, audible = 0.01f;
static const double cycle_late =
	0.1; /* seconds without a cycle that count as silence */

static jack_port_t *out, *in;
static atomic_int gone;        /* the server has ended */
static atomic_llong heard_ns;  /* of the newest cycle with sound; CLOCK_MONOTONIC */
static atomic_llong silent_ns; /* of the newest cycle without */
static atomic_llong heard_frames, silent_frames;
static volatile sig_atomic_t ended;

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1000000000LL * now.tv_sec + now.tv_nsec;
}

static int process(jack_nframes_t frames, void *context)
{
	float *play = jack_port_get_buffer(out, frames);
	const float *hear = jack_port_get_buffer(in, frames);
	long long loud = 0;

	(void)context;
	for (jack_nframes_t i = 0; i < frames; i++) {
		play[i] = constant;
		loud += fabsf(hear[i]) > audible;
	}
	atomic_fetch_add(&heard_frames, loud);
	atomic_fetch_add(&silent_frames, (long long)frames - loud);
	atomic_store(loud == (long long)frames ? &heard_ns : &silent_ns, now_ns());
	return 0;
}

static void on_shutdown(void *context)
{
	(void)context;
	atomic_store(&gone, 1);
}

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

static jack_client_t *client_open(void)
{
	jack_client_t *client = jack_client_open("sink", JackNoStartServer, NULL);

	if (!client)
		return NULL;
	atomic_store(&gone, 0);
	out = jack_port_register(client, "out", JACK_DEFAULT_AUDIO_TYPE,
				 JackPortIsOutput, 0);
	in = jack_port_register(client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput,
				0);
	jack_set_process_callback(client, process, NULL);
	jack_on_shutdown(client, on_shutdown, NULL);
	if (out && in && jack_activate(client) == 0)
		return client;
	jack_client_close(client);
	return NULL;
}

static void connect(jack_client_t *client, const char *rack)
{
	char port[128];

	snprintf(port, sizeof(port), "%s:in_1", rack);
	jack_connect(client, "sink:out", port);
	snprintf(port, sizeof(port), "%s:out_1", rack);
	jack_connect(client, port, "sink:in");
}

/* Whether it is heard now: the newest cycle was loud, and it is not long ago. */
static bool is_heard(void)
{
	long long heard = atomic_load(&heard_ns);

	return heard > atomic_load(&silent_ns) &&
	       1e-9 * (double)(now_ns() - heard) < cycle_late;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	jack_client_t *client = NULL;
	const long long start = now_ns();
	long long since = start, longest = 0, first = 0;
	bool was = false;

	if (argc != 3)
		return 2;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	jack_set_error_function(NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("0.000 silent");
	for (int round = 0; !ended && 1e-9 * (double)(now_ns() - start) < atof(argv[2]);
	     round++) {
		if (client && atomic_load(&gone)) {
			jack_client_close(client);
			client = NULL;
		}
		if (!client)
			client = client_open();
		if (client && round % 10 == 0)
			connect(client, argv[1]);
		bool is = is_heard();
		if (is != was) {
			long long now = is ? now_ns() : atomic_load(&heard_ns);
			printf("%.3f %s\n", 1e-9 * (double)(now - start),
			       is ? "heard" : "silent");
			if (is && first && now - since > longest)
				longest = now - since;
			first = first ? first : now;
			since = now;
			was = is;
		}
		usleep(5000);
	}
	if (!was && first && now_ns() - since > longest)
		longest = now_ns() - since;
	printf("heard %lld frames, silent %lld frames\n", atomic_load(&heard_frames),
	       atomic_load(&silent_frames));
	printf("longest silence %lld ms\n", longest / 1000000);
	_exit(0); /* a hung server must not hold it */
}

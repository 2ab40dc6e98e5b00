/* faults.c - a JACK client that plays healthy programme, then a fault, then healthy programme again:
 * a pair of ports for each fault, all at once.
 *
 *   faults SECONDS   ports NAME:<fault>_1, NAME:<fault>_2; NAME is $PROBE or "faults". Begins when
 *                    all ports are connected, and prints the JACK frame of its first sample.
 *   faults list      prints each fault and from when to when it plays, s
 *   faults clock     prints the present JACK frame
 *
 * SIGTERM ends early. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jack/jack.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/programme.h"

#define HEALTHY_S 4.0

static const struct fault {
	const char *name;
	enum programme_kind kind;
	double seconds; /* that it lasts: longer than it takes to be told */
} faults[] = {
	{ "zeros", ZEROS, 14.0 },      { "quiet", ROOM, 34.0 },
	{ "one_leg", LEFT, 34.0 },     { "inverted", INVERTED, 9.0 },
	{ "tone", TONE, 15.0 },        { "static", NOISE, 26.0 },
	{ "stuck", LOOPED, 5.0 },      { "dc", BIASED, 10.0 },
	{ "clipping", CLIPPED, 12.0 }, { "identical", MONO, 64.0 },
	{ "healthy", MUSIC, 1.0 },
};
enum { FAULTS = sizeof(faults) / sizeof(*faults) };

static jack_client_t *client;
static jack_port_t *ports[FAULTS][2];
static struct stretch stretches[FAULTS][3];
static struct programme programmes[FAULTS];
static _Atomic bool begun;
static _Atomic uint32_t first_frame;
static volatile sig_atomic_t ended;

static void on_end(int number)
{
	(void)number;
	ended = 1;
}

static int on_play(jack_nframes_t frames, void *context)
{
	(void)context;
	for (int i = 0; i < FAULTS; i++) {
		float *left = jack_port_get_buffer(ports[i][0], frames);
		float *right = jack_port_get_buffer(ports[i][1], frames);

		if (atomic_load(&begun)) {
			programme_fill(&programmes[i], left, right, (int)frames);
			continue;
		}
		memset(left, 0, frames * sizeof(*left));
		memset(right, 0, frames * sizeof(*right));
	}
	if (atomic_load(&begun) && programmes[0].frame == frames)
		atomic_store(&first_frame, jack_last_frame_time(client));
	return 0;
}

static void programmes_start(int rate)
{
	for (int i = 0; i < FAULTS; i++) {
		stretches[i][0] = (struct stretch) { HEALTHY_S, MUSIC };
		stretches[i][1] = (struct stretch) { HEALTHY_S + faults[i].seconds,
						     faults[i].kind };
		stretches[i][2] = (struct stretch) { 0, MUSIC };
		programme_start(&programmes[i], stretches[i], (uint32_t)i + 1, rate);
	}
}

static bool ports_open(void)
{
	char name[32];

	for (int i = 0; i < FAULTS; i++)
		for (int c = 0; c < 2; c++) {
			snprintf(name, sizeof(name), "%s_%d", faults[i].name, c + 1);
			ports[i][c] = jack_port_register(client, name,
							 JACK_DEFAULT_AUDIO_TYPE,
							 JackPortIsOutput, 0);
			if (!ports[i][c])
				return false;
		}
	return true;
}

static bool all_connected(void)
{
	for (int i = 0; i < FAULTS; i++)
		for (int c = 0; c < 2; c++)
			if (!jack_port_connected(ports[i][c]))
				return false;
	return true;
}

static int play(double seconds)
{
	double waited = 0.0;

	programmes_start((int)jack_get_sample_rate(client));
	jack_set_process_callback(client, on_play, NULL);
	if (!ports_open() || jack_activate(client))
		return 2;
	while (!ended && !all_connected())
		usleep(10000);
	atomic_store(&begun, true);
	while (!ended && !atomic_load(&first_frame))
		usleep(10000);
	printf("%u\n", atomic_load(&first_frame));
	fflush(stdout);
	for (; waited < seconds && !ended; waited += 0.01)
		usleep(10000);
	return 0;
}

int main(int argc, char **argv)
{
	const char *given = getenv("PROBE");
	const char *what = argc == 2 ? argv[1] : "";

	if (!*what)
		return 2;
	for (int i = 0; i < FAULTS && strcmp(what, "list") == 0; i++)
		printf("%s %.1f %.1f\n", faults[i].name, HEALTHY_S,
		       HEALTHY_S + faults[i].seconds);
	if (strcmp(what, "list") == 0)
		return 0;
	signal(SIGTERM, on_end);
	signal(SIGINT, on_end);
	client = jack_client_open(given ? given : "faults",
				  JackNoStartServer | JackUseExactName, NULL);
	if (!client)
		return 2;
	int status = 0;
	if (strcmp(what, "clock") == 0)
		printf("%u\n", jack_frame_time(client));
	else
		status = play(atof(what));
	jack_client_close(client);
	return status;
}

/* ready.c - how long a JACK client takes from its start until a port of it is there.
 *
 *   ready PORT COMMAND...     prints the process id and the milliseconds; the process lives on
 *   ready --bare              is itself a client, stereo, that only copies: what JACK costs
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jack/jack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static jack_port_t *ports[4];

static int on_process(jack_nframes_t frames, void *context)
{
	(void)context;
	for (int c = 0; c < 2; c++)
		memcpy(jack_port_get_buffer(ports[2 + c], frames),
		       jack_port_get_buffer(ports[c], frames),
		       frames * sizeof(jack_default_audio_sample_t));
	return 0;
}

static int run_bare(void)
{
	static const char *const names[] = { "in_1", "in_2", "out_1", "out_2" };
	jack_client_t *client = jack_client_open("bare", JackNoStartServer, NULL);

	if (!client)
		return 2;
	for (int i = 0; i < 4; i++)
		ports[i] = jack_port_register(
			client, names[i], JACK_DEFAULT_AUDIO_TYPE,
			i < 2 ? JackPortIsInput : JackPortIsOutput, 0);
	jack_set_process_callback(client, on_process, NULL);
	if (jack_activate(client))
		return 2;
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--bare"))
		return run_bare();
	jack_client_t *client =
		argc > 2 ? jack_client_open("ready", JackNoStartServer, NULL) : NULL;
	if (!client || jack_activate(client))
		return 2;
	const double start = now_ms();
	const pid_t pid = fork();
	if (pid == 0) {
		fclose(stdout);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	while (!jack_port_by_name(client, argv[1])) {
		if (now_ms() - start > 10000)
			return 1;
		usleep(200);
	}
	printf("%d %.0f\n", (int)pid, now_ms() - start);
	jack_client_close(client);
	return 0;
}

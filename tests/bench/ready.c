/* ready.c - how long a JACK client takes from its start until a port of it is there.
 *
 *   ready PORT COMMAND...     prints the process id and the milliseconds; the process lives on
 */
#include <jack/jack.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
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

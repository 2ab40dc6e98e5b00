/* main.c - lathectl, the command line. It knows OSC and nothing else of the daemon. One
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/commands.h"
#include "control/lathectl/complete.h"
#include "control/lathectl/options.h"
#include "control/lathectl/session.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *to)
{
	fprintf(to, "usage: lathectl [OPTION ...] COMMAND ...\n\n");
	for (const struct command *at = commands_all; at->name; at++)
		fprintf(to,
			strlen(at->arguments) > 24 ? "  %-8s %s\n%35s %s\n"
						   : "  %-8s %-24s%s %s\n",
			at->name, at->arguments, "", at->help);
	fprintf(to, "\nADDRESS is an OSC address, its first slash optional: "
		    "eq/band/3/gain, '*/bypass'.\n\n");
	for (const struct option_row *row = option_rows; row->name; row++)
		fprintf(to, "  %-10s %-6s %s\n", row->name, row->value, row->help);
	fprintf(to, "\nGroups of hosts are in ~/.config/lathe/hosts: "
		    "studio = 10.0.0.2, 10.0.0.3:3346\n"
		    "Exit status: 0 done, 1 refused, 2 usage, 3 no answer; of several "
		    "racks "
		    "the highest.\n");
}

static void on_signal(int number)
{
	(void)number;
	stop_asked = 1;
}

/* A write error (a full disk) is a failure of the command. */
static int printed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "lathectl: not all of the output could be written\n");
	return status == EXIT_DONE ? EXIT_REFUSED : status;
}

static bool places_find(struct session *session)
{
	const struct options *options = &session->options;

	if (options->instance)
		return places_instance(&session->places, options->instance);
	return places_read(&session->places, options->host, options->port);
}

int main(int argc, char **argv)
{
	const char *host = getenv("LATHE_HOST"), *port = getenv("LATHE_PORT");
	struct session session = { .commands = commands_all,
				   .options = { .host = host ? host : "127.0.0.1",
						.port = port ? port : "3345",
						.seconds = -1,
						.since = -1,
						.patience = 1 } };
	struct sigaction action = { .sa_handler = on_signal };
	const struct place *place = session.places.place;
	char error[256];

	if (argc > 2 && strcmp(argv[1], "complete") == 0)
		return completion_print(commands_all, session.options.host,
					session.options.port, argc - 2, argv + 2);
	argc = options_read(&session.options, argc, argv);
	if (session.options.help || (argc == 1 && strcmp(argv[0], "help") == 0)) {
		usage(stdout);
		return EXIT_DONE;
	}
	if (argc < 1) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!command_find(commands_all, argc, argv) || !places_find(&session))
		return EXIT_USAGE;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (session.places.count > 1)
		return printed(command_words(&session, argc, argv));
	session.options.host = place->host;
	session.options.port = place->port;
	if (!client_open(&session.client, place->host, place->port, error,
			 sizeof(error))) {
		fprintf(stderr, "lathectl: %s\n", error);
		return EXIT_NO_ANSWER;
	}
	int status = command_words(&session, argc, argv);
	client_close(&session.client);
	return printed(status);
}

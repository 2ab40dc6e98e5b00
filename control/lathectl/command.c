/* command.c - one command with its words, as on the command line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/command.h"

#include <string.h>

const struct command *command_find(const struct command *commands, int argc,
				   char **argv)
{
	const struct command *command = commands;

	while (command->name && strcmp(command->name, argv[0]) != 0)
		command++;
	if (!command->name) {
		fprintf(stderr, "lathectl: unknown command %s (see --help)\n", argv[0]);
		return NULL;
	}
	if (argc - 1 < command->least || argc - 1 > command->most) {
		fprintf(stderr, "usage: lathectl %s %s\n", command->name,
			command->arguments);
		return NULL;
	}
	return command;
}

int command_words(struct session *session, int argc, char **argv)
{
	const struct command *command = command_find(session->commands, argc, argv);

	session->refused = false;
	session->last_error[0] = '\0';
	if (!command)
		return EXIT_USAGE;
	if (session->places.count == 1 || command->shape == SHAPE_ONE)
		return command->run(session, argc - 1, argv + 1);
	bool lists = argc == 1 || strcmp(argv[1], "list") == 0;
	return many_run(session,
			command->shape_of_list && !lists ? SHAPE_LINES : command->shape,
			command->changes, command->run, argc - 1, argv + 1);
}

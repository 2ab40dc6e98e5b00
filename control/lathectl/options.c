/* options.c - the options of the command line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct option_row option_rows[] = {
	{ 'h', "--host", "HOSTS",
	  "where lathed runs (127.0.0.1, or $LATHE_HOST): names, addresses, HOST:PORT, "
	  "groups, with commas" },
	{ 'p', "--port", "N", "its OSC port (3345, or $LATHE_PORT)" },
	{ 'i', "--instance", "NAME",
	  "the rack that systemd's lathed@NAME plays on this machine, wherever it "
	  "listens" },
	{ 'j', "--json", "", "one JSON object per line; of many racks one each" },
	{ 'n', "--seconds", "N",
	  "watch, monitor, meters and events end by themselves" },
	{ 'r', "--rate", "HZ",
	  "how often a second watch and meters get values (1 to 50)" },
	{ 'm', "--summary", "",
	  "meters: ends with a table of what was seen; with --json an object" },
	{ 'x', "--run", "CMD",
	  "events: runs this command for each event, one at a time, for 10 s at most; "
	  "LATHE_CODE, LATHE_NODE, LATHE_EDGE, LATHE_LEVEL, LATHE_TEXT, LATHE_TIME "
	  "and LATHE_FRAME tell which" },
	{ 'o', "--on", "CODES",
	  "events --run: only for events with these codes: failover,input_*" },
	{ 's', "--since", "T", "undo: all steps of the last T (90s, 10m, 2h)" },
	{ 'f', "--fresh", "", "reload: every value from the file" },
	{ 'F', "--force", "",
	  "reload: even if it takes away every output or limiter, or the file is cut" },
	{ 't', "--timeout", "S", "how long to wait for an answer (1)" },
	{ 'v', "--version", "", "prints the version" },
	{ '?', "--help", "", "prints this" },
	{ .name = NULL },
};

static const char *port(const char *option, const char *text)
{
	char *end;
	long number = text ? strtol(text, &end, 10) : 0;

	if (number < 1 || number > 65535 || *end) {
		fprintf(stderr, "lathectl: %s takes a number from 1 to 65535%s%s\n",
			option, text ? ", not " : "", text ? text : "");
		exit(EXIT_USAGE);
	}
	return text;
}

static double positive(const char *option, const char *text)
{
	char *end;
	double value = text ? strtod(text, &end) : (double)NAN;

	if (!text || end == text || *end || !(value > 0)) {
		fprintf(stderr, "lathectl: %s takes a number above 0%s%s\n", option,
			text ? ", not " : "", text ? text : "");
		exit(EXIT_USAGE);
	}
	return value;
}

/* "90", "90s", "10m", "2h" */
static double duration(const char *option, const char *text)
{
	static const char units[] = "smh";
	static const double seconds[] = { 1, 60, 3600 };
	char digits[32];
	size_t length = text ? strlen(text) : 0;
	const char *unit = length ? strchr(units, text[length - 1]) : NULL;

	snprintf(digits, sizeof(digits), "%.*s", (int)(length - (unit != NULL)),
		 text ? text : "");
	return positive(option, text ? digits : NULL) *
	       (unit ? seconds[unit - units] : 1);
}

static const char *word(const char *option, const char *text)
{
	if (!text) {
		fprintf(stderr, "lathectl: %s takes a value\n", option);
		exit(EXIT_USAGE);
	}
	return text;
}

static void option_take(struct options *options, char letter, const char *name,
			const char *value)
{
	switch (letter) {
	case 'h':
		options->host = value;
		break;
	case 'p':
		options->port = port(name, value);
		break;
	case 'i':
		options->instance = value;
		break;
	case 'j':
		options->json = true;
		break;
	case 'n':
		options->seconds = positive(name, value);
		break;
	case 'r':
		options->rate = positive(name, value);
		break;
	case 'm':
		options->summary = true;
		break;
	case 'x':
		options->run = value;
		break;
	case 'o':
		options->on = value;
		break;
	case 's':
		options->since = duration(name, value);
		break;
	case 'f':
		options->fresh = true;
		break;
	case 'F':
		options->force = true;
		break;
	case 't':
		options->patience = positive(name, value);
		break;
	case 'v':
		puts("lathectl " LATHE_VERSION);
		exit(0);
	default:
		options->help = true;
	}
}

const struct option_row *option_find(const char *given)
{
	size_t length = strcspn(given, "=");

	for (const struct option_row *row = option_rows; row->name; row++)
		if (strlen(row->name) == length &&
		    strncmp(row->name, given, length) == 0)
			return row;
	return NULL;
}

/* Options may stand anywhere, as --port 1 or --port=1; a word such as -3 is a value. Leaves
 * the rest in argv. */
int options_read(struct options *options, int argc, char **argv)
{
	int rest = 0;

	for (int i = 1; i < argc && !options->help; i++) {
		const char *given = strcmp(argv[i], "-h") == 0 ? "--help" : argv[i];
		size_t length = strcspn(given, "=");

		if (given[0] != '-' || given[1] != '-' || !given[2]) {
			argv[rest++] = argv[i];
			continue;
		}
		const struct option_row *row = option_find(given);
		if (!row || (given[length] && !row->value[0])) {
			fprintf(stderr, "lathectl: unknown option %s (see --help)\n",
				given);
			exit(EXIT_USAGE);
		}
		const char *value = given[length] ? given + length + 1 : NULL;
		if (row->value[0] && !value)
			value = word(row->name, argv[++i]);
		option_take(options, row->letter, row->name, value);
	}
	return rest;
}

/* options.c - lathed's command line, read before any thread starts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lathed/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	STATUS_USAGE = 2,
	JACK_NAME_MAX = 63, /* bytes of a client's or server's name */
};

static const char usage[] =
	"usage: lathed --config FILE [option ...]\n"
	"\n"
	"  -c, --config FILE   the rack to play\n"
	"      --check         list every complaint about FILE; exit 0 or 78\n"
	"      --strict        exit 78 if FILE is bad (else the last good one plays, "
	"if\n"
	"                      there is a state)\n"
	"      --force         take FILE even if it takes away every output or "
	"limiter\n"
	"                      that played before, or is only the beginning of what it "
	"was\n"
	"      --describe      print all params and meters of FILE\n"
	"      --graph         print which node of FILE hears which\n"
	"      --avahi PATH    write what Avahi is to announce of FILE (-: print it)\n"
	"      --socket        print the address of FILE for a socket unit of systemd\n"
	"      --announce PATH keep that there while playing, as it changes\n"
	"  -s, --server NAME   the JACK server (default: $JACK_DEFAULT_SERVER, "
	"\"default\")\n"
	"  -n, --name CLIENT   our name in JACK (default: the rack's)\n"
	"      --pretty-names  tell patchbays the names and order of our ports (JACK\n"
	"                      metadata; its store may hang when many clients end at "
	"once)\n"
	"  -p, --port N        the OSC port (default: the config's; 0: any free one)\n"
	"      --state DIR     keep values, undo and scenes there "
	"(default: $STATE_DIRECTORY)\n"
	"      --no-state      keep and restore nothing\n"
	"  -v, --verbose       log what libjack says, too\n"
	"      --version       print the version\n"
	"  -h, --help          print this\n";

enum {
	OPTION_CHECK = 256,
	OPTION_STRICT,
	OPTION_FORCE,
	OPTION_DESCRIBE,
	OPTION_GRAPH,
	OPTION_AVAHI,
	OPTION_ANNOUNCE,
	OPTION_SOCKET,
	OPTION_VERSION,
	OPTION_STATE,
	OPTION_NO_STATE,
	OPTION_PRETTY_NAMES
};

static const struct option longs[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "strict", no_argument, NULL, OPTION_STRICT },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "describe", no_argument, NULL, OPTION_DESCRIBE },
	{ "graph", no_argument, NULL, OPTION_GRAPH },
	{ "avahi", required_argument, NULL, OPTION_AVAHI },
	{ "socket", no_argument, NULL, OPTION_SOCKET },
	{ "announce", required_argument, NULL, OPTION_ANNOUNCE },
	{ "server", required_argument, NULL, 's' },
	{ "name", required_argument, NULL, 'n' },
	{ "port", required_argument, NULL, 'p' },
	{ "state", required_argument, NULL, OPTION_STATE },
	{ "no-state", no_argument, NULL, OPTION_NO_STATE },
	{ "pretty-names", no_argument, NULL, OPTION_PRETTY_NAMES },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int complain_usage(const char *text)
{
	if (text)
		fprintf(stderr, "lathed: %s\n", text);
	fputs("Try 'lathed --help'.\n", stderr);
	return STATUS_USAGE;
}

static int port_number(const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);

	return *text && !*end && port >= 0 && port <= 65535 ? (int)port : -1;
}

/* -1: JACK takes it. Else the exit status. */
static int name_check(const char *option, const char *name)
{
	char text[160];

	if (*name && !strchr(name, ':') && strlen(name) <= JACK_NAME_MAX)
		return -1;
	snprintf(text, sizeof(text),
		 "%s: found \"%.64s\", would accept 1 to %d bytes without a colon",
		 option, name, JACK_NAME_MAX);
	return complain_usage(text);
}

/* One option; -1: go on. */
static int option_take(struct options *options, int letter)
{
	switch (letter) {
	case 'c':
		options->config = optarg;
		return -1;
	case OPTION_CHECK:
		options->check = true;
		return -1;
	case OPTION_STRICT:
		options->strict = true;
		return -1;
	case OPTION_FORCE:
		options->force = true;
		return -1;
	case OPTION_DESCRIBE:
		options->describe = true;
		return -1;
	case OPTION_GRAPH:
		options->graph = true;
		return -1;
	case OPTION_AVAHI:
		options->avahi = optarg;
		return -1;
	case OPTION_SOCKET:
		options->socket = true;
		return -1;
	case OPTION_ANNOUNCE:
		options->announce = optarg;
		return -1;
	case 's':
		options->server = optarg;
		return name_check("--server", optarg);
	case 'n':
		options->client = optarg;
		return name_check("--name", optarg);
	case 'p':
		options->port = port_number(optarg);
		return options->port >= 0 ? -1
					  : complain_usage("--port takes 0 .. 65535");
	case OPTION_STATE:
		options->state = optarg;
		return -1;
	case OPTION_NO_STATE:
		options->no_state = true;
		return -1;
	case OPTION_PRETTY_NAMES:
		options->pretty_names = true;
		return -1;
	case 'v':
		options->verbose = true;
		return -1;
	case OPTION_VERSION:
		puts("lathed " LATHE_VERSION);
		return 0;
	case 'h':
		fputs(usage, stdout);
		return 0;
	default:
		return complain_usage(NULL); /* getopt has printed what is wrong */
	}
}

int options_parse(struct options *options, int argc, char **argv)
{
	int letter, status;

	*options = (struct options) { .port = -1 };
	while ((letter = getopt_long(argc, argv, "c:s:n:p:vh", longs, NULL)) != -1) {
		status = option_take(options, letter);
		if (status >= 0)
			return status;
	}
	if (optind < argc)
		return complain_usage("too many arguments");
	if (!options->config)
		return complain_usage("--config FILE is missing");
	return -1;
}

char *options_state_folder(const struct options *options)
{
	const char *folder =
		options->state ? options->state : getenv("STATE_DIRECTORY");

	if (!folder || !*folder || options->no_state)
		return NULL;
	/* systemd separates several folders with colons. */
	return strndup(folder, strcspn(folder, ":"));
}

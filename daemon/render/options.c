/* options.c - lathe-render's command line, read before anything else runs. */
#include "daemon/render/options.h"

#include "share/soundwriter.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_MAX = 65536 };

static void usage(FILE *to)
{
	fputs("usage: lathe-render --config FILE [OPTION...] IN [OUT]\n"
	      "Runs the rack of a config over a sound file. OUT's suffix says its "
	      "kind:\n"
	      ".wav .w64 .flac .aiff .caf; without OUT the meters are printed.\n\n"
	      "  --config FILE           the rack\n"
	      "  --set NODE/PARAM=VALUE  a value instead of the config's; again for "
	      "more\n"
	      "  --output NAME           the rack output to write (default: the "
	      "first)\n"
	      "  --format F              float, 24 or 16 (default: float; FLAC: 24)\n"
	      "  --meters                print the final meters\n"
	      "  --json                  print them as JSON\n"
	      "  --force, -y             replace an OUT that is there without a word\n"
	      "  --keep-latency          do not trim the rack's delay at the start\n"
	      "  --start-frame N         the rack's frame counter at the first frame\n"
	      "  --learn CURVE           write the tonal balance of IN for tonematch, "
	      "and "
	      "no more\n"
	      "  --block N               frames per call (default 1024); the same "
	      "samples\n"
	      "  --version               print the version\n"
	      "  --help                  print this\n\n"
	      "Exit status: 0 done, 1 file trouble, 2 usage, 78 config.\n",
	      to);
}

static int64_t count_option(const char *name, const char *text, int64_t least,
			    int64_t most)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	if (end != text && !*end && value >= least && value <= most)
		return value;
	fprintf(stderr, "lathe-render: --%s %s: a number from %lld to %lld is wanted\n",
		name, text, (long long)least, (long long)most);
	exit(EXIT_USAGE);
}

static const char *format_option(const char *text)
{
	for (int i = 0; soundwriter_formats[i]; i++)
		if (strcmp(text, soundwriter_formats[i]) == 0)
			return text;
	fprintf(stderr, "lathe-render: --format %s: found no format, would accept",
		text);
	for (int i = 0; soundwriter_formats[i]; i++)
		fprintf(stderr, "%s %s", i ? "," : "", soundwriter_formats[i]);
	fputs(" (FLAC: not float)\n", stderr);
	exit(EXIT_USAGE);
}

static void refuse(const char *why)
{
	fprintf(stderr, "lathe-render: %s\n(lathe-render --help says more)\n", why);
	exit(EXIT_USAGE);
}

static void option_take(struct render_options *options, int letter)
{
	switch (letter) {
	case 'c':
		options->config = optarg;
		break;
	case 'o':
		options->output = optarg;
		break;
	case 'f':
		options->format = format_option(optarg);
		break;
	case 'l':
		options->learn = optarg;
		break;
	case 's':
		if (options->set_count == SETS_MAX) {
			fprintf(stderr, "lathe-render: --set %s: %d of them at most\n",
				optarg, SETS_MAX);
			exit(EXIT_USAGE);
		}
		options->sets[options->set_count++] = optarg;
		break;
	case 'b':
		options->block = (int)count_option("block", optarg, 1, BLOCK_MAX);
		break;
	case 'F':
		options->start_frame =
			(uint64_t)count_option("start-frame", optarg, 0, INT64_MAX / 2);
		break;
	case 'y':
		options->force = true;
		break;
	case 'h':
		usage(stdout);
		exit(0);
	case 'V':
		puts("lathe-render " LATHE_VERSION);
		exit(0);
	default:
		exit(EXIT_USAGE);
	}
}

void render_options_read(struct render_options *options, int argc, char **argv)
{
	const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "set", required_argument, NULL, 's' },
		{ "output", required_argument, NULL, 'o' },
		{ "learn", required_argument, NULL, 'l' },
		{ "format", required_argument, NULL, 'f' },
		{ "block", required_argument, NULL, 'b' },
		{ "start-frame", required_argument, NULL, 'F' },
		{ "meters", no_argument, &options->meters, true },
		{ "json", no_argument, &options->json, true },
		{ "keep-latency", no_argument, &options->keep_latency, true },
		{ "force", no_argument, NULL, 'y' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "hy", table, NULL)) != -1)
		if (letter)
			option_take(options, letter);
	const int files = argc - optind, most = options->learn ? 1 : 2;
	if (files < 1)
		refuse("no sound file, IN is wanted: lathe-render --config FILE IN "
		       "[OUT]");
	if (!options->config && !options->learn)
		refuse("no rack, --config FILE is wanted (the ready ones are "
		       "config/*.conf)");
	if (files > most) {
		fprintf(stderr, "lathe-render: %s: a file too many, %s\n",
			argv[optind + most],
			options->learn ? "--learn takes IN alone"
				       : "IN and OUT are wanted");
		exit(EXIT_USAGE);
	}
	options->in = argv[optind];
	options->out = argv[optind + 1];
	if (!options->out)
		options->meters = true;
}

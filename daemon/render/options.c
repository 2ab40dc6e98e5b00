/* options.c - lathe-render's command line, read before anything else runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/options.h"

#include "daemon/engine/engine.h"
#include "daemon/render/help.h"
#include "share/soundkind.h"

#include <getopt.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BLOCK_MAX = 65536, JOBS_MAX = 1024 };

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

/* A number with or without its unit. */
static double level_option(const char *name, const char *text, const char *unit,
			   double least, double most)
{
	char *end;
	const double value = strtod(text, &end);

	while (*end == ' ')
		end++;
	if (end != text && (!*end || strcasecmp(end, unit) == 0) && value >= least &&
	    value <= most)
		return value;
	fprintf(stderr, "lathe-render: --%s: found \"%s\", would accept %g to %g %s\n",
		name, text, least, most, unit);
	exit(EXIT_USAGE);
}

static void codec_option(struct render_options *options, const char *text)
{
	if (options->codec_count == CODECS_MAX) {
		fprintf(stderr, "lathe-render: --codec %s: %d of them at most\n", text,
			CODECS_MAX);
		exit(EXIT_USAGE);
	}
	if (codec_parse(text, &options->codecs[options->codec_count++]))
		return;
	fprintf(stderr,
		"lathe-render: --codec: found \"%s\", would accept opus, vorbis or mp3 "
		"and kbit/s: opus:128, vorbis:160, mp3:320\n",
		text);
	exit(EXIT_USAGE);
}

static void trim_option(struct render_options *options, const char *text)
{
	if (strcmp(text, "head") != 0 && strcmp(text, "tail") != 0 &&
	    strcmp(text, "both") != 0) {
		fprintf(stderr,
			"lathe-render: --trim: found \"%s\", would accept head, tail "
			"or "
			"both\n",
			text);
		exit(EXIT_USAGE);
	}
	options->trim_head |= text[0] != 't';
	options->trim_tail |= text[0] != 'h';
}

static enum album album_option(const char *text)
{
	if (!text)
		return ALBUM_ONE;
	if (strcmp(text, "loudest") == 0)
		return ALBUM_LOUDEST;
	fprintf(stderr,
		"lathe-render: --album=%s: would accept --album or --album=loudest\n",
		text);
	exit(EXIT_USAGE);
}

static const char *format_option(const char *text)
{
	if (soundkind_is_format(text))
		return text;
	fprintf(stderr, "lathe-render: --format %s: found no format, would accept %s\n",
		text, soundkind_accepts(NULL));
	exit(EXIT_USAGE);
}

static void refuse(const char *why)
{
	fprintf(stderr, "lathe-render: %s\n(lathe-render --help says more)\n", why);
	exit(EXIT_USAGE);
}

/* What is asked of the output as a whole, and of many of them. False: another option. */
static bool delivery_take(struct render_options *options, int letter)
{
	switch (letter) {
	case 'L':
		options->has_loudness = true;
		options->loudness = level_option("loudness", optarg, "LUFS", -60, 0);
		break;
	case 'P':
		options->has_peak = true;
		options->peak = level_option("peak", optarg, "dBTP", -20, 0);
		break;
	case 'A':
		options->album = album_option(optarg);
		break;
	case 'O':
		options->out = optarg;
		options->out_is_many = true;
		break;
	case 'j':
		options->jobs = (int)count_option("jobs", optarg, 1, JOBS_MAX);
		break;
	case 'C':
		options->cue = optarg;
		break;
	case 'x':
		codec_option(options, optarg);
		break;
	case 'S':
		options->services = true;
		options->services_file = optarg;
		break;
	case 'p':
		options->report = optarg;
		break;
	case 'R':
		options->rate = (int)count_option("rate", optarg, RATE_MIN, RATE_MAX);
		break;
	case 't':
		trim_option(options, optarg);
		break;
	case 'i':
		options->fade_in = level_option("fade-in", optarg, "s", 0, 3600);
		break;
	case 'u':
		options->fade_out = level_option("fade-out", optarg, "s", 0, 3600);
		break;
	default:
		return false;
	}
	return true;
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
		help_print(stdout);
		exit(0);
	case 'V':
		puts("lathe-render " LATHE_VERSION);
		exit(0);
	default:
		exit(EXIT_USAGE);
	}
}

static void files_read(struct render_options *options, int count, char **files)
{
	const int most = options->learn ? 1 : options->out_is_many ? count : 2;

	if (count < 1)
		refuse("no sound file, IN is wanted: lathe-render --config FILE IN "
		       "[OUT]");
	if (!options->config && !options->learn)
		refuse("no rack, --config FILE is wanted (the ready ones are "
		       "config/*.conf)");
	if (count > most) {
		fprintf(stderr, "lathe-render: %s: a file too many, %s\n", files[most],
			options->learn ? "--learn takes IN alone"
				       : "IN and OUT are wanted (several IN: --out "
					 "FOLDER)");
		exit(EXIT_USAGE);
	}
	options->ins = (const char *const *)files;
	options->in_count = options->out_is_many ? count : 1;
	if (!options->out_is_many)
		options->out = files[1];
}

static void combination_check(const struct render_options *options)
{
	if (options->has_peak && !options->has_loudness)
		refuse("--peak goes with --loudness; without it the limiter's ceiling "
		       "is set by --set NODE/ceiling=DBTP");
	if (options->album && !options->has_loudness)
		refuse("--album goes with --loudness, which says how loud");
	if (options->codec_count && !options->out)
		refuse("--codec looks at what is written: OUT or --out is wanted");
	if (options->cue && !options->out)
		refuse("--cue lists what is written: OUT or --out is wanted");
	if (options->out_is_many && !options->out[0])
		refuse("--out: found \"\", would accept a folder or a pattern");
}

void render_options_read(struct render_options *options, int argc, char **argv)
{
	const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "set", required_argument, NULL, 's' },
		{ "output", required_argument, NULL, 'o' },
		{ "out", required_argument, NULL, 'O' },
		{ "learn", required_argument, NULL, 'l' },
		{ "format", required_argument, NULL, 'f' },
		{ "block", required_argument, NULL, 'b' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "start-frame", required_argument, NULL, 'F' },
		{ "loudness", required_argument, NULL, 'L' },
		{ "peak", required_argument, NULL, 'P' },
		{ "album", optional_argument, NULL, 'A' },
		{ "cue", required_argument, NULL, 'C' },
		{ "codec", required_argument, NULL, 'x' },
		{ "services", optional_argument, NULL, 'S' },
		{ "report", required_argument, NULL, 'p' },
		{ "rate", required_argument, NULL, 'R' },
		{ "trim", required_argument, NULL, 't' },
		{ "fade-in", required_argument, NULL, 'i' },
		{ "fade-out", required_argument, NULL, 'u' },
		{ "meters", no_argument, &options->meters, true },
		{ "json", no_argument, &options->json, true },
		{ "keep-latency", no_argument, &options->keep_latency, true },
		{ "skip-done", no_argument, &options->skip_done, true },
		{ "force", no_argument, NULL, 'y' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "hy", table, NULL)) != -1)
		if (letter && !delivery_take(options, letter))
			option_take(options, letter);
	files_read(options, argc - optind, argv + optind);
	combination_check(options);
	options->measures = options->has_loudness || options->out_is_many ||
			    options->codec_count || options->services ||
			    options->report;
	if (!options->out && !options->has_loudness)
		options->meters = true;
}

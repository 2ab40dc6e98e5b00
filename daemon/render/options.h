/* options.h - lathe-render's command line, read before anything else runs. */
#ifndef LATHE_RENDER_OPTIONS_H
#define LATHE_RENDER_OPTIONS_H

#include <stdint.h>

enum {
	EXIT_FILE = 1,
	EXIT_USAGE = 2,
	EXIT_CONFIG = 78,
	SETS_MAX = 256,
};

struct render_options {
	const char *config, *in, *out, *output, *format, *learn;
	const char *sets[SETS_MAX];
	int set_count;
	int block;
	uint64_t start_frame;
	int meters, json, keep_latency, force; /* yes or no */
};

/* Ends the program when there is nothing to render. */
void render_options_read(struct render_options *options, int argc, char **argv);

#endif

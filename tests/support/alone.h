/* alone.h - a module alone in a rack, from in to out. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ALONE_H
#define LATHE_ALONE_H

#include "tests/support/play.h"
#include "tests/support/test.h"

/* `params` as in a config. NULL: a check has failed. */
static inline struct play *alone_open(const char *module, const char *params, int rate)
{
	char config[1024];

	snprintf(config, sizeof(config),
		 "nodes = ({ module = \"%s\"; name = \"it\"; %s });", module, params);
	struct play *play = play_open(config, rate, 0);
	CHECK(play, "%s: %s", module, params);
	return play;
}

/* Plays `in` through the module into `out`; stereo. */
static inline void alone_play(const char *module, const char *params, int rate,
			      float *const in[2], float *const out[2], int frames)
{
	struct play *play = alone_open(module, params, rate);

	if (play)
		play_run(play, in, out, frames, 512);
	play_close(play);
}

#endif

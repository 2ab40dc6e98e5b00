/* lv2.h - the smallest LV2 host that runs the peers' plug-ins: stereo audio, controls by
 * symbol, and the features that plug-ins ask for (urid, options, worker, buf-size). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BENCH_LV2_H
#define LATHE_BENCH_LV2_H

#include <stdbool.h>

struct lv2_plugin;

/* settings: "symbol=value symbol=value ..."; a port that is not named keeps its default.
 * NULL when the plug-in is not installed or will not run. */
struct lv2_plugin *lv2_open(const char *uri, const char *settings, int rate, int block);
void lv2_close(struct lv2_plugin *plugin);
/* Stereo, frames <= block. */
void lv2_run(struct lv2_plugin *plugin, float *const in[2], float *const out[2],
	     int frames);
/* What the nth control shows that the plug-in writes; false after the last. */
bool lv2_reading(const struct lv2_plugin *plugin, int nth, const char **symbol,
		 float *value);
/* What the plug-in says in its latency port; 0 when it has none. */
int lv2_latency(const struct lv2_plugin *plugin);

#endif

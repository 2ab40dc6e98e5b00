/* meter.h - the meter thread: empties the taps, runs measure(). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ENGINE_METER_H
#define LATHE_ENGINE_METER_H

#include "daemon/base/mail.h"
#include "daemon/engine/spectra.h"
#include "daemon/worker/build.h"

struct metering;

/* Kind of the letter to the worker: a plan that the meter thread no longer uses. */
struct metering_options {
	bool in_line; /* true: no thread, metering_drain() does the work */
	struct mail *freed;
	int freed_what;
	int unseen_what; /* the same of a spectrum */
};

struct metering *metering_create(const struct metering_options *options);
void metering_destroy(struct metering *metering);
/* Measures a plan's taps from now on. Call before the plan is handed over. */
void metering_watch(struct metering *metering, struct plan *plan);
/* Stops measuring a plan that came back from the audio, and sends it to be freed. */
void metering_forget(struct metering *metering, struct plan *plan);
/* Reads a spectrum's tap from now on; lets go of it once the audio thread has. */
void metering_see(struct metering *metering, struct spectrum *spectrum);
void metering_unsee(struct metering *metering, struct spectrum *spectrum);
/* In line only. True: the taps were filling up. */
bool metering_drain(struct metering *metering);

#endif

/* plans.h - brings plans from the rack to the audio thread and back. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ENGINE_PLANS_H
#define LATHE_ENGINE_PLANS_H

#include "daemon/engine/state.h"

/* Starts the worker and the meter thread, unless the engine is inline. */
void plans_start(struct engine *engine);
/* Ends both threads and frees every plan. Call after the audio thread's last cycle. */
void plans_finish(struct engine *engine);
/* Asks for a plan of the rack as it is now: nodes, links and values. */
void plans_want(struct engine *engine, const struct rack *rack);
/* Continues a build, from wanted to handed over, as far as is possible without
 * waiting. */
void plans_advance(struct engine *engine);
/* Has the worker make a spectrum's memory; spectra_tick() shows it. */
void plans_open_spectrum(struct engine *engine, struct spectrum *spectrum);
/* Makes the values of every plan heard. */
void plans_publish(struct engine *engine);
/* Call when the ports of the plan that waits for them are registered. */
void plans_ports_ready(struct engine *engine);

#endif

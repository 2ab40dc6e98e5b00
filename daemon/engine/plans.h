/* plans.h - plans on their way from the rack to the audio thread and back. Control thread. */
#ifndef LATHE_ENGINE_PLANS_H
#define LATHE_ENGINE_PLANS_H

#include "daemon/engine/state.h"

/* Starts the worker and the meter thread; in line, none. */
void plans_start(struct engine *engine);
/* After the audio thread's last cycle: ends both threads and frees every plan. */
void plans_finish(struct engine *engine);
/* The next plan is to be built from the rack as it is now: its shape and its values. */
void plans_want(struct engine *engine, const struct rack *rack);
/* Moves a build from wanted to handed over as far as it goes without waiting. */
void plans_advance(struct engine *engine);
/* Has the worker make a spectrum's memory; spectra_opened() takes it back. */
void plans_open_spectrum(struct engine *engine, struct spectrum *spectrum);
/* Makes the values of every plan heard. */
void plans_publish(struct engine *engine);
/* The ports of the plan that waits are registered. */
void plans_ports_ready(struct engine *engine);

#endif

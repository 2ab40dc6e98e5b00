/* values.h - brings a plan's values, and the numbers designed from them, to the audio
 * thread. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ENGINE_VALUES_H
#define LATHE_ENGINE_VALUES_H

#include "daemon/audio/plan.h"

/* Stores one value in the plan; values_publish() sends it. */
void values_set(struct plan *plan, int node, int param, float value);
/* Stores all values of the plan's rack. */
void values_set_all(struct plan *plan);
/* Runs design() for what has changed, and publishes a snapshot with this serial. */
void values_publish(struct plan *plan, uint64_t serial);

#endif

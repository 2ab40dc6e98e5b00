/* values.h - a plan's values, and the numbers designed from them, on their way to the audio
 * thread. Control thread. */
#ifndef LATHE_ENGINE_VALUES_H
#define LATHE_ENGINE_VALUES_H

#include "daemon/audio/plan.h"

/* Stores one value in the plan; values_publish() makes it heard. */
void values_set(struct plan *plan, int node, int param, float value);
/* Stores all values of the plan's rack. */
void values_set_all(struct plan *plan);
/* Designs what has changed, and publishes a snapshot that carries `serial`. */
void values_publish(struct plan *plan, uint64_t serial);

#endif

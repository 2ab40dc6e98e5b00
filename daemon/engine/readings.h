/* readings.h - meters and counts that came up from the audio and the meter thread: readings
 * per node, and events. Control thread. */
#ifndef LATHE_ENGINE_READINGS_H
#define LATHE_ENGINE_READINGS_H

#include "daemon/engine/state.h"

/* Call when the newest rack was replaced: maps the nodes of all plans to it. */
void readings_reshape(struct engine *engine);
void readings_finish(struct engine *engine);
/* Each tick: takes what has come up, and joins it per node. */
void readings_collect(struct engine *engine);
/* Turns what the engine's report says beyond the one before into events. */
void readings_tell(struct engine *engine, const struct rt_report *before);

#endif

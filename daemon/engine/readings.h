/* readings.h - meters and counts from the audio and meter thread, as readings per node
 * and as events. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ENGINE_READINGS_H
#define LATHE_ENGINE_READINGS_H

#include "daemon/engine/state.h"

/* Call after the newest rack was replaced: maps the nodes of all plans to it. */
void readings_reshape(struct engine *engine);
void readings_finish(struct engine *engine);
/* Each tick: takes what was published, and combines it per node. */
void readings_collect(struct engine *engine);
/* Posts events for counts that have grown since the report `before`. */
void readings_tell(struct engine *engine, const struct rt_report *before);

#endif

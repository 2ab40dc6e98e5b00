/* build_ports.h - the list of a plan's JACK ports. Worker thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_WORKER_BUILD_PORTS_H
#define LATHE_WORKER_BUILD_PORTS_H

#include "daemon/audio/plan.h"
#include "daemon/worker/draft.h"

/* Call after the steps are made; `buffers` are [signals][channels]. The list, its port
 * names and patterns are freed with the plan. */
void plan_add_ports(struct plan *plan, const struct draft *draft,
		    float *(*buffers)[CHANNELS_MAX]);

#endif

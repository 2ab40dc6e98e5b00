/* build_ports.h - the JACK ports that a plan plays to and hears. Worker thread. */
#ifndef LATHE_WORKER_BUILD_PORTS_H
#define LATHE_WORKER_BUILD_PORTS_H

#include "daemon/audio/plan.h"
#include "daemon/worker/draft.h"

/* Once the steps are made: `buffers` are [signals][channels]. The list's port names and
 * patterns live as long as the plan; it is freed with the plan. */
void plan_add_ports(struct plan *plan, const struct draft *draft,
		    float *(*buffers)[CHANNELS_MAX]);

#endif

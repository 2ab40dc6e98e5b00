/* riding.c - how far levellers moved while they did not know the programme yet.
 * lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/riding.h"

#include "daemon/base/memory.h"
#include "daemon/rack/param.h"

#include <math.h>
#include <stdlib.h>

struct rider_seen {
	int node, slot;
	bool any;
	double lowest, highest; /* gain, dB */
};

struct riding {
	const struct rack *rack;
	int64_t from, to; /* frames that count */
	int count;
	struct rider_seen riders[NODES_MAX];
};

struct riding *riding_begin(const struct rack *rack, int rate, int64_t latency)
{
	struct riding *riding = memory_zeroed(1, sizeof(*riding));

	riding->rack = rack;
	riding->from = latency;
	riding->to = latency + (int64_t)RIDING_SECONDS * rate;
	for (int n = 0; n < rack->node_count; n++) {
		const struct node *node = &rack->nodes[n];
		if ((node->module->flags & MODULE_ROLE) == MODULE_LEVELLER)
			riding->riders[riding->count++] = (struct rider_seen) {
				.node = n,
				.slot = meter_find(node->module, node->channels, true,
						   "gain"),
			};
	}
	if (riding->count)
		return riding;
	free(riding);
	return NULL;
}

void riding_look(struct riding *riding, const struct playback *playback, int64_t done)
{
	if (done < riding->from || done > riding->to)
		return;
	for (int i = 0; i < riding->count; i++) {
		struct rider_seen *seen = &riding->riders[i];
		const float *meters = playback_meters(playback, seen->node);
		if (!meters || seen->slot < 0)
			continue;
		const double gain = (double)meters[seen->slot];
		seen->lowest = seen->any ? fmin(seen->lowest, gain) : gain;
		seen->highest = seen->any ? fmax(seen->highest, gain) : gain;
		seen->any = true;
	}
}

double riding_end(struct riding *riding)
{
	double most = 0;

	for (int i = 0; riding && i < riding->count; i++)
		most = fmax(most, riding->riders[i].highest - riding->riders[i].lowest);
	free(riding);
	return most;
}

/* spectra.c - the spectrum of any node's input and output. Each function says which thread
 * runs it.
 *
 *   asked for --> worker: memory --> slot of the audio thread --> tap --> meter thread
 *   a second unasked --> slot emptied --> next report of the audio --> meter --> worker: freed
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/engine/spectra.h"

#include "daemon/base/clock.h"
#include "daemon/base/memory.h"
#include "daemon/engine/plans.h"
#include "daemon/engine/state.h"

#include <stdlib.h>

static const int64_t unasked_ns = 1000000000;

/* ---- control ------------------------------------------------------------------------------ */

/* What the audio plays as this node of the newest rack, or NULL. */
static const struct resident *resident_of(const struct engine *engine, int node)
{
	const struct plan *plan = engine_playing(engine);

	for (int i = 0; plan && i < plan->node_count; i++)
		if (plan->same[i] == node && plan->rack->nodes[i].kind == NODE_MODULE)
			return plan->residents[i];
	return NULL;
}

static void want(struct engine *engine, const struct resident *resident)
{
	for (int i = 0; i < VIEW_SLOTS; i++) {
		struct sight *sight = &engine->sights[i];
		if (sight->spectrum)
			continue;
		struct spectrum *spectrum =
			aligned_alloc(64, (sizeof(*spectrum) + 63) / 64 * 64);
		if (!spectrum)
			memory_out("a spectrum");
		memset(spectrum, 0, sizeof(*spectrum));
		spectrum->rate = engine->options.rate;
		spectrum->view.identity = resident->identity;
		spectrum->view.channels = resident->channels < VIEW_CHANNELS
						  ? resident->channels
						  : VIEW_CHANNELS;
		*sight = (struct sight) { .spectrum = spectrum,
					  .state = SIGHT_OPENING,
					  .asked_ns = clock_ns() };
		plans_open_spectrum(engine, spectrum);
		return;
	}
}

const float *engine_spectrum(struct engine *engine, int node, uint64_t *frame)
{
	const struct resident *resident = resident_of(engine, node);

	if (!resident)
		return NULL;
	for (int i = 0; i < VIEW_SLOTS; i++) {
		struct sight *sight = &engine->sights[i];
		struct spectrum *spectrum = sight->spectrum;
		if (!spectrum || sight->state == SIGHT_CLOSING ||
		    spectrum->view.identity != resident->identity)
			continue;
		sight->asked_ns = clock_ns();
		if (sight->state == SIGHT_OPEN)
			sight->any |= latest_take(&spectrum->latest);
		*frame = spectrum->frames[spectrum->latest.front];
		return sight->any ? spectrum->levels[spectrum->latest.front] : NULL;
	}
	want(engine, resident);
	return NULL;
}

/* Puts one that the worker has opened in front of the audio and the meter thread. */
static void show(struct engine *engine, int slot)
{
	struct sight *sight = &engine->sights[slot];

	sight->state = SIGHT_OPEN;
	metering_see(engine->metering, sight->spectrum);
	atomic_store_explicit(&engine->rt.views.slots[slot], &sight->spectrum->view,
			      memory_order_release);
}

void spectra_tick(struct engine *engine)
{
	int64_t now = clock_ns();

	for (int i = 0; i < VIEW_SLOTS; i++) {
		struct sight *sight = &engine->sights[i];
		if (!sight->spectrum)
			continue;
		if (sight->state == SIGHT_OPENING && sight->spectrum->opened)
			show(engine, i);
		if (sight->state == SIGHT_OPEN && now - sight->asked_ns > unasked_ns) {
			sight->state = SIGHT_CLOSING;
			sight->closed_at = engine->report.frame;
			atomic_store(&engine->rt.views.slots[i], NULL);
		} else if (sight->state == SIGHT_CLOSING &&
			   engine->report.frame != sight->closed_at) {
			metering_unsee(engine->metering, sight->spectrum);
			sight->spectrum = NULL;
		}
	}
}

void spectra_finish(struct engine *engine)
{
	for (int i = 0; i < VIEW_SLOTS; i++)
		spectrum_destroy(engine->sights[i].spectrum);
}

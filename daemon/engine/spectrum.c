/* spectrum.c - one node's spectra: memory by the worker, levels by the meter thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/engine/spectra.h"

#include "daemon/base/memory.h"

#include <stdlib.h>

/* ---- worker ------------------------------------------------------------------------------- */

/* Room for half a second, should the meter thread be late. */
void spectrum_open(struct spectrum *spectrum)
{
	struct tap *tap = &spectrum->view.tap;
	size_t frames = (size_t)(spectrum->rate / 2), wanted;

	tap->channels = 2 * spectrum->view.channels;
	wanted = (frames / GRID_FRAMES + 1) * tap_bytes(tap, GRID_FRAMES);
	for (tap->size = 1; tap->size < wanted;)
		tap->size *= 2;
	tap->bytes = memory_zeroed(1, tap->size);
	latest_init(&spectrum->latest);
	spectrum->analyser = analyser_create(spectrum->rate);
	if (!spectrum->analyser)
		memory_out("a spectrum");
}

void spectrum_destroy(struct spectrum *spectrum)
{
	if (!spectrum)
		return;
	analyser_destroy(spectrum->analyser);
	free(spectrum->view.tap.bytes);
	free(spectrum);
}

/* ---- meter -------------------------------------------------------------------------------- */

void spectrum_drain(struct spectrum *spectrum)
{
	float audio[2 * VIEW_CHANNELS * GRID_FRAMES], none;
	struct tap *tap = &spectrum->view.tap;
	struct tap_record record = { 0 };
	int channels = spectrum->view.channels;

	while (tap_read(tap, &record, &none, audio)) {
		analyser_add(spectrum->analyser, audio, tap->channels, record.frames);
		spectrum->fresh += record.frames;
	}
	if (!spectrum->analyser->full ||
	    spectrum->fresh < spectrum->rate / SPECTRA_PER_SECOND)
		return;
	spectrum->fresh = 0;
	unsigned back = spectrum->latest.back;
	float *levels = spectrum->levels[back];
	analyser_levels(spectrum->analyser, 0, channels, levels);
	analyser_levels(spectrum->analyser, channels, channels,
			levels + ANALYSER_BANDS);
	spectrum->frames[back] = record.frame + (uint64_t)record.frames;
	latest_publish(&spectrum->latest);
}

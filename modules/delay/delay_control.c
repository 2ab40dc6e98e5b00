/* delay_control.c - delay's tables, its line and descriptor. Worker thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "modules/delay/delay.h"

static const struct param params[] = {
	[DELAY_MS] = { .id = "ms",
		       .label = "Time",
		       .help = "Delay; the three delays add up, to at most 10 s",
		       .unit = "ms",
		       .curve = CURVE_LINEAR,
		       .max = 1000.0f * (float)DELAY_SECONDS_MAX,
		       .step = 0.01f },
	[DELAY_METRES] = { .id = "metres",
			   .label = "Way",
			   .help = "Delay as the way that sound goes in air at 20 "
				   "degrees",
			   .unit = "m",
			   .curve = CURVE_LINEAR,
			   .max = 340.0f,
			   .step = 0.01f },
	[DELAY_FRAMES] = { .id = "frames",
			   .label = "Frames",
			   .help = "Delay in frames of the rack's rate",
			   .unit = "",
			   .curve = CURVE_INTEGER,
			   .max = 480000.0f,
			   .step = 1.0f },
};

static const struct meter meters[] = {
	[DELAY_METER_FRAMES] = { .id = "frames",
				 .label = "Frames",
				 .help = "The delay in force, in frames",
				 .unit = "",
				 /* At the highest rate. */
				 .max = 3840000.0f,
				 .fold = FOLD_LAST },
};

static void *delay_init(struct arena *arena, const struct setup *setup)
{
	(void)setup;
	return arena_alloc(arena, GRID_FRAMES); /* all its memory is in the line */
}

static size_t ring_bytes(const struct delay_line *line)
{
	return ((size_t)line->mask + 1) * (size_t)line->channels * sizeof(float);
}

static void *delay_create(const struct setup *setup, char *error, size_t error_size)
{
	struct delay_line *line = calloc(1, sizeof(*line));

	if (!line) {
		snprintf(error, error_size, "no memory for a delay line");
		return NULL;
	}
	line->rate = setup->rate;
	line->channels = setup->channels;
	line->frames_max = (int)(DELAY_SECONDS_MAX * setup->rate);
	line->fade_frames = smooth_frames(setup->rate);
	line->mask = 1;
	while (line->mask < line->frames_max + GRID_FRAMES)
		line->mask = 2 * line->mask + 1;
	line->ring[0] = mmap(NULL, ring_bytes(line), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (line->ring[0] == MAP_FAILED) {
		snprintf(error, error_size, "no memory for a delay line of %zu bytes",
			 ring_bytes(line));
		free(line);
		return NULL;
	}
	mlock(line->ring[0], ring_bytes(line));
	for (int c = 1; c < setup->channels; c++)
		line->ring[c] = line->ring[0] + (size_t)c * ((size_t)line->mask + 1);
	return line;
}

static void delay_destroy(void *handle)
{
	struct delay_line *line = handle;

	if (!line)
		return;
	munmap(line->ring[0], ring_bytes(line));
	free(line);
}

KERNELS_DECLARE(delay);
extern const struct module module_delay;
const struct module module_delay = {
	.id = "delay",
	.label = "Delay",
	.help = "Up to ten seconds, in time, distance or frames",
	.flags = MODULE_EXTERNAL,
	.params = params,
	.param_count = DELAY_PARAMS,
	.meters = meters,
	.meter_count = (int)(sizeof(meters) / sizeof(*meters)),
	.kernels = KERNELS(delay),
	.init = delay_init,
	.create = delay_create,
	.destroy = delay_destroy,
};

/* kernels.c - every module's process() without the host, so that another machine's build can
 * be run in an emulator and held against this one's.
 *
 *   kernels write FILE      what each module makes of a programme, as floats
 *   kernels compare FILE    "N passed, N failed": within -140 dBFS (rms) of the file
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/arena.h"
#include "daemon/rack/param.h"
#include "modules/module.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

enum { RATE = 48000, FRAMES = 375 * GRID_FRAMES, CHANNELS = 2, VALUES_MAX = 256 };

static float in[CHANNELS][FRAMES], out[CHANNELS][FRAMES], other[CHANNELS][FRAMES];

static void make_programme(void)
{
	uint32_t seed = 1;

	for (int i = 0; i < FRAMES; i++)
		for (int c = 0; c < CHANNELS; c++) {
			const double t = (double)i / RATE;
			const double noise = random_noise(&seed);
			in[c][i] = (float)(0.2 * sin(2 * 3.14159265358979 * 110 * t) +
					   0.4 * noise * exp(-fmod(t, 0.1) * 40));
		}
}

/* Every continuous param away from its rest, as in conform.c. */
static void take_values(const struct module *module, float *values)
{
	for (int p = 0; p < params_total(module, false); p++) {
		const struct param *row = param_row(module, p);
		const bool moves = row->curve == CURVE_LINEAR ||
				   row->curve == CURVE_LOG || row->curve == CURVE_FADER;
		const float norm = 0.35f + 0.3f * (float)((p * 37) % 16) / 15;
		values[p] = moves && !(row->flags & PARAM_REBUILD)
				    ? param_denorm(row, norm)
				    : param_default(module, p);
	}
}

static void play(const struct module *module)
{
	static float values[VALUES_MAX], meters[VALUES_MAX];
	struct setup setup = { .rate = RATE, .channels = CHANNELS, .values = values };
	struct arena *arena = arena_create();

	take_values(module, values);
	void *state = module->init(arena, &setup), *numbers = NULL;
	if (module->design) {
		numbers = arena_alloc(arena, module->numbers_bytes(&setup));
		module->design(&setup, values, numbers);
	}
	for (int at = 0; at < FRAMES; at += GRID_FRAMES) {
		const float *ins[CHANNELS] = { in[0] + at, in[1] + at };
		float *outs[CHANNELS] = { out[0] + at, out[1] + at };
		struct piece piece = {
			.frame = (uint64_t)at,
			.frames = GRID_FRAMES,
			.channels = CHANNELS,
			.in = ins,
			.out = outs,
			.values = values,
			.numbers = numbers,
			.meters = meters,
		};
		module->kernels[ISA_BASE]->process(state, &piece);
	}
	arena_destroy(arena);
}

static void compare(const struct module *module)
{
	double sum = 0;

	for (int c = 0; c < CHANNELS; c++)
		for (int i = 0; i < FRAMES; i++) {
			const double apart = (double)out[c][i] - (double)other[c][i];
			sum += apart * apart;
		}
	const double level = 10 * log10(sum / (CHANNELS * FRAMES) + 1e-40);
	printf("%-12s %.1f dBFS apart\n", module->id, level);
	CHECK(level <= -140, "%s", module->id);
}

int main(int argc, char **argv)
{
	const bool writes = argc == 3 && !strcmp(argv[1], "write");
	FILE *file = argc == 3 ? fopen(argv[2], writes ? "wb" : "rb") : NULL;

	if (!file)
		return 2;
	make_programme();
	for (int m = 0; module_registry[m]; m++) {
		const struct module *module = module_registry[m];
		if (module->create ||
		    module->flags & (MODULE_GENERATOR | MODULE_RANDOM))
			continue;
		play(module);
		if (writes)
			fwrite(out, sizeof(out), 1, file);
		else if (fread(other, sizeof(other), 1, file) == 1)
			compare(module);
		else
			CHECK(false, "the file ends before %s", module->id);
	}
	fclose(file);
	return writes ? 0 : test_result();
}

/* peer.c - what a peer's meter shows: an LV2 plug-in over raw audio, for the sound tests.
 *
 *   peer URI SETTINGS RATE < IN
 * IN: interleaved stereo floats. Prints a line "symbol last highest" for each control that the
 * plug-in writes.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/lv2.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 64, READINGS_MAX = 256 };

int main(int argc, char **argv)
{
	static float left[BLOCK], right[BLOCK], more[2][BLOCK], frame[2 * BLOCK];
	float *const in[2] = { left, right }, *const out[2] = { more[0], more[1] };
	float highest[READINGS_MAX], value;
	const char *symbol;
	size_t count;

	if (argc != 4)
		return 2;
	struct lv2_plugin *plugin = lv2_open(argv[1], argv[2], atoi(argv[3]), BLOCK);
	if (!plugin)
		return 1;
	for (int i = 0; i < READINGS_MAX; i++)
		highest[i] = -1e9f;
	while ((count = fread(frame, 2 * sizeof(float), BLOCK, stdin)) > 0) {
		for (size_t i = 0; i < count; i++) {
			left[i] = frame[2 * i];
			right[i] = frame[2 * i + 1];
		}
		lv2_run(plugin, in, out, (int)count);
		for (int i = 0;
		     i < READINGS_MAX && lv2_reading(plugin, i, &symbol, &value); i++)
			highest[i] = value > highest[i] ? value : highest[i];
	}
	for (int i = 0; i < READINGS_MAX && lv2_reading(plugin, i, &symbol, &value);
	     i++)
		printf("%s %.9g %.9g\n", symbol, (double)value, (double)highest[i]);
	return 0;
}

/* script.c - a rack over raw audio with changes at given frames, for the sound tests.
 *
 *   script CONFIG RATE CHANNELS CHANGES < IN > OUT
 * IN and OUT are interleaved floats; CHANGES is a file of lines "frame node/param value", in
 * order. "frame ?node/meter 0" prints what a meter reads by then on stderr. lathe-render does
 * the rest; it has no changes on purpose.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/play.h"

enum { CHANNELS = 8 };

struct script {
	struct play *play;
	float *in[CHANNELS], *out[CHANNELS];
	int channels, frames;
};

static char *read_all(FILE *file, size_t *size)
{
	size_t room = 1 << 20;
	char *bytes = malloc(room);

	*size = 0;
	for (size_t n; (n = fread(bytes + *size, 1, room - *size - 1, file)) > 0;) {
		*size += n;
		if (*size + 1 == room)
			bytes = realloc(bytes, room *= 2);
	}
	bytes[*size] = '\0';
	return bytes;
}

static void script_split(struct script *script, const float *samples)
{
	for (int c = 0; c < script->channels; c++) {
		script->in[c] = calloc((size_t)script->frames + 1, sizeof(float));
		script->out[c] = calloc((size_t)script->frames + 1, sizeof(float));
		for (int n = 0; n < script->frames; n++)
			script->in[c][n] = samples[n * script->channels + c];
	}
}

static void script_run(struct script *script, int from, int to)
{
	float *in[CHANNELS], *out[CHANNELS];

	for (int c = 0; c < script->channels; c++) {
		in[c] = script->in[c] + from;
		out[c] = script->out[c] + from;
	}
	play_run(script->play, in, out, to - from, 512);
}

/* "?node/meter" */
static void script_ask(const struct script *script, char *address)
{
	char *meter = strchr(address, '/');

	*meter = '\0';
	fprintf(stderr, "%.9g\n",
		(double)play_meter(script->play, address + 1, meter + 1));
}

/* False when a change is not one. */
static bool script_play(struct script *script, const char *changes)
{
	FILE *file = fopen(changes, "r");
	int frame, at = 0;
	char address[128];
	float value;

	while (file && fscanf(file, "%d %127s %f", &frame, address, &value) == 3) {
		script_run(script, at, frame);
		at = frame;
		if (address[0] == '?' && strchr(address, '/'))
			script_ask(script, address);
		else if (!play_set(script->play, address, value)) {
			fprintf(stderr, "no such param: %s\n", address);
			return false;
		}
	}
	if (!file)
		return false;
	fclose(file);
	script_run(script, at, script->frames);
	return true;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	size_t size;
	FILE *file = fopen(argv[1], "r");
	char *config = file ? read_all(file, &size) : NULL;
	struct script script = { .channels = atoi(argv[3]) };
	if (!config || script.channels < 1 || script.channels > CHANNELS)
		return 2;
	script.play = play_open(config, atoi(argv[2]), 0);
	if (!script.play)
		return 78;
	char *samples = read_all(stdin, &size);
	script.frames = (int)(size / sizeof(float)) / script.channels;
	script_split(&script, (const float *)(const void *)samples);
	if (!script_play(&script, argv[4]))
		return 1;
	for (int n = 0; n < script.frames; n++)
		for (int c = 0; c < script.channels; c++)
			fwrite(&script.out[c][n], sizeof(float), 1, stdout);
	return 0;
}

/* storm.c - everything that an OSC client may change, at random, all the time.
 *
 *   lathed --config FILE --describe | storm PORT SECONDS [MESSAGES-A-SECOND = 400]
 *
 * Sets, steps, ramps, toggles (bypass and the outputs' mute among them), resets, bundles; now
 * and then a choice, which may rebuild the rack. Prints how many messages were sent.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <lo/lo.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/random.h"

enum { ROWS_MAX = 4096, PATH_BYTES = 160, BUNDLE_MAX = 16 };

struct row {
	char path[PATH_BYTES];
	bool is_switch, is_choice;
	float min, max;
};

static struct row rows[ROWS_MAX];
static int row_count;
static lo_address rack;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* The same storm every time. */
static unsigned chance(unsigned of)
{
	static uint32_t seed = 1;

	return (random_bits(&seed) >> 8) % of;
}

/* Params alone, and of them those that a number sets. */
static void rows_read(FILE *lines)
{
	char line[2048], path[PATH_BYTES], kind[16], curve[16];
	float min, max;

	while (row_count < ROWS_MAX && fgets(line, sizeof(line), lines)) {
		const char *curve_at = strstr(line, "curve="),
			   *min_at = strstr(line, "min=");

		if (!curve_at || !min_at ||
		    sscanf(line, "%159s %15s", path, kind) != 2 ||
		    sscanf(curve_at, "curve=%15s", curve) != 1 ||
		    sscanf(min_at, "min=%f max=%f", &min, &max) != 2)
			continue;
		if (strcmp(kind, "param") != 0 || strcmp(curve, "file") == 0)
			continue;
		struct row *row = &rows[row_count++];
		*row = (struct row) { .min = min, .max = max };
		strcpy(row->path, path);
		row->is_switch =
			strcmp(curve, "toggle") == 0 || strcmp(curve, "trigger") == 0;
		row->is_choice =
			strcmp(curve, "choice") == 0 || strcmp(curve, "integer") == 0;
	}
}

static float anywhere(const struct row *row)
{
	float place = (float)chance(1001) / 1000.0f;
	float value = row->min + place * (row->max - row->min);

	return row->is_switch || row->is_choice ? roundf(value) : value;
}

/* Choices are rare: each may be another rack. */
static const struct row *some_row(void)
{
	const struct row *row;

	do
		row = &rows[chance((unsigned)row_count)];
	while (row->is_choice && chance(200) != 0);
	return row;
}

static void send_bundle(void)
{
	lo_bundle bundle = lo_bundle_new(LO_TT_IMMEDIATE);
	int count = 2 + (int)chance(BUNDLE_MAX - 1);

	for (int i = 0; i < count; i++) {
		const struct row *row = some_row();
		lo_message message = lo_message_new();

		lo_message_add_float(message, anywhere(row));
		lo_bundle_add_message(bundle, row->path, message);
	}
	lo_send_bundle(rack, bundle);
	lo_bundle_free_recursive(bundle);
}

static void send_something(void)
{
	const struct row *row = some_row();
	char path[PATH_BYTES + 16];
	unsigned what = chance(100);

	if (what < 10) {
		send_bundle();
	} else if (row->is_switch && what < 60) {
		snprintf(path, sizeof(path), "%s/toggle", row->path);
		lo_send(rack, path, "");
	} else if (!row->is_switch && !row->is_choice && what < 25) {
		snprintf(path, sizeof(path), "%s/ramp", row->path);
		lo_send(rack, path, "ff", (double)anywhere(row),
			0.01 * (double)chance(100));
	} else if (what < 30) {
		snprintf(path, sizeof(path), "%s/reset", row->path);
		lo_send(rack, path, "");
	} else {
		lo_send(rack, row->path, "f", (double)anywhere(row));
	}
}

int main(int argc, char **argv)
{
	double rate = argc == 4 ? atof(argv[3]) : 400.0, began = now(), seconds;
	long sent = 0;

	if (argc < 3 || argc > 4 || rate <= 0.0) {
		fputs("usage: see the first lines of storm.c\n", stderr);
		return 2;
	}
	seconds = atof(argv[2]);
	rack = lo_address_new("127.0.0.1", argv[1]);
	rows_read(stdin);
	if (row_count == 0) {
		fputs("no params on standard input\n", stderr);
		return 2;
	}
	while (now() - began < seconds) {
		while ((double)sent < (now() - began) * rate) {
			send_something();
			sent++;
		}
		usleep(2000);
	}
	printf("storm: %ld messages to %d params\n", sent, row_count);
	lo_address_free(rack);
	return 0;
}

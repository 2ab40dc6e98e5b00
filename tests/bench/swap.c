/* swap.c - what a change of plans costs the audio thread, cycle by cycle.
 *
 *   swap A.conf B.conf [SWAPS = 50] [PERIOD = 64]
 *
 * Plays noise through a rack in real time, alone, real-time when it may, and goes between
 * the two racks. Microseconds of processor time per cycle, by what happened in it: nothing,
 * the new plan adopted, two plans at once, the last of the old.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/config.h"
#include "daemon/config/contents.h"
#include "daemon/engine/engine.h"
#include "tests/support/random.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { RATE = 48000, CYCLES_MAX = 1 << 18, PERIOD_MAX = 1024 };
enum kind { STEADY, ADOPTED, TWO_PLANS, LAST, KINDS };
static const char *const names[KINDS] = { "one plan", "adopts", "two plans", "ends" };

static float costs[KINDS][CYCLES_MAX];
static int counts[KINDS];
static float audio[PORTS_MAX][PERIOD_MAX];

static double seconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static struct rack *rack_load(const char *path)
{
	struct complaints complaints = { 0 };
	struct rack *rack = config_load(path, &complaints);

	if (!rack) {
		fputs(complaints.text.bytes, stderr);
		exit(2);
	}
	text_finish(&complaints.text);
	contents_read(rack, NULL);
	return rack;
}

static void noise(float *port, int frames)
{
	static uint32_t seed = 1;

	for (int i = 0; i < frames; i++)
		port[i] = 0.25f * (float)random_noise(&seed);
}

static void cycle(struct engine *engine, int frames)
{
	struct rt *rt = engine_rt(engine);
	float *buffers[PORTS_MAX] = { NULL };
	bool is_output[PORTS_MAX] = { false };
	const struct port *ports;
	int count = engine_ports(engine, &ports);
	enum rt_phase before = rt->phase;
	enum kind kind;

	for (int i = 0; i < count; i++) {
		int slot = ports[i].slot;

		buffers[slot] = audio[slot];
		is_output[slot] = ports[i].is_output;
		if (!ports[i].is_output)
			noise(audio[slot], frames);
	}
	double began = seconds(CLOCK_THREAD_CPUTIME_ID);
	rt_run(rt, buffers, is_output, frames);
	double took = seconds(CLOCK_THREAD_CPUTIME_ID) - began;

	if (before == RT_STEADY)
		kind = rt->phase == RT_STEADY ? STEADY : ADOPTED;
	else
		kind = rt->phase == RT_STEADY ? LAST : TWO_PLANS;
	if (counts[kind] < CYCLES_MAX)
		costs[kind][counts[kind]++] = (float)(1e6 * took);
	engine_drain(engine);
	nanosleep(&(struct timespec) { .tv_nsec = 1000000000L / RATE * frames }, NULL);
}

static int rising(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	int swaps = argc > 3 ? atoi(argv[3]) : 50,
	    frames = argc > 4 ? atoi(argv[4]) : 64;

	if (argc < 3 || argc > 5 || frames < 1 || frames > PERIOD_MAX) {
		fputs("usage: see the first lines of swap.c\n", stderr);
		return 2;
	}
	struct rack *racks[2] = { rack_load(argv[1]), rack_load(argv[2]) };
	struct event_log *events = event_log_create();
	struct engine *engine = engine_create(&(struct engine_options) {
		.rate = RATE, .in_line = true, .events = events });

	mlockall(MCL_CURRENT);
	sched_setscheduler(0, SCHED_FIFO,
			   &(struct sched_param) { .sched_priority = 4 });
	for (int i = 0; i <= swaps; i++) {
		engine_rebuild(engine, racks[i % 2]);
		do {
			cycle(engine, frames);
			engine_tick(engine);
		} while (engine_busy(engine));
		for (int n = 0; n < 150; n++)
			cycle(engine, frames);
	}
	puts("| cycles of | number | median | 99 % | worst |\n|---|---|---|---|---|");
	for (int k = 0; k < KINDS; k++) {
		int n = counts[k];

		qsort(costs[k], (size_t)n, sizeof(costs[k][0]), rising);
		if (n > 0)
			printf("| %s | %d | %.1f | %.1f | %.1f us |\n", names[k], n,
			       (double)costs[k][n / 2], (double)costs[k][n * 99L / 100],
			       (double)costs[k][n - 1]);
	}
	engine_destroy(engine);
	event_log_destroy(events);
	rack_destroy(racks[0]);
	rack_destroy(racks[1]);
	return 0;
}

/* bench.c - what a stereo frame costs: Lathe's modules and racks beside the peers' plug-ins,
 * in one interleaved run.
 *
 *   bench [--block N] [--seconds S] [--reps R] [--only GROUP|NAME] [--count] [FILE]
 *
 * FILE: see subjects.txt. A cost is the median over the reps of the mean ns per frame, in
 * CPU time of the thread; a Lathe module's is its rack's less the empty rack's. Ratios hold,
 * absolute figures are this machine's at this hour. --count: Lathe's instructions instead,
 * under valgrind --tool=callgrind, which repeat exactly.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>
#include <valgrind/callgrind.h>

#include "tests/bench/lv2.h"
#include "tests/bench/subjects.h"
#include "tests/support/play.h"
#include "tests/support/random.h"

enum { BLOCK_LIMIT = 8192, CHUNK_FRAMES = 8192, OUTPUTS_LIMIT = 16 };
enum {
	COLD_FRAMES = 4096
}; /* after another subject ran; what comes once in 10 to 50 ms
			      * has been met by then */

struct run {
	int block, reps, block_count, silent_count;
	float *music[2];
	struct subject subjects[SUBJECTS_MAX];
	int subject_count;
};

static double clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Something like music: bass, chord, a bright noise beat; peaks at -1 dBFS. */
static void make_music(float *music[2], int frames)
{
	uint32_t seed = 1;
	float most = 0;

	for (int i = 0; i < frames; i++) {
		double t = (double)i / RATE, beat = fmod(t, 0.5);
		double bass = 0.30 * sin(2 * M_PI * 55 * t) *
			      (0.6 + 0.4 * sin(2 * M_PI * 0.5 * t));
		double chord =
			0.08 * (sin(2 * M_PI * 220 * t) + sin(2 * M_PI * 277.2 * t) +
				sin(2 * M_PI * 329.6 * t));
		for (int c = 0; c < 2; c++) {
			double noise = random_noise(&seed);
			double x = bass + chord + 0.02 * noise +
				   0.5 * noise * exp(-beat * 60) +
				   0.4 * sin(2 * M_PI * 90 * beat) * exp(-beat * 25) +
				   0.05 * sin(2 * M_PI * (c ? 880 : 1320) * t);
			music[c][i] = (float)x;
			most = fmaxf(most, fabsf(music[c][i]));
		}
	}
	for (int c = 0; c < 2; c++)
		for (int i = 0; i < frames; i++)
			music[c][i] *= 0.891f / most;
}

/* As play_block(), with a cable in place of a node's outboard gear: what went out on its
 * sends in one block comes back on its returns in the next. */
static void cabled_block(struct play *play, float *const *in, float *const *out,
			 int frames)
{
	static float cables[2][CHANNELS_MAX][BLOCK_LIMIT];
	static int turn;
	const struct port *ports;
	float *buffers[PORTS_MAX] = { NULL };
	bool is_output[PORTS_MAX] = { false };
	int next[4] = { 0 };

	turn = !turn;
	for (int i = 0; i < engine_ports(play->engine, &ports); i++) {
		const struct port *port = &ports[i];
		const int c = next[2 * port->of_node + port->is_output]++;
		float *buffer = port->is_output ? out[c] : in[c];
		if (port->of_node)
			buffer = cables[port->is_output == turn][c];
		buffers[port->slot] = buffer;
		is_output[port->slot] = port->is_output;
	}
	rt_run(engine_rt(play->engine), buffers, is_output, frames);
	play->frame += (uint64_t)frames;
}

static void subject_block(struct subject *subject, float *const in[2], int frames)
{
	static float buffers[2][2][BLOCK_LIMIT];
	float *out[2][2] = { { buffers[0][0], buffers[0][1] },
			     { buffers[1][0], buffers[1][1] } };

	if (subject->play) {
		static float outputs[OUTPUTS_LIMIT][BLOCK_LIMIT];
		float *places[OUTPUTS_LIMIT];
		for (int i = 0; i < OUTPUTS_LIMIT; i++)
			places[i] = outputs[i];
		if (subject->cabled)
			cabled_block(subject->play, in, places, frames);
		else
			play_block(subject->play, in, places, frames);
		return;
	}
	float *const *from = in;
	for (int s = 0; s < subject->stage_count; s++) {
		lv2_run(subject->stages[s], from, out[s & 1], frames);
		from = out[s & 1];
	}
}

/* Blocks first..last - 1 of the music, or of silence. Returns CPU ns; blocks[]: keeps the
 * fastest time of each, by the wall, but for the first ones, which find the caches cold
 * after what ran before: the host's tick, or, before block 0, another subject. */
static double play_chunk(const struct run *run, struct subject *subject, int first,
			 int last, bool silent, float *blocks)
{
	static float zero[BLOCK_LIMIT];
	const int cold = 1 + (first ? 256 : COLD_FRAMES) / run->block;
	const double start = clock_ns(CLOCK_THREAD_CPUTIME_ID);

	for (int b = first; b < last; b++) {
		float *const in[2] = {
			silent ? zero : run->music[0] + b * run->block,
			silent ? zero : run->music[1] + b * run->block,
		};
		const double began = clock_ns(CLOCK_MONOTONIC);
		subject_block(subject, in, run->block);
		const float took = (float)(clock_ns(CLOCK_MONOTONIC) - began);
		if (blocks && b - first >= cold && took < blocks[b])
			blocks[b] = took;
	}
	return clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
}

/* What the daemon's other threads do meanwhile, so that no tap is ever full. Returns ns. */
static double tick(struct subject *subject)
{
	if (!subject->play)
		return 0;
	const double start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	engine_tick(subject->play->engine);
	return clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
}

static void subject_rep(const struct run *run, struct subject *subject, int rep)
{
	const int chunk = CHUNK_FRAMES / run->block > 0 ? CHUNK_FRAMES / run->block : 1;
	const int quiet = run->silent_count / 2;
	double busy = 0, silent = 0, aside = 0;

	for (int b = 0; b < run->block_count; b += chunk) {
		const int end =
			b + chunk < run->block_count ? b + chunk : run->block_count;
		busy += play_chunk(run, subject, b, end, false, subject->blocks);
		aside += tick(subject);
	}
	for (int b = 0; b < run->silent_count; b += chunk) {
		const int end =
			b + chunk < run->silent_count ? b + chunk : run->silent_count;
		const double took = play_chunk(run, subject, b, end, true, NULL);
		silent += b >= quiet ? took / (end - b) * chunk : 0;
		tick(subject);
	}
	const int chunks_after =
		(run->silent_count + chunk - 1) / chunk - (quiet + chunk - 1) / chunk;
	subject->busy[rep] = busy / run->block_count / run->block;
	subject->silent[rep] = silent / chunks_after / chunk / run->block;
	subject->aside = aside / run->block_count / run->block;
}

/* ---- the table ------------------------------------------------------------------------- */

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int compare_floats(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare_doubles);
	return values[count / 2];
}

/* Worst block over the median block, each the fastest of the reps: the machine's noise is
 * out, spikes of the code stay. */
static double worst_ratio(const struct run *run, struct subject *subject)
{
	int count = run->block_count;

	qsort(subject->blocks, (size_t)count, sizeof(float), compare_floats);
	while (count > 1 && isinf(subject->blocks[count - 1]))
		count--;
	return (double)(subject->blocks[count - 1] / subject->blocks[count / 2]);
}

static int subject_latency(const struct subject *subject)
{
	int latency = 0;
	const struct rack *rack = subject->play ? subject->play->rack : NULL;

	for (int i = 0; rack && i < rack->node_count; i++)
		if (rack->nodes[i].kind == NODE_OUTPUT)
			return engine_output_latency(subject->play->engine, i);
	for (int s = 0; s < subject->stage_count; s++)
		latency += lv2_latency(subject->stages[s]);
	return latency;
}

/* "yes", or what is missed. */
static const char *verdict(const struct subject *s, double cost, double worst,
			   double silence)
{
	if (!s->play || s->empty)
		return "";
	if (s->goal > 0 && cost > s->goal)
		return "NO: cost";
	if (worst > s->worst)
		return "NO: worst block";
	if (silence > 1.1)
		return "NO: silence";
	return "yes";
}

static void print_row(const struct subject *s, double cost, double first, double worst,
		      double silence)
{
	const double frame_ns = 1e9 / RATE;
	char goal[16] = "";

	if (s->goal > 0)
		snprintf(goal, sizeof(goal), "<= %g", s->goal);
	printf("| %s | %s | %.1f | %.1f | %s | %.2f | %.2f %% | %.2f | %d | %s |\n",
	       s->group, s->name, cost, cost / first, goal, worst,
	       100 * cost / frame_ns, silence, subject_latency(s),
	       verdict(s, cost, worst, silence));
}

static void print_table(struct run *run)
{
	double empty = 0, first = 0, rack = 0, cheapest = 1e30;
	const char *group = "";

	printf("\nBlocks of %d frames; %d reps of %.1f s.\n\n", run->block, run->reps,
	       (double)run->block * run->block_count / RATE);
	printf("| what | who | ns/frame | x Lathe | goal | worst/median block | of "
	       "real "
	       "time | silence/music | latency | pass |\n"
	       "|---|---|---|---|---|---|---|---|---|---|\n");
	for (int i = 0; i < run->subject_count; i++) {
		struct subject *s = &run->subjects[i];
		double busy = median(s->busy, run->reps),
		       silent = median(s->silent, run->reps);
		if (s->empty)
			empty = busy;
		double cost = s->play && !s->empty && !s->whole ? busy - empty : busy;
		if (strcmp(group, s->group) != 0)
			first = cost;
		if (rack <= 0 && s->whole)
			rack = cost;
		if (s->whole && !s->play && cost < cheapest)
			cheapest = cost;
		group = s->group;
		print_row(s, cost, first, worst_ratio(run, s), silent / busy);
	}
	if (rack > 0 && cheapest < 1e30)
		printf("\nThe cheapest chain of plug-ins costs %.1f times the whole "
		       "rack (goal: 5): %s.\n",
		       cheapest / rack, cheapest >= 5 * rack ? "yes" : "NO");
	for (int i = 0; i < run->subject_count; i++)
		if (run->subjects[i].play && run->subjects[i].aside > 10)
			printf("Beside the audio thread, %s: %.0f ns/frame.\n",
			       run->subjects[i].name, run->subjects[i].aside);
}

/* ---- instructions --------------------------------------------------------------------- */

/* Callgrind writes a file for each dump; its "totals" are the instructions. One at a time:
 * valgrind has no room for all their address space. */
static void count_instructions(struct run *run, const char *path, const char *only)
{
	struct subject *s = &run->subjects[0];
	int opened;

	for (int nth = 0; (opened = subjects_open_nth(s, path, only, nth)) >= 0;
	     nth++) {
		char label[128];
		if (opened == 0)
			continue;
		snprintf(label, sizeof(label), "%s | %s | %d frames", s->group, s->name,
			 run->block * run->block_count);
		play_chunk(run, s, 0, run->block_count, false, NULL);
		tick(s);
		CALLGRIND_ZERO_STATS;
		play_chunk(run, s, 0, run->block_count, false, NULL);
		CALLGRIND_DUMP_STATS_AT(label);
		play_close(s->play);
	}
}

static void run_memory(struct run *run)
{
	for (int c = 0; c < 2; c++)
		run->music[c] =
			calloc((size_t)(run->block_count * run->block), sizeof(float));
	for (int i = 0; i < run->subject_count; i++) {
		struct subject *s = &run->subjects[i];
		s->blocks = calloc((size_t)run->block_count, sizeof(float));
		for (int b = 0; b < run->block_count; b++)
			s->blocks[b] = INFINITY;
	}
}

int main(int argc, char **argv)
{
	static struct run run = { .block = 64, .reps = 15 };
	double seconds = 2;
	bool count = false;
	const char *path = "tests/bench/subjects.txt", *only = NULL;

	for (int i = 1; i < argc; i++) {
		bool more = i + 1 < argc;
		if (more && !strcmp(argv[i], "--block"))
			run.block = atoi(argv[++i]);
		else if (more && !strcmp(argv[i], "--seconds"))
			seconds = atof(argv[++i]);
		else if (more && !strcmp(argv[i], "--reps"))
			run.reps = atoi(argv[++i]);
		else if (more && !strcmp(argv[i], "--only"))
			only = argv[++i];
		else if (!strcmp(argv[i], "--count"))
			count = true;
		else
			path = argv[i];
	}
	if (run.block < 1 || run.block > BLOCK_LIMIT || run.reps < 1 ||
	    run.reps > REPS_MAX)
		return 2;
	run.block_count = (int)(seconds * RATE) / run.block;
	run.silent_count = run.block_count / 2;
	if (!count)
		run.subject_count =
			subjects_open(run.subjects, path, only, run.block, true);
	run_memory(&run);
	make_music(run.music, run.block_count * run.block);
	if (count) {
		count_instructions(&run, path, only);
		return 0;
	}
	for (int i = 0; i < run.subject_count; i++)
		subject_rep(&run, &run.subjects[i], 0); /* warm up */
	for (int rep = 0; rep < run.reps; rep++)
		for (int i = 0; i < run.subject_count; i++)
			subject_rep(&run, &run.subjects[i], rep);
	print_table(&run);
	return run.subject_count ? 0 : 1;
}

/* bench.c - what a stereo frame costs: Lathe's modules and racks beside the peers' plug-ins,
 * in one interleaved run.
 *
 *   bench [--block N] [--seconds S] [--reps R] [--only NAME] subjects.txt
 * A subject is a line "group | name | lathe | NODES" (the nodes of a config) or
 * "group | name | lv2 | URI settings ; URI settings". Times are thread CPU time; a Lathe
 * module's figure is its rack's less that of an empty rack. Ratios hold, absolute figures are
 * this machine's at this hour.
 */
#include <time.h>
#include <valgrind/callgrind.h>

#include "tests/bench/lv2.h"
#include "tests/play.h"

enum {
	RATE = 48000,
	SUBJECTS_MAX = 64,
	STAGES_MAX = 12,
	REPS_MAX = 64,
	BLOCK_LIMIT = 8192
};

struct subject {
	char group[32], name[64];
	struct play *play;
	struct lv2_plugin *stages[STAGES_MAX];
	int stage_count;
	bool empty;              /* the empty rack, taken off the others */
	float *blocks;           /* [block] the fastest of the reps, ns */
	double busy[REPS_MAX];   /* mean ns per frame of each rep, music */
	double silent[REPS_MAX]; /* the same in the digital silence after it */
};

struct run {
	int block, reps, block_count, silent_count;
	const char *only;
	float *music[2];
	struct subject subjects[SUBJECTS_MAX];
	int subject_count;
};

static double now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
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
			seed = seed * 1664525u + 1013904223u;
			double noise = (double)(int32_t)seed / 2147483648.0;
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

static void subject_block(struct subject *subject, float *const in[2], int frames)
{
	static float buffers[2][2][BLOCK_LIMIT];
	float *out[2][2] = { { buffers[0][0], buffers[0][1] },
			     { buffers[1][0], buffers[1][1] } };
	if (subject->play) {
		play_block(subject->play, in, out[0], frames);
		return;
	}
	float *const *from = in;
	for (int s = 0; s < subject->stage_count; s++) {
		lv2_run(subject->stages[s], from, out[s & 1], frames);
		from = out[s & 1];
	}
}

static void subject_rep(struct run *run, struct subject *subject, int rep)
{
	static float zero[BLOCK_LIMIT];
	float *const silence[2] = { zero, zero };
	double busy = 0, silent = 0;
	for (int b = 0; b < run->block_count; b++) {
		float *const in[2] = { run->music[0] + b * run->block,
				       run->music[1] + b * run->block };
		double start = now_ns();
		subject_block(subject, in, run->block);
		double took = now_ns() - start;
		busy += took;
		if (rep == 0 || took < (double)subject->blocks[b])
			subject->blocks[b] = (float)took;
	}
	for (int b = 0; b < run->silent_count; b++) {
		double start = now_ns();
		subject_block(subject, silence, run->block);
		if (b >= run->silent_count / 2)
			silent += now_ns() - start;
	}
	subject->busy[rep] = busy / run->block_count / run->block;
	subject->silent[rep] =
		silent / (run->silent_count - run->silent_count / 2) / run->block;
	if (subject->play)
		engine_tick(subject->play->engine);
}

/* ---- the subjects ------------------------------------------------------------------------ */

static bool subject_open(struct run *run, struct subject *subject, const char *kind,
			 char *what)
{
	if (!strcmp(kind, "lathe")) {
		size_t size = strlen(what) + 64;
		char *config = malloc(size);
		subject->empty = !*what;
		snprintf(config, size, "nodes = ( %s );", what);
		subject->play = play_open(config, RATE, 0);
		free(config);
		return subject->play;
	}
	char *rest = what;
	for (char *stage = strtok_r(what, ";", &rest); stage;
	     stage = strtok_r(NULL, ";", &rest)) {
		stage += strspn(stage, " ");
		char *settings = stage + strcspn(stage, " ");
		if (*settings)
			*settings++ = '\0';
		struct lv2_plugin *plugin = lv2_open(stage, settings, RATE, run->block);
		if (!plugin)
			return false;
		subject->stages[subject->stage_count++] = plugin;
	}
	return true;
}

static char *trimmed(char *text)
{
	text += strspn(text, " \t");
	size_t length = strlen(text);
	while (length && strchr(" \t\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

static void read_subjects(struct run *run, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	while (file && getline(&line, &room, file) > 0 &&
	       run->subject_count < SUBJECTS_MAX) {
		char *fields[4], *rest = line;
		int count = 0;
		if (line[0] == '#')
			continue;
		for (char *f; count < 4 && (f = strsep(&rest, count < 3 ? "|" : "\n"));)
			fields[count++] = trimmed(f);
		struct subject *subject = &run->subjects[run->subject_count];
		if (count < 4 || (run->only && strcmp(run->only, fields[1])))
			continue;
		snprintf(subject->group, sizeof subject->group, "%s", fields[0]);
		snprintf(subject->name, sizeof subject->name, "%s", fields[1]);
		if (subject_open(run, subject, fields[2], fields[3])) {
			subject->blocks =
				calloc((size_t)run->block_count, sizeof(float));
			run->subject_count++;
		} else {
			printf("# left out, not installed or not running: %s\n",
			       fields[1]);
			memset(subject, 0, sizeof *subject);
		}
	}
	free(line);
	if (file)
		fclose(file);
	else
		perror(path);
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
	qsort(values, (size_t)count, sizeof *values, compare_doubles);
	return values[count / 2];
}

/* Worst block over the median block, each the fastest of the reps: the machine's noise is
 * out, spikes of the code stay. */
static double worst_ratio(struct run *run, struct subject *subject)
{
	qsort(subject->blocks, (size_t)run->block_count, sizeof(float), compare_floats);
	return (double)(subject->blocks[run->block_count - 1] /
			subject->blocks[run->block_count / 2]);
}

static int subject_latency(const struct subject *subject)
{
	int latency = 0;
	if (subject->play)
		return engine_output_latency(
			subject->play->engine,
			rack_find(subject->play->rack, "rack/output/out"));
	for (int s = 0; s < subject->stage_count; s++)
		latency += lv2_latency(subject->stages[s]);
	return latency;
}

static void print_table(struct run *run)
{
	double empty = 0, lathe = 0;
	const char *group = "";
	printf("%-12s %-26s %9s %8s %12s %14s %9s\n", "what", "who", "ns/frame",
	       "x Lathe", "worst/median", "silence/music", "latency");
	for (int i = 0; i < run->subject_count; i++) {
		struct subject *s = &run->subjects[i];
		double busy = median(s->busy, run->reps),
		       silent = median(s->silent, run->reps);
		if (s->empty)
			empty = busy;
		double cost = s->play && !s->empty && strncmp(s->group, "rack", 4) != 0
				      ? busy - empty
				      : busy;
		if (strcmp(group, s->group) != 0)
			lathe = cost;
		group = s->group;
		printf("%-12s %-26s %9.1f %8.2f %12.2f %14.2f %9d\n", s->group, s->name,
		       cost, cost / lathe, worst_ratio(run, s), silent / busy,
		       subject_latency(s));
	}
	printf("# block %d, %d reps of %.1f s; a 64-frame period lasts %.0f ns a "
	       "frame\n",
	       run->block, run->reps, (double)run->block * run->block_count / RATE,
	       1e9 / RATE);
}

int main(int argc, char **argv)
{
	static struct run run = { .block = 64, .reps = 15 };
	double seconds = 2;
	const char *path = "tests/bench/subjects.txt";
	for (int i = 1; i < argc; i++) {
		bool more = i + 1 < argc;
		if (more && !strcmp(argv[i], "--block"))
			run.block = atoi(argv[++i]);
		else if (more && !strcmp(argv[i], "--seconds"))
			seconds = atof(argv[++i]);
		else if (more && !strcmp(argv[i], "--reps"))
			run.reps = atoi(argv[++i]);
		else if (more && !strcmp(argv[i], "--only"))
			run.only = argv[++i];
		else
			path = argv[i];
	}
	if (run.block < 1 || run.block > BLOCK_LIMIT || run.reps < 1 ||
	    run.reps > REPS_MAX)
		return 2;
	run.block_count = (int)(seconds * RATE) / run.block;
	run.silent_count = run.block_count / 2;
	for (int c = 0; c < 2; c++)
		run.music[c] =
			calloc((size_t)(run.block_count * run.block), sizeof(float));
	make_music(run.music, run.block_count * run.block);
	read_subjects(&run, path);
	for (int i = 0; i < run.subject_count; i++)
		subject_rep(&run, &run.subjects[i], 0); /* warm up */
	CALLGRIND_ZERO_STATS;
	for (int rep = 0; rep < run.reps; rep++)
		for (int i = 0; i < run.subject_count; i++)
			subject_rep(&run, &run.subjects[i], rep);
	CALLGRIND_DUMP_STATS;
	print_table(&run);
	return run.subject_count ? 0 : 1;
}

/* loudness/test.c - the loudness meter on the signals of EBU Tech 3341. */
#include "modules/loudness/loudness.h"
#include "tests/test.h"

#include <stdlib.h>

struct arena {
	void *block[16];
	int count;
};

void *arena_alloc(struct arena *arena, size_t bytes)
{
	const size_t size = (bytes + 63) / 64 * 64;
	void *block = aligned_alloc(64, size);
	memset(block, 0, size);
	arena->block[arena->count++] = block;
	return block;
}

extern const struct module module_loudness;

enum { SLOTS = LOUDNESS_TRUE_PEAK + CHANNELS_MAX };

struct bench {
	struct arena arena;
	struct setup setup;
	float values[LOUDNESS_PARAMS];
	void *state, *handle;
	uint64_t frame;
	double seconds;
	float meters[SLOTS];
	float peak;
};

static void bench_open(struct bench *b, int rate, int channels)
{
	char error[200] = "";
	*b = (struct bench) { .setup = { .rate = rate, .channels = channels } };
	b->setup.values = b->values;
	b->state = module_loudness.init(&b->arena, &b->setup);
	b->handle = module_loudness.create(&b->setup, error, sizeof error);
	CHECK(b->handle, "%s", error);
}

static void bench_close(struct bench *b)
{
	module_loudness.destroy(b->handle);
	for (int i = 0; i < b->arena.count; i++)
		free(b->arena.block[i]);
}

/* Up to the next grid line: planar in, as the meter thread gets it interleaved. */
static void bench_piece(struct bench *b, float audio[CHANNELS_MAX][GRID_FRAMES],
			int frames)
{
	const int channels = b->setup.channels;
	float mixed[CHANNELS_MAX * GRID_FRAMES];
	const float *in[CHANNELS_MAX];
	float *out[CHANNELS_MAX];
	for (int c = 0; c < channels; c++) {
		in[c] = out[c] = audio[c];
		for (int i = 0; i < frames; i++)
			mixed[i * channels + c] = audio[c][i];
	}
	const struct piece piece = {
		.frame = b->frame,
		.frames = frames,
		.channels = channels,
		.in = in,
		.out = out,
		.values = b->values,
		.meters = b->meters,
	};
	module_loudness.kernels[ISA_BASE]->process(b->state, &piece);
	module_loudness.measure(b->handle, mixed, frames, b->values, b->meters);
	for (int c = 0; c < channels; c++)
		b->peak = fmaxf(b->peak, b->meters[LOUDNESS_TRUE_PEAK + c]);
	b->frame += (uint64_t)frames;
}

/* A sine of `freq` with these peak levels per channel; 0 dB or more is silence. */
static void bench_tone(struct bench *b, double seconds, double freq,
		       const double *level_db)
{
	b->seconds += seconds;
	const uint64_t end = (uint64_t)llround(b->seconds * b->setup.rate);
	while (b->frame < end) {
		float audio[CHANNELS_MAX][GRID_FRAMES];
		const int line = GRID_FRAMES - (int)(b->frame % GRID_FRAMES);
		const int n =
			end - b->frame < (uint64_t)line ? (int)(end - b->frame) : line;
		for (int i = 0; i < n; i++) {
			const double t =
				(double)(b->frame + (uint64_t)i) / b->setup.rate;
			const double wave = sin(2 * M_PI * freq * t);
			for (int c = 0; c < b->setup.channels; c++) {
				const double amp =
					level_db[c] < 0 ? pow(10, level_db[c] / 20) : 0;
				audio[c][i] = (float)(amp * wave);
			}
		}
		bench_piece(b, audio, n);
	}
}

static void bench_stereo(struct bench *b, double seconds, double level_db)
{
	bench_tone(b, seconds, 1000, (const double[]) { level_db, level_db });
}

static void steady_levels(int rate)
{
	for (double level = -23; level >= -33; level -= 10) {
		struct bench b;
		bench_open(&b, rate, 2);
		bench_stereo(&b, 20, level);
		CHECK_NEAR(b.meters[LOUDNESS_MOMENTARY], level, 0.1, "3341-1/2, M");
		CHECK_NEAR(b.meters[LOUDNESS_SHORT_TERM], level, 0.1, "3341-1/2, S");
		CHECK_NEAR(b.meters[LOUDNESS_INTEGRATED], level, 0.1, "3341-1/2, I");
		CHECK_NEAR(b.meters[LOUDNESS_CORRELATION], 1, 1e-6, "correlation");
		CHECK_NEAR(20 * log10((double)b.peak), level, 0.02, "true peak");
		bench_close(&b);
	}
}

struct part {
	double seconds, level_db;
};

static void gated(int rate, const char *name, const struct part *parts, int count)
{
	struct bench b;
	bench_open(&b, rate, 2);
	for (int i = 0; i < count; i++)
		bench_stereo(&b, parts[i].seconds, parts[i].level_db);
	CHECK_NEAR(b.meters[LOUDNESS_INTEGRATED], -23, 0.1, name);
	bench_close(&b);
}

static void gating(int rate)
{
	gated(rate, "3341-3",
	      (const struct part[]) { { 10, -36 }, { 60, -23 }, { 10, -36 } }, 3);
	gated(rate, "3341-4",
	      (const struct part[]) {
		      { 10, -72 }, { 10, -36 }, { 60, -23 }, { 10, -36 }, { 10, -72 } },
	      5);
	gated(rate, "3341-5",
	      (const struct part[]) { { 20, -26 }, { 20.1, -20 }, { 20, -26 } }, 3);
}

static void surround(int rate)
{
	struct bench b;
	bench_open(&b, rate, 6);
	bench_tone(&b, 20, 1000, (const double[]) { -28, -28, -24, 0, -30, -30 });
	CHECK_NEAR(b.meters[LOUDNESS_INTEGRATED], -23, 0.1, "3341-6");
	bench_close(&b);
	bench_open(&b, rate, 5);
	bench_tone(&b, 20, 1000, (const double[]) { -28, -28, -24, -30, -30 });
	CHECK_NEAR(b.meters[LOUDNESS_INTEGRATED], -23, 0.1, "3341-6, five channels");
	bench_close(&b);
}

static void range(int rate)
{
	struct bench b;
	bench_open(&b, rate, 2);
	bench_stereo(&b, 20, -20);
	bench_stereo(&b, 20, -30);
	CHECK_NEAR(b.meters[LOUDNESS_RANGE], 10, 1, "3342-1");
	bench_close(&b);
}

static void clears(int rate)
{
	struct bench b;
	bench_open(&b, rate, 2);
	bench_stereo(&b, 5, -10);
	CHECK_NEAR(b.meters[LOUDNESS_INTEGRATED], -10, 0.1, "before clear");
	b.values[LOUDNESS_CLEAR]++;
	bench_stereo(&b, 5, -30);
	CHECK_NEAR(b.meters[LOUDNESS_INTEGRATED], -30, 0.1, "after clear, I");
	CHECK_NEAR(b.meters[LOUDNESS_MOMENTARY_MAX], -30, 0.1, "after clear, max M");
	CHECK(b.meters[LOUDNESS_TRUE_PEAK_MAX] < 0.04f, "after clear, peak %g",
	      (double)b.meters[LOUDNESS_TRUE_PEAK_MAX]);
	bench_close(&b);
}

int main(void)
{
	steady_levels(48000);
	steady_levels(44100);
	gating(48000);
	surround(48000);
	range(48000);
	clears(48000);
	return test_result();
}

/* convolve.h - partitioned convolution with long kernels, 64 frames late. Audio thread; a
 * kernel's partitions may be made anywhere.
 *
 *   taps    0 .. 4095           partitions of 64, transforms of 128, all in every cell
 *   taps 4096 .. 65535          partitions of 2048, transforms of 4096, the work of a
 *                               block spread over the 32 cells of the one after it
 *
 * Overlap-save: a transform of the last and this block, multiplied by a partition's, gives
 * that partition's output in its second half; the inverse is taken once of their sum. Work
 * is done when a cell is full, so the grid gives the same samples however it is cut.
 * T. G. Stockham, "High-speed convolution and correlation", 1966; W. G. Gardner, "Efficient
 * convolution without input-output delay", JAES 43 (1995). The transforms are FFTW's: it
 * computes in what it is given and allocates nothing in these sizes.
 */
#ifndef LATHE_DSP_CONVOLVE_H
#define LATHE_DSP_CONVOLVE_H

#include <fftw3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/vec.h"

#if defined(__clang__) && __clang_major__ >= 20
/* FFTW's header lacks this attribute. */
void fftwf_execute_dft_r2c(const fftwf_plan plan, float *in, fftwf_complex *out)
	__attribute__((nonblocking));
void fftwf_execute_dft_c2r(const fftwf_plan plan, fftwf_complex *in, float *out)
	__attribute__((nonblocking));
#endif

enum {
	CONVOLVE_CELL = 64,
	CONVOLVE_BLOCK = 2048, /* of the long partitions */
	CONVOLVE_CELLS = CONVOLVE_BLOCK / CONVOLVE_CELL,
	CONVOLVE_HEAD = 2 * CONVOLVE_BLOCK / CONVOLVE_CELL, /* short ones before them */
	CONVOLVE_CHUNK = 16, /* bins: their real parts, then their imaginary ones */
	CONVOLVE_OUTPUTS = 8,
	CONVOLVE_TRANSFORM = 4096, /* cost of a long transform in products of chunks */
};

struct convolve_plans {
	fftwf_plan forward[2], inverse[2]; /* short, long */
};

/* How many partitions a kernel has. */
struct convolve_shape {
	int slots[2]; /* short, long */
};

/* Spectra of partitions: [chunk][slot][2 * CONVOLVE_CHUNK]; the imaginary part of bin 0
 * is the real one of the last. */
struct convolve_kernel {
	float *spectra[2];
};

/* The past of one input: spectra in the same order (newest: `newest`), and samples. */
struct convolve_input {
	float *spectra[2];
	float cells[2 * CONVOLVE_CELL]; /* the last and this one */
	float *blocks;                  /* three blocks, the last ones complete */
};

struct convolve_output {
	float *blocks; /* two: the one that is heard and the next one */
	float *sum;    /* the next one's spectrum */
};

/* The state of all inputs and outputs of a node. */
struct convolve_clock {
	struct convolve_shape shape;
	int newest[2];
};

/* The kernel from an input to an output. */
struct convolve_path {
	int in, out;
	const struct convolve_kernel *kernel;
};

static inline int convolve_size(int layer)
{
	return layer ? CONVOLVE_BLOCK : CONVOLVE_CELL;
}

/* `uniform`: short partitions only. */
static inline struct convolve_shape convolve_shape(int taps, bool uniform)
{
	struct convolve_shape shape;

	shape.slots[0] = (taps + CONVOLVE_CELL - 1) / CONVOLVE_CELL;
	shape.slots[1] = 0;
	if (uniform || shape.slots[0] <= CONVOLVE_HEAD)
		return shape;
	shape.slots[0] = CONVOLVE_HEAD;
	const int beyond = taps - CONVOLVE_HEAD * CONVOLVE_CELL;
	shape.slots[1] = (beyond + CONVOLVE_BLOCK - 1) / CONVOLVE_BLOCK;
	return shape;
}

/* Floats of one layer's spectra. */
static inline size_t convolve_spectra(const struct convolve_shape *shape, int layer)
{
	return 2 * (size_t)convolve_size(layer) * (size_t)shape->slots[layer];
}

/* Partitions of both layers, counted as one row; the first tap of one. */
static inline int convolve_partitions(const struct convolve_shape *shape)
{
	return shape->slots[0] + shape->slots[1];
}

static inline int convolve_first_tap(const struct convolve_shape *shape, int partition)
{
	const int beyond = partition - shape->slots[0];

	if (beyond < 0)
		return partition * CONVOLVE_CELL;
	return CONVOLVE_HEAD * CONVOLVE_CELL + beyond * CONVOLVE_BLOCK;
}

/* ---- not for the audio thread ---------------------------------------------------- */

/* Only one thread at a time may use FFTW's planner: the worker. ESTIMATE, so that the
 * same machine always computes the same. False if there is no memory. */
static inline bool convolve_plan(struct convolve_plans *plans)
{
	enum { LONGEST = 2 * CONVOLVE_BLOCK };
	float *time = aligned_alloc(64, LONGEST * sizeof(*time));
	fftwf_complex *bins = aligned_alloc(64, 2 * LONGEST * sizeof(*bins));
	bool whole = time && bins;
	for (int layer = 0; whole && layer < 2; layer++) {
		const int size = 2 * convolve_size(layer);
		plans->forward[layer] =
			fftwf_plan_dft_r2c_1d(size, time, bins, FFTW_ESTIMATE);
		plans->inverse[layer] =
			fftwf_plan_dft_c2r_1d(size, bins, time, FFTW_ESTIMATE);
		whole = plans->forward[layer] && plans->inverse[layer];
	}
	free(time);
	free(bins);
	return whole;
}

static inline void convolve_unplan(struct convolve_plans *plans)
{
	for (int layer = 0; layer < 2; layer++) {
		if (plans->forward[layer])
			fftwf_destroy_plan(plans->forward[layer]);
		if (plans->inverse[layer])
			fftwf_destroy_plan(plans->inverse[layer]);
	}
}

/* ---- spectra --------------------------------------------------------------------- */

typedef float convolve_time[2 * CONVOLVE_BLOCK] __attribute__((aligned(64)));
typedef fftwf_complex convolve_bins[CONVOLVE_BLOCK + CONVOLVE_CHUNK]
	__attribute__((aligned(64)));

/* Two blocks of samples to one slot. */
static inline void convolve_forward(const struct convolve_plans *plans, int layer,
				    float *time, float *spectra, int slots, int slot)
{
	const int size = convolve_size(layer);

	convolve_bins bins;

	fftwf_execute_dft_r2c(plans->forward[layer], time, bins);
	const float(*in)[2] = (const float(*)[2])bins;
	float *to = spectra + slot * 2 * CONVOLVE_CHUNK;
	for (int k = 0; k < size; k += CONVOLVE_CHUNK) {
		for (int i = 0; i < CONVOLVE_CHUNK; i++) {
			to[i] = in[k + i][0];
			to[CONVOLVE_CHUNK + i] = in[k + i][1];
		}
		if (k == 0)
			to[CONVOLVE_CHUNK] = in[size][0];
		to += (size_t)slots * 2 * CONVOLVE_CHUNK;
	}
}

/* A spectrum of one slot to two blocks of samples. */
static inline void convolve_inverse(const struct convolve_plans *plans, int layer,
				    const float *spectrum, float *time)
{
	const int size = convolve_size(layer);

	convolve_bins bins;
	float(*out)[2] = (float(*)[2])bins;

	for (int k = 0; k < size; k += CONVOLVE_CHUNK)
		for (int i = 0; i < CONVOLVE_CHUNK; i++) {
			out[k + i][0] = spectrum[2 * k + i];
			out[k + i][1] = spectrum[2 * k + CONVOLVE_CHUNK + i];
		}
	out[size][0] = out[0][1];
	out[size][1] = out[0][1] = 0;
	fftwf_execute_dft_c2r(plans->inverse[layer], bins, time);
}

/* The spectrum of a partition's taps, with zeros after the last. */
static inline void convolve_partition(const struct convolve_plans *plans,
				      const struct convolve_shape *shape,
				      struct convolve_kernel *kernel, int partition,
				      const float *taps)
{
	const int layer = partition >= shape->slots[0];
	const int size = convolve_size(layer);

	convolve_time time;

	memset(time, 0, 2 * (size_t)size * sizeof(*time));
	for (int i = 0; i < size; i++)
		time[i] = taps[i] / (float)(2 * size);
	convolve_forward(plans, layer, time, kernel->spectra[layer],
			 shape->slots[layer],
			 layer ? partition - shape->slots[0] : partition);
}

enum { CONVOLVE_VECTORS = VEC_FLOATS >= 8 ? CONVOLVE_CHUNK / VEC_FLOATS : 2 };

/* Adds `slots` products of bins to four sums: re re, im im, re im, im re. */
static inline __attribute__((always_inline)) void
convolve_products(const float *x, const float *h, int slots,
		  vf sum[4][CONVOLVE_VECTORS])
{
	for (int p = 0; p < slots; p++) {
		for (int v = 0; v < CONVOLVE_VECTORS; v++) {
			const vf xr = vf_load(x + v * VEC_FLOATS);
			const vf xi = vf_load(x + CONVOLVE_CHUNK + v * VEC_FLOATS);
			const vf hr = vf_load(h + v * VEC_FLOATS);
			const vf hi = vf_load(h + CONVOLVE_CHUNK + v * VEC_FLOATS);
			sum[0][v] = xr * hr + sum[0][v];
			sum[1][v] = xi * hi + sum[1][v];
			sum[2][v] = xr * hi + sum[2][v];
			sum[3][v] = xi * hr + sum[3][v];
		}
		x += 2 * CONVOLVE_CHUNK;
		h += 2 * CONVOLVE_CHUNK;
	}
}

/* Adds one chunk of input x kernel over all slots to y[2 * CONVOLVE_CHUNK]. x, h: their
 * first slots of the chunk. */
static inline void convolve_chunk(const float *x, const float *h, int slots, int newest,
				  bool first, float *y)
{
	enum { STEP = CONVOLVE_VECTORS * VEC_FLOATS };
	const int to_end = slots - newest;

	for (int k = 0; k < CONVOLVE_CHUNK; k += STEP) {
		vf sum[4][CONVOLVE_VECTORS];
		memset(sum, 0, sizeof(sum));
		convolve_products(x + newest * 2 * CONVOLVE_CHUNK + k, h + k, to_end,
				  sum);
		convolve_products(x + k, h + to_end * 2 * CONVOLVE_CHUNK + k, newest,
				  sum);
		/* Bin 0 holds two real bins. */
		const float zero = sum[0][0][0], last = sum[1][0][0];
		const float was[2] = { y[0], y[CONVOLVE_CHUNK] };
		for (int v = 0; v < CONVOLVE_VECTORS; v++) {
			float *re = y + k + v * VEC_FLOATS, *im = re + CONVOLVE_CHUNK;
			vf_store(re, vf_load(re) + (sum[0][v] - sum[1][v]));
			vf_store(im, vf_load(im) + (sum[2][v] + sum[3][v]));
		}
		if (first && k == 0) {
			y[0] = was[0] + zero;
			y[CONVOLVE_CHUNK] = was[1] + last;
		}
	}
}

/* All paths into one output, one chunk. */
static inline void convolve_paths(const struct convolve_clock *clock, int layer,
				  const struct convolve_input *inputs,
				  const struct convolve_path *paths, int path_count,
				  int out, int chunk, float *y)
{
	const int slots = clock->shape.slots[layer];
	const size_t at = (size_t)chunk * (size_t)slots * 2 * CONVOLVE_CHUNK;

	for (int i = 0; i < path_count; i++)
		if (paths[i].out == out)
			convolve_chunk(inputs[paths[i].in].spectra[layer] + at,
				       paths[i].kernel->spectra[layer] + at, slots,
				       clock->newest[layer], chunk == 0, y);
}

/* ---- a cell ---------------------------------------------------------------------- */

/* Takes 64 frames of one input. frame: of the first. After convolve_turn(). */
static inline void convolve_take(const struct convolve_plans *plans,
				 const struct convolve_clock *clock,
				 struct convolve_input *input, uint64_t frame,
				 const float *x)
{
	_Alignas(64) float time[2 * CONVOLVE_CELL];

	memcpy(input->cells, input->cells + CONVOLVE_CELL, CONVOLVE_CELL * sizeof(*x));
	memcpy(input->cells + CONVOLVE_CELL, x, CONVOLVE_CELL * sizeof(*x));
	memcpy(time, input->cells, sizeof(time));
	convolve_forward(plans, 0, time, input->spectra[0], clock->shape.slots[0],
			 clock->newest[0]);
	if (clock->shape.slots[1])
		memcpy(input->blocks + frame % (3 * CONVOLVE_BLOCK), x,
		       CONVOLVE_CELL * sizeof(*x));
}

/* At the start of each cell, once for all inputs. */
static inline void convolve_turn(struct convolve_clock *clock, uint64_t frame)
{
	const int *slots = clock->shape.slots;

	clock->newest[0] = (clock->newest[0] + slots[0] - 1) % slots[0];
	if (slots[1] == 0 || frame % CONVOLVE_BLOCK)
		return;
	clock->newest[1] = (clock->newest[1] + slots[1] - 1) % slots[1];
}

/* The short partitions' part of all outputs: 64 frames each. Chunk by chunk for all
 * outputs, so that a kernel shared by many is loaded into the cache only once. */
static inline void convolve_head(const struct convolve_plans *plans,
				 const struct convolve_clock *clock,
				 const struct convolve_input *inputs,
				 const struct convolve_path *paths, int path_count,
				 int out_count, float (*y)[CONVOLVE_CELL])
{
	_Alignas(64) float sum[CONVOLVE_OUTPUTS][2 * CONVOLVE_CELL];
	_Alignas(64) float time[2 * CONVOLVE_CELL];

	memset(sum, 0, (size_t)out_count * sizeof(*sum));
	for (int chunk = 0; chunk < CONVOLVE_CELL / CONVOLVE_CHUNK; chunk++)
		for (int out = 0; out < out_count; out++)
			convolve_paths(clock, 0, inputs, paths, path_count, out, chunk,
				       sum[out] + chunk * 2 * CONVOLVE_CHUNK);
	for (int out = 0; out < out_count; out++) {
		convolve_inverse(plans, 0, sum[out], time);
		memcpy(y[out], time + CONVOLVE_CELL, sizeof(*y));
	}
}

struct convolve_work {
	const struct convolve_plans *plans;
	const struct convolve_clock *clock;
	struct convolve_input *inputs;
	struct convolve_output *outputs;
	int in_count, out_count;
	const struct convolve_path *paths;
	int path_count;
	int done; /* of the long partitions' work in this block, in products */
	uint64_t frame;
};

/* Transforms the previous block into its slot. */
static inline void convolve_transform(const struct convolve_work *w,
				      struct convolve_input *input)
{
	const uint64_t block = w->frame / CONVOLVE_BLOCK;
	const size_t bytes = CONVOLVE_BLOCK * sizeof(float);

	convolve_time time;

	memcpy(time, input->blocks + (block + 1) % 3 * CONVOLVE_BLOCK, bytes);
	memcpy(time + CONVOLVE_BLOCK, input->blocks + (block + 2) % 3 * CONVOLVE_BLOCK,
	       bytes);
	convolve_forward(w->plans, 1, time, input->spectra[1], w->clock->shape.slots[1],
			 w->clock->newest[1]);
}

static inline void convolve_finish(const struct convolve_work *w,
				   struct convolve_output *output)
{
	const uint64_t next = w->frame / CONVOLVE_BLOCK + 1;

	convolve_time time;

	convolve_inverse(w->plans, 1, output->sum, time);
	memcpy(output->blocks + next % 2 * CONVOLVE_BLOCK, time + CONVOLVE_BLOCK,
	       CONVOLVE_BLOCK * sizeof(float));
}

/* The long partitions' work of this cell, up to its share of the total. Steps:
 * transforms of the inputs; each output's chunks and inverse. Without outputs only the
 * inputs are stored for later. */
static inline void convolve_tail(struct convolve_work *w)
{
	enum { CHUNKS = CONVOLVE_BLOCK / CONVOLVE_CHUNK };
	const struct convolve_clock *clock = w->clock;
	const int cell = (int)(w->frame / CONVOLVE_CELL % CONVOLVE_CELLS);
	const int outs = w->out_count > 0 ? w->out_count : 1;
	const int chunk_cost =
		clock->shape.slots[1] * ((w->path_count + outs - 1) / outs);
	const int out_cost = CHUNKS * chunk_cost + CONVOLVE_TRANSFORM;
	const int inputs_cost = w->in_count * CONVOLVE_TRANSFORM;
	const int total = inputs_cost + w->out_count * out_cost;

	if (cell == 0)
		w->done = 0;
	while ((int64_t)w->done * CONVOLVE_CELLS < (int64_t)total * (cell + 1)) {
		if (w->done < inputs_cost) {
			convolve_transform(w, &w->inputs[w->done / CONVOLVE_TRANSFORM]);
			w->done += CONVOLVE_TRANSFORM;
			continue;
		}
		const int at = w->done - inputs_cost, out = at / out_cost;
		const int chunk = at % out_cost / chunk_cost;
		struct convolve_output *output = &w->outputs[out];
		if (chunk < CHUNKS) {
			float *sum = output->sum + chunk * 2 * CONVOLVE_CHUNK;
			memset(sum, 0, 2 * CONVOLVE_CHUNK * sizeof(*sum));
			convolve_paths(clock, 1, w->inputs, w->paths, w->path_count,
				       out, chunk, sum);
			w->done += chunk_cost;
		} else {
			convolve_finish(w, output);
			w->done += CONVOLVE_TRANSFORM;
		}
	}
}

/* Catches up, when a node starts in the middle of a block. */
#define CONVOLVE_ALL_DONE (1 << 28)

/* Adds the long partitions' part of an output. */
static inline void convolve_add(const struct convolve_output *output, uint64_t frame,
				float *y)
{
	const float *block = output->blocks + frame % (2 * CONVOLVE_BLOCK);

	for (int n = 0; n < CONVOLVE_CELL; n++)
		y[n] += block[n];
}

#endif

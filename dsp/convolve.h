/* convolve.h - partitioned convolution with long kernels, 64 frames late. Audio thread; a
 * kernel's partitions may be made anywhere.
 *
 *   the first two blocks        partitions of 64, transforms of 128, all in every cell
 *   all after them              partitions of a block, the work of a block spread over
 *                               the cells of the one after it
 *
 * A block has 512 frames for kernels of up to 16384 taps, else 2048: with short blocks the
 * first part is cheap and the second dear, with long ones the other way round.
 * Overlap-save: a transform of the last and this block, multiplied by a partition's, gives
 * that partition's output in its second half; the inverse is taken once of their sum. Work
 * is done when a cell is full, so the grid gives the same samples however it is cut.
 * T. G. Stockham, "High-speed convolution and correlation", 1966; W. G. Gardner, "Efficient
 * convolution without input-output delay", JAES 43 (1995). Two channels share a complex
 * transform, one as its real part: FFTW takes half the time for that of two real ones. It
 * computes in what it is given and allocates nothing in these sizes.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_CONVOLVE_H
#define LATHE_DSP_CONVOLVE_H

#include "dsp/convolvespectra.h"

/* The past of one input: samples, and spectra as a kernel's, but each stored twice, `slots`
 * slots apart, so that those from `newest` on lie in a row. */
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

/* ---- products -------------------------------------------------------------------- */

enum { CONVOLVE_VECTORS = VEC_FLOATS >= 8 ? CONVOLVE_CHUNK / VEC_FLOATS : 2 };

/* Adds one chunk of each of `count` inputs (one or two) x the kernel over all slots to
 * y[][CONVOLVE_SLOT]. x, h: their first slots of the chunk. */
static inline __attribute__((always_inline)) void convolve_chunks(const float *const *x,
								  const float *h,
								  int slots, int count,
								  float *const *y)
{
	enum { STEP = CONVOLVE_VECTORS * VEC_FLOATS };

	for (int k = 0; k < CONVOLVE_CHUNK; k += STEP) {
		vf re[2][CONVOLVE_VECTORS], im[2][CONVOLVE_VECTORS];
		for (int c = 0; c < count; c++)
			for (int v = 0; v < CONVOLVE_VECTORS; v++) {
				float *at = y[c] + k + v * VEC_FLOATS;
				re[c][v] = vf_load(at);
				im[c][v] = vf_load(at + CONVOLVE_CHUNK);
			}
		for (int p = 0; p < slots; p++)
			for (int v = 0; v < CONVOLVE_VECTORS; v++) {
				const int at = p * CONVOLVE_SLOT + k + v * VEC_FLOATS;
				const vf hr = vf_load(h + at);
				const vf hi = vf_load(h + at + CONVOLVE_CHUNK);
				for (int c = 0; c < count; c++) {
					const vf xr = vf_load(x[c] + at);
					const vf xi =
						vf_load(x[c] + at + CONVOLVE_CHUNK);
					re[c][v] = xr * hr + re[c][v];
					im[c][v] = xr * hi + im[c][v];
					re[c][v] = re[c][v] - xi * hi;
					im[c][v] = xi * hr + im[c][v];
				}
			}
		for (int c = 0; c < count; c++)
			for (int v = 0; v < CONVOLVE_VECTORS; v++) {
				float *at = y[c] + k + v * VEC_FLOATS;
				vf_store(at, re[c][v]);
				vf_store(at + CONVOLVE_CHUNK, im[c][v]);
			}
	}
}

/* Bin 0 of the first chunk holds two real bins: their products, to be added to y. */
static inline void convolve_bin(const float *x, const float *h, int slots, float sum[2])
{
	sum[0] = sum[1] = 0;
	for (int p = 0; p < slots * CONVOLVE_SLOT; p += CONVOLVE_SLOT) {
		sum[0] += x[p] * h[p];
		sum[1] += x[p + CONVOLVE_CHUNK] * h[p + CONVOLVE_CHUNK];
	}
}

/* A sum of `bins` bins. Not memset(): GCC makes `rep stos` of it. */
static inline void convolve_clear(float *sum, int bins)
{
	for (int i = 0; i < 2 * bins; i += VEC_FLOATS)
		vf_store(sum + i, (vf) { 0 });
}

/* Adds one chunk of `count` inputs, one or two, through one kernel. */
static inline void convolve_add_chunk(const struct convolve_clock *clock, int layer,
				      const struct convolve_input *const *inputs,
				      int count, const struct convolve_kernel *kernel,
				      int chunk, float *const *y)
{
	const int slots = clock->shape.slots[layer];
	const size_t at = (size_t)chunk * (size_t)slots * CONVOLVE_SLOT;
	const float *h = kernel->spectra[layer] + at, *x[2] = { NULL };
	float bin[2][2];

	for (int c = 0; c < count; c++) {
		x[c] = inputs[c]->spectra[layer] + 2 * at +
		       (size_t)clock->newest[layer] * CONVOLVE_SLOT;
		if (chunk > 0)
			continue;
		convolve_bin(x[c], h, slots, bin[c]);
		bin[c][0] += y[c][0];
		bin[c][1] += y[c][CONVOLVE_CHUNK];
	}
	if (count == 2)
		convolve_chunks(x, h, slots, 2, y);
	else
		convolve_chunks(x, h, slots, 1, y);
	for (int c = 0; c < count && chunk == 0; c++) {
		y[c][0] = bin[c][0];
		y[c][CONVOLVE_CHUNK] = bin[c][1];
	}
}

/* All paths into a pair of outputs, one chunk. A path of each through the same kernel share
 * its loads. */
static inline void convolve_paths(const struct convolve_clock *clock, int layer,
				  const struct convolve_input *inputs,
				  const struct convolve_path *paths, int path_count,
				  int first, int chunk, float *const *y)
{
	for (int i = 0; i < path_count; i++) {
		const struct convolve_path *path = &paths[i], *next = path + 1;
		const int out = path->out - first;
		if (out < 0 || out > 1)
			continue;
		const struct convolve_input *in[2] = { &inputs[path->in], NULL };
		const bool both = out == 0 && i + 1 < path_count &&
				  next->out == first + 1 &&
				  next->kernel == path->kernel;
		if (both)
			in[1] = &inputs[next->in];
		convolve_add_chunk(clock, layer, in, both ? 2 : 1, path->kernel, chunk,
				   y + out);
		i += both;
	}
}

static const float convolve_zeros[2 * CONVOLVE_BLOCK_LONG];

/* ---- a cell ---------------------------------------------------------------------- */

/* Takes 64 frames of `count` inputs, one or two. frame: of the first. After
 * convolve_turn(). */
static inline void convolve_take(const struct convolve_plans *plans,
				 const struct convolve_clock *clock,
				 struct convolve_input *input, int count,
				 uint64_t frame, float (*x)[CONVOLVE_CELL])
{
	const struct convolve_shape *shape = &clock->shape;

	convolve_pair time;

	for (int c = 0; c < count; c++) {
		float *cells = input[c].cells;
		memcpy(cells, cells + CONVOLVE_CELL, sizeof(*x));
		memcpy(cells + CONVOLVE_CELL, x[c], sizeof(*x));
		if (shape->slots[1])
			memcpy(input[c].blocks + frame % (3 * (uint64_t)shape->size[1]),
			       x[c], sizeof(*x));
	}
	const float *other = count > 1 ? input[1].cells : convolve_zeros;
	for (int n = 0; n < 2 * CONVOLVE_CELL; n++) {
		time[n][0] = input[0].cells[n];
		time[n][1] = other[n];
	}
	const struct convolve_place a = convolve_place(shape, 0, input[0].spectra[0],
						       clock->newest[0], true),
				    b = convolve_place(shape, 0,
						       count > 1 ? input[1].spectra[0]
								 : NULL,
						       clock->newest[0], true);
	convolve_forward(plans, shape, 0, time, &a, count > 1 ? &b : NULL);
}

/* At the start of each cell, once for all inputs. */
static inline void convolve_turn(struct convolve_clock *clock, uint64_t frame)
{
	const int *slots = clock->shape.slots;

	clock->newest[0] = (clock->newest[0] + slots[0] - 1) % slots[0];
	if (slots[1] == 0 || frame % (uint64_t)clock->shape.size[1])
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

	convolve_pair time;

	/* One more than there are, so that the last one has something to be paired with. */
	for (int out = 0; out < out_count + out_count % 2; out++)
		convolve_clear(sum[out], CONVOLVE_CELL);
	for (int chunk = 0; chunk < CONVOLVE_CELL / CONVOLVE_CHUNK; chunk++)
		for (int out = 0; out < out_count; out += 2)
			convolve_paths(
				clock, 0, inputs, paths, path_count, out, chunk,
				(float *[]) { sum[out] + chunk * CONVOLVE_SLOT,
					      sum[out + 1] + chunk * CONVOLVE_SLOT });
	for (int out = 0; out < out_count; out += 2) {
		convolve_inverse(plans, &clock->shape, 0, sum[out], sum[out + 1], time);
		for (int c = 0; c < 2 && out + c < out_count; c++)
			for (int n = 0; n < CONVOLVE_CELL; n++)
				y[out + c][n] = time[CONVOLVE_CELL + n][c];
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

/* Transforms the previous block of a pair of inputs into its slot. */
static inline void convolve_transform(const struct convolve_work *w, int first)
{
	const struct convolve_shape *shape = &w->clock->shape;
	const size_t size = (size_t)shape->size[1];
	const uint64_t block = w->frame / size;
	const bool two = first + 1 < w->in_count;
	struct convolve_input *input = &w->inputs[first];

	convolve_pair time;

	for (size_t half = 0; half < 2; half++) {
		const size_t at = (block + 1 + half) % 3 * size;
		const float *a = input[0].blocks + at;
		const float *b = two ? input[1].blocks + at : convolve_zeros;
		for (size_t n = 0; n < size; n++) {
			time[half * size + n][0] = a[n];
			time[half * size + n][1] = b[n];
		}
	}
	const struct convolve_place a = convolve_place(shape, 1, input[0].spectra[1],
						       w->clock->newest[1], true),
				    b = convolve_place(shape, 1,
						       two ? input[1].spectra[1] : NULL,
						       w->clock->newest[1], true);
	convolve_forward(w->plans, shape, 1, time, &a, two ? &b : NULL);
}

/* The next block of a pair of outputs from their sums. */
static inline void convolve_finish(const struct convolve_work *w, int first)
{
	const struct convolve_shape *shape = &w->clock->shape;
	const size_t size = (size_t)shape->size[1];
	const uint64_t next = w->frame / size + 1;
	struct convolve_output *output = &w->outputs[first];
	const bool two = first + 1 < w->out_count;

	convolve_pair time;

	convolve_inverse(w->plans, shape, 1, output[0].sum,
			 two ? output[1].sum : convolve_zeros, time);
	for (int c = 0; c < (two ? 2 : 1); c++) {
		float *to = output[c].blocks + next % 2 * size;
		for (size_t n = 0; n < size; n++)
			to[n] = time[size + n][c];
	}
}

/* One chunk of a pair of outputs. */
static inline void convolve_sum(const struct convolve_work *w, int first, int chunk)
{
	float *sum[2] = { NULL };

	for (int c = 0; c < 2 && first + c < w->out_count; c++) {
		sum[c] = w->outputs[first + c].sum + chunk * CONVOLVE_SLOT;
		convolve_clear(sum[c], CONVOLVE_CHUNK);
	}
	convolve_paths(w->clock, 1, w->inputs, w->paths, w->path_count, first, chunk,
		       sum);
}

/* The long partitions' work of this cell, up to its share of the total. Steps:
 * transforms of the pairs of inputs; each pair of outputs' chunks and inverse. Without
 * outputs only the inputs are stored for later. */
static inline void convolve_tail(struct convolve_work *w)
{
	const struct convolve_shape *shape = &w->clock->shape;
	const int chunks = shape->size[1] / CONVOLVE_CHUNK;
	const int cells = shape->size[1] / CONVOLVE_CELL;
	const int cell = (int)(w->frame / CONVOLVE_CELL % (uint64_t)cells);
	const int in_pairs = (w->in_count + 1) / 2, out_pairs = (w->out_count + 1) / 2;
	const int transform_cost = 2 * shape->size[1];
	const int chunk_cost =
		shape->slots[1] *
		(out_pairs ? (w->path_count + out_pairs - 1) / out_pairs : 0);
	const int out_cost = chunks * chunk_cost + transform_cost;
	const int inputs_cost = in_pairs * transform_cost;
	const int total = inputs_cost + out_pairs * out_cost;

	if (cell == 0)
		w->done = 0;
	while ((int64_t)w->done * cells < (int64_t)total * (cell + 1)) {
		if (w->done < inputs_cost) {
			convolve_transform(w, 2 * (w->done / transform_cost));
			w->done += transform_cost;
			continue;
		}
		const int at = w->done - inputs_cost, pair = at / out_cost;
		const int chunk = at % out_cost / chunk_cost;
		if (chunk < chunks) {
			convolve_sum(w, 2 * pair, chunk);
			w->done += chunk_cost;
		} else {
			convolve_finish(w, 2 * pair);
			w->done += transform_cost;
		}
	}
}

/* Catches up, when a node starts in the middle of a block. */
#define CONVOLVE_ALL_DONE (1 << 28)

/* Adds the long partitions' part of an output. */
static inline void convolve_add(const struct convolve_clock *clock,
				const struct convolve_output *output, uint64_t frame,
				float *y)
{
	const float *block =
		output->blocks + frame % (2 * (uint64_t)clock->shape.size[1]);

	for (int n = 0; n < CONVOLVE_CELL; n++)
		y[n] += block[n];
}

#endif

/* lineq.h - what lineq's files share: params' indices, designed numbers, the state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LINEQ_H
#define LATHE_LINEQ_H

#include "dsp/convolve.h"
#include "dsp/crossfade.h"
#include "modules/eq/bands.h"

enum {
	LINEQ_LENGTH,
	LINEQ_FILE,
	LINEQ_BAND,
	LINEQ_VALUES = LINEQ_BAND + EQ_BANDS * EQ_STATIC_ROWS,
};

enum {
	LINEQ_TAPS_MAX = 65536,                /* of a file at the rack's rate */
	LINEQ_FRAMES_MAX = 8 * LINEQ_TAPS_MAX, /* and at its own */
	LINEQ_LOADED = 8, /* short partitions of a new kernel in a cell */
	LINEQ_PATHS = CHANNELS_MAX + 2,
};

/* From which of the first two channels to which; channels 3..8. */
enum lineq_kernel {
	LINEQ_LEFT,
	LINEQ_RIGHT,
	LINEQ_LEFT_RIGHT,
	LINEQ_RIGHT_LEFT,
	LINEQ_REST,
	LINEQ_KERNELS,
};

/* The result of design(); equal serials mean equal numbers. The kernels are symmetric:
 * taps[kernel * (reach + 1) + distance from the middle]. */
struct lineq_numbers {
	uint64_t serial;
	int reach;     /* taps on each side of the middle */
	unsigned used; /* a bit for each kernel in use; 0: flat */
	float taps[];
};

/* An equaliser with its kernels as spectra. A change is a fade from one to the other. */
struct lineq_deck {
	uint64_t serial;
	unsigned used;
	int loaded;     /* partitions */
	uint64_t ready; /* the frame from which on its long partitions are heard */
	float *taps;
	struct convolve_kernel kernel[LINEQ_KERNELS];
	struct convolve_path paths[LINEQ_PATHS];
	struct convolve_output output[CHANNELS_MAX];
	int path_count;
	int done; /* of the long partitions' work */
};

struct lineq {
	int rate, channels, reach;
	bool started;
	bool loading; /* the idle deck is being filled */
	struct convolve_clock clock;
	struct convolve_input input[CHANNELS_MAX];
	float *past[CHANNELS_MAX]; /* for flat decks */
	uint32_t mask;
	struct crossfade fade;
	struct lineq_deck deck[2];
	/* The cell that is being filled, and the one that is heard. */
	float in[CHANNELS_MAX][CONVOLVE_CELL], out[CHANNELS_MAX][CONVOLVE_CELL];
};

/* The result of create(): plans of the transforms, and the file's kernels. */
struct lineq_handle {
	struct convolve_plans plans;
	struct convolve_shape shape;
	int kernel_count; /* 0: no file; 1: for all channels; or one for each */
	struct convolve_kernel kernel[CHANNELS_MAX];
	float *memory;
	size_t bytes;
};

#endif

/* output.h - what the output's two files share. */
#ifndef LATHE_OUTPUT_H
#define LATHE_OUTPUT_H

#include "modules/module.h"

enum { OUTPUT_MUTE, OUTPUT_DIM, OUTPUT_DIM_LEVEL, OUTPUT_BYPASS, OUTPUT_PARAMS };
enum { OUTPUT_DRY }; /* side */

/* A value on its way along a raised cosine. */
struct output_glide {
	float from, to;
	int at; /* frames so far; == length: arrived */
};

struct output {
	int length;         /* of a fade, frames */
	const float *curve; /* [length + 1], 0 to 1 */
	bool begun;
	struct output_glide gain; /* linear: mute and dim */
	struct output_glide dry;  /* 1: the dry side is heard */
};

#endif

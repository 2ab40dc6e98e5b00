/* pcm.h - samples as the fixed-point words of a file. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_PCM_H
#define LATHE_SHARE_PCM_H

#include <stdint.h>

struct words {
	int bits, channels;
	int64_t frame;   /* the next frame of the file */
	int64_t since;   /* frames since the last one that needed dither */
	int hold;        /* for this long after it, whole words are dithered as well */
	int64_t clipped; /* samples beyond full scale so far */
};

/* Begins a file of words of so many bits. */
struct words words_begin(int bits, int channels, int rate);
/* The next interleaved frames as words at the top of 32 bits. What is whole words
 * already, as a dithered or an untouched programme is, stays as it is; all else gets
 * triangular dither two steps wide (see modules/dither), from its first frame to 0.1 s
 * after its last. The noise follows from the frame's place in the file. */
void words_make(struct words *words, const float *in, int32_t *out, int frames);

#endif

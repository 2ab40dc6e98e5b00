/* resampler.h - converts a stream of audio to another rate, by libsoxr at its best. Not for
 * the audio thread.
 *
 * Linear phase, 28 bits. The pass band reaches to 0.913 of half the lower rate, level within
 * 0.01 dB; what lies above half the lower rate is more than 140 dB down
 * (tests/share/test_resampler.c).
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_RESAMPLER_H
#define LATHE_SHARE_RESAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resampler;

/* NULL and a sentence on failure. */
struct resampler *resampler_create(int from_rate, int to_rate, int channels,
				   char *error, size_t error_size);
void resampler_destroy(struct resampler *resampler);
/* Reads the next interleaved frames at the new rate; fewer than asked for only at the end.
 * `read` fills up to so many frames at the old rate, fewer only at the end. */
int resampler_read(struct resampler *resampler, float *to, int frames,
		   int (*read)(void *context, float *to, int frames), void *context);
/* Frames that so many become. */
int64_t resampler_length(int64_t frames, int from_rate, int to_rate);
/* "pass band to 20.1 kHz within 0.01 dB, aliases under -140 dB, linear phase" */
void resampler_text(int from_rate, int to_rate, char *text, size_t size);

#endif

/* fft.h - a plain Fourier transform in double, for designs. Not for the audio thread, which
 * has convolve.h.
 *
 * J. W. Cooley and J. W. Tukey, "An algorithm for the machine calculation of complex Fourier
 * series", Math. Comp. 19 (1965); decimation in time, radix 2, in place.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_FFT_H
#define LATHE_DSP_FFT_H

#include <math.h>

static inline void fft_swap(double *a, double *b)
{
	const double was = *a;

	*a = *b;
	*b = was;
}

/* Into the order of reversed bits. */
static inline void fft_shuffle(double *re, double *im, int size)
{
	for (int i = 1, j = 0; i < size; i++) {
		int bit = size >> 1;
		for (; j & bit; bit >>= 1)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			fft_swap(&re[i], &re[j]);
			fft_swap(&im[i], &im[j]);
		}
	}
}

/* In place; size a power of two; turns[size]: room for its sines. Unscaled, e^(-jwn). */
static inline void fft_run(double *re, double *im, int size, double *turns)
{
	double *co = turns, *si = turns + size / 2;

	for (int i = 0; i < size / 2; i++) {
		co[i] = cos(2 * M_PI * i / size);
		si[i] = -sin(2 * M_PI * i / size);
	}
	fft_shuffle(re, im, size);
	for (int half = 1; half < size; half *= 2) {
		const int step = size / (2 * half);
		for (int start = 0; start < size; start += 2 * half)
			for (int k = 0; k < half; k++) {
				const int a = start + k, b = a + half;
				const double c = co[k * step], s = si[k * step];
				const double x = re[b] * c - im[b] * s;
				const double y = re[b] * s + im[b] * c;
				re[b] = re[a] - x;
				im[b] = im[a] - y;
				re[a] += x;
				im[a] += y;
			}
	}
}

#endif

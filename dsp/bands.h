/* bands.h - the power of two signals in thirds and sixths of an octave, and their product.
 *
 *   in --> base rate ----> bands whose upper edge is over 0.2 of half the rate
 *            \-- half-band, every second --> the next octave's bands, and so on
 *
 * Base-10 bands, IEC 61260-1:2014: thirds f = 1000 * 10^(k/10), k = -17..13; sixths divide
 * each third in two, f = 1000 * 10^(k/10 -+ 1/40). Butterworth band-passes of order 6 (three
 * sections), the only classic shape beside Chebyshev II that fits class 1. The bilinear
 * transform flattens the lower slope of bands near half the rate, so these have order 8.
 *
 * From left x left, right x right and left x right follow mid, side, correlation and what a
 * mono sum loses, so one bank serves them all. Meter thread; bands_init() on any.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_BANDS_H
#define LATHE_DSP_BANDS_H

#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
	BANDS_THIRDS = 31,
	BANDS_SIXTHS = 62,
	BANDS_MAX = BANDS_THIRDS + BANDS_SIXTHS,
	BANDS_SECTIONS = 4,
	BANDS_STAGES = 12, /* 20 Hz at 768 kHz */
	BANDS_FRAMES = 64, /* of one call, at most */
	BANDS_TAPS = 15,
};

/* The first signal and the second. */
typedef double bands_pair __attribute__((vector_size(16)));

/* A band-pass; its numerator is (1 - z^-2)^sections. */
struct band {
	bool absent; /* the upper edge lies above half the rate */
	int stage;   /* runs at rate / 2^stage */
	int sections;
	double gain, a1[BANDS_SECTIONS], a2[BANDS_SECTIONS];
	bands_pair state[BANDS_SECTIONS][2];
	double first, second, product; /* mean powers, and mean of the product */
};

/* From one octave to the next. */
struct bands_stage {
	bands_pair past[BANDS_TAPS - 1];
	int from[2], to[2];             /* its thirds, its sixths: places in band[] */
	bool odd;                       /* the next input makes no output */
	double rate;                    /* of its output, Hz */
	double frames;                  /* averaged so far, for an infinite time */
	double share[BANDS_FRAMES + 1]; /* [frames] of what is new in a mean */
};

struct bands {
	int count; /* bands in use: thirds, or thirds and then sixths */
	double rate, seconds;
	struct band band[BANDS_MAX];
	struct bands_stage stage[BANDS_STAGES];
};

/* Hz. k: 0..30 thirds, then 0..61 sixths. */
static inline double bands_third_hz(int k)
{
	return 1000.0 * pow(10.0, 0.1 * (k - 17));
}

static inline double bands_sixth_hz(int k)
{
	return 1000.0 * pow(10.0, 0.1 * (k / 2 - 17) + (k % 2 ? 0.025 : -0.025));
}

/* ---- design ---------------------------------------------------------------------- */

static inline double complex band_at(const struct band *band, double rate, double hz)
{
	const double w = 2.0 * M_PI * hz / rate;
	const double complex z = cexp(-w * (double complex)I);
	double complex h = band->gain;

	for (int s = 0; s < band->sections; s++)
		h *= (1.0 - z * z) / (1.0 + z * (band->a1[s] + z * band->a2[s]));
	return h;
}

/* A pole of the analogue band-pass, by the bilinear transform with s = (1 - z) / (1 + z). */
static inline void band_pole(struct band *band, int section, double complex pole)
{
	const double complex z = (1.0 + pole) / (1.0 - pole);

	band->a1[section] = -2.0 * creal(z);
	band->a2[section] = creal(z * conj(z));
}

/* Butterworth with `sections` conjugate pole pairs, -3.01 dB at both edges. */
static inline void band_design(struct band *band, double rate, double low_hz,
			       double high_hz)
{
	const double low = tan(M_PI * low_hz / rate), high = tan(M_PI * high_hz / rate);
	const double width = high - low, centre2 = high * low;
	const int n = band->sections;

	for (int s = 0; s < n; s++) {
		/* Each pole of the low-pass in the upper half plane gives two of the
		 * band-pass, one of each pair; a real one gives a pair. */
		const int k = s / 2;
		const double angle = M_PI * (2 * k + 1 + n) / (2 * n);
		const double complex p = cexp(angle * (double complex)I) * width / 2.0;
		const double complex root = csqrt(p * p - centre2);
		band_pole(band, s, s % 2 ? p - root : p + root);
	}
	band->gain = 1.0;
	const double centre_hz = atan(sqrt(centre2)) * rate / M_PI;
	band->gain = 1.0 / cabs(band_at(band, rate, centre_hz));
}

/* Octaves below the top whose rate still holds this edge. */
static inline int bands_stage_of(double rate, double high_hz)
{
	int stage = 0;

	while (stage < BANDS_STAGES - 1 && high_hz <= 0.2 * rate / 2.0) {
		rate /= 2.0;
		stage++;
	}
	return stage;
}

static inline void band_init(struct band *band, double rate, double hz, double octave)
{
	/* Half the width of the band: octave * lg(2) / 2, with base-10 octaves of 10^0.3. */
	const double half = pow(10.0, 0.15 * octave);
	const double low_hz = hz / half, high_hz = hz * half;

	memset(band, 0, sizeof(*band));
	band->absent = high_hz >= rate / 2.0;
	if (band->absent)
		return;
	band->stage = bands_stage_of(rate, high_hz);
	band->sections = high_hz > 0.24 * rate ? 4 : 3;
	band_design(band, ldexp(rate, -band->stage), low_hz, high_hz);
}

/* Mean over `seconds`; INFINITY: over all since this call. */
static inline void bands_time(struct bands *bands, double seconds)
{
	bands->seconds = seconds;
	for (int s = 0; s < BANDS_STAGES; s++) {
		struct bands_stage *stage = &bands->stage[s];
		stage->frames = 0.0;
		for (int n = 0; n <= BANDS_FRAMES; n++)
			stage->share[n] = -expm1(-n / (seconds * stage->rate));
	}
}

/* Bands come in the order of their frequencies, so those of a stage lie together. */
static inline void bands_enter(struct bands *bands, int k, int part)
{
	struct bands_stage *stage = &bands->stage[bands->band[k].stage];

	if (stage->from[part] == stage->to[part])
		stage->from[part] = k;
	stage->to[part] = k + 1;
}

/* rate Hz; sixths: those as well. Begins with silence and a time of 1 s. */
static inline void bands_init(struct bands *bands, double rate, bool sixths)
{
	memset(bands, 0, sizeof(*bands));
	bands->rate = rate;
	bands->count = sixths ? BANDS_MAX : BANDS_THIRDS;
	for (int k = 0; k < bands->count; k++) {
		const bool sixth = k >= BANDS_THIRDS;
		band_init(&bands->band[k], rate,
			  sixth ? bands_sixth_hz(k - BANDS_THIRDS) : bands_third_hz(k),
			  sixth ? 1.0 / 6.0 : 1.0 / 3.0);
		bands_enter(bands, k, sixth);
	}
	for (int s = 0; s < BANDS_STAGES; s++)
		bands->stage[s].rate = ldexp(rate, -s);
	bands_time(bands, 1.0);
}

/* ---- running --------------------------------------------------------------------- */

/* Half-band by Remez' exchange: flat to 0.1 of the rate, -89 dB from 0.4 on, which is
 * all that folds into the bands. Returns the frames written; `to` may be `from`. */
static inline int bands_halve(struct bands_stage *stage, const bands_pair *from,
			      int frames, bands_pair *to)
{
	static const double tap[4] = { -0.002474169844979611, 0.016965306028532665,
				       -0.06767845839954438, 0.30317027593940776 };

	enum { PAST = BANDS_TAPS - 1, MIDDLE = BANDS_TAPS / 2 };
	bands_pair line[PAST + BANDS_FRAMES];
	int made = 0;
	memcpy(line, stage->past, sizeof(stage->past));
	memcpy(line + PAST, from, (size_t)frames * sizeof(*from));
	for (int n = stage->odd ? 1 : 0; n < frames; n += 2) {
		const bands_pair *x = line + n;
		bands_pair sum = 0.5 * x[MIDDLE];
		for (int k = 0; k < 4; k++)
			sum += tap[k] * (x[2 * k] + x[PAST - 2 * k]);
		to[made++] = sum;
	}
	stage->odd = (frames + stage->odd) % 2;
	memcpy(stage->past, line + frames, sizeof(stage->past));
	return made;
}

struct bands_sums {
	bands_pair square;
	double product;
};

/* y = x + s1; s1 = s2 - a1 y; s2 = -x - a2 y, for each section. */
static inline __attribute__((always_inline)) struct bands_sums
band_filter(struct band *band, const bands_pair *x, int frames, int sections)
{
	bands_pair s1[BANDS_SECTIONS], s2[BANDS_SECTIONS], square = { 0 },
							   cross = { 0 };
	for (int s = 0; s < sections; s++) {
		s1[s] = band->state[s][0];
		s2[s] = band->state[s][1];
	}
	for (int n = 0; n < frames; n++) {
		bands_pair y = band->gain * x[n];
		for (int s = 0; s < sections; s++) {
			const bands_pair in = y;
			y = in + s1[s];
			s1[s] = s2[s] - band->a1[s] * y;
			s2[s] = -in - band->a2[s] * y;
		}
		square += y * y;
		cross += y * (bands_pair) { y[1], y[0] };
	}
	for (int s = 0; s < sections; s++) {
		band->state[s][0] = s1[s];
		band->state[s][1] = s2[s];
	}
	return (struct bands_sums) { square, cross[0] };
}

static inline void band_run(struct band *band, const bands_pair *x, int frames,
			    double share)
{
	const struct bands_sums sums = band->sections == 3
					       ? band_filter(band, x, frames, 3)
					       : band_filter(band, x, frames, 4);

	band->first += share * (sums.square[0] / frames - band->first);
	band->second += share * (sums.square[1] / frames - band->second);
	band->product += share * (sums.product / frames - band->product);
	/* After the audio ends, states would become denormals, which are slow. */
	if (sums.square[0] + sums.square[1] < 1e-40)
		memset(band->state, 0, sizeof(band->state));
}

static inline double bands_share(struct bands *bands, struct bands_stage *stage,
				 int frames)
{
	if (isfinite(bands->seconds))
		return stage->share[frames];
	stage->frames += frames;
	return frames / stage->frames;
}

static inline void bands_run_stage(struct bands *bands, int stage, const bands_pair *x,
				   int frames)
{
	const struct bands_stage *at = &bands->stage[stage];
	const double share = bands_share(bands, &bands->stage[stage], frames);

	for (int part = 0; part < 2; part++)
		for (int k = at->from[part]; k < at->to[part]; k++)
			if (!bands->band[k].absent)
				band_run(&bands->band[k], x, frames, share);
}

/* At most BANDS_FRAMES frames of both signals, each `stride` samples apart; second NULL:
 * silence. */
static inline void bands_run(struct bands *bands, const float *first,
			     const float *second, int stride, int frames)
{
	bands_pair x[BANDS_FRAMES];
	for (int n = 0, i = 0; n < frames; n++, i += stride)
		x[n] = (bands_pair) { (double)first[i],
				      second ? (double)second[i] : 0.0 };
	for (int s = 0; s < BANDS_STAGES && frames > 0; s++) {
		if (s > 0)
			frames = bands_halve(&bands->stage[s], x, frames, x);
		if (frames > 0)
			bands_run_stage(bands, s, x, frames);
	}
}

#endif

/* match.h - digital second-order sections that follow an analogue one up to 20 kHz.
 *
 * The bilinear transform squeezes the top octave ("cramping"). Here a section is
 * written over s = j tan(w / 2), where any b, a > 0 is stable and minimum phase,
 * started at the analogue poles and zeros (z = e^(sT)) and then moved by a few
 * Gauss-Newton steps on the logarithms of its coefficients, which make the error in dB
 * small and even. Control thread: a few tens of microseconds.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_MATCH_H
#define LATHE_DSP_MATCH_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Numerator n[0] + n[1] s + n[2] s^2 over d[0] + d[1] s + s^2; s in units of the band's
 * frequency when analogue, tan(w / 2) when digital. */
struct section {
	double n[3], d[2];
};

enum { MATCH_POINTS = 92, MATCH_SECTION = 5, MATCH_UNKNOWNS = 2 * MATCH_SECTION };
#define MATCH_DB 0.2302585              /* one dB of ln |H|^2 */
#define MATCH_ENOUGH (0.005 * MATCH_DB) /* no more steps */
#define MATCH_GOOD (0.07 * MATCH_DB)    /* no second section */

/* The points of the fit: squares of s, digital and analogue; the wanted response. */
struct match_grid {
	int count;
	double digital[MATCH_POINTS], target[MATCH_POINTS], weight[MATCH_POINTS];
	double depth[MATCH_POINTS]; /* far down in a stop band a dB has less weight */
	bool judged[MATCH_POINTS];  /* below 20 kHz */
};

/* |H|^2 at s^2 = -x. */
static inline double section_power(const struct section *h, double x)
{
	const double n = h->n[0] - h->n[2] * x, d = h->d[0] - x;
	const double top = n * n + h->n[1] * h->n[1] * x;
	const double bottom = d * d + h->d[1] * h->d[1] * x;

	return (top + 1e-30) / (bottom + 1e-30);
}

static inline double section_log_power(const struct section *h, double x)
{
	return log(section_power(h, x));
}

static inline void match_point(struct match_grid *grid, const struct section *wanted,
			       double hz, double centre_hz, double rate)
{
	if (hz < 15.0 || hz > 0.47 * rate || grid->count == MATCH_POINTS)
		return;
	const double half = tan(M_PI * hz / rate), s = hz / centre_hz;
	const int i = grid->count++;
	grid->digital[i] = half * half;
	grid->target[i] = section_log_power(wanted, s * s);
	grid->judged[i] = hz <= 20050.0;
	const double depth = fmin(1.0, exp(0.5 * (grid->target[i] + 5.0)));
	grid->depth[i] = depth;
	grid->weight[i] = (grid->judged[i] ? 1.0 : 0.1) * depth * depth;
}

/* Around a pole or zero at `place`, over its own width. */
static inline void match_look_near(struct match_grid *grid,
				   const struct section *wanted, double place,
				   double width, double hz, double rate)
{
	const double span = 0.4 * fmin(fmax(width / place, 0.03), 1.5);

	for (int i = -11; i <= 11; i++)
		match_point(grid, wanted, hz * place * exp(span * sinh(i * 0.22)), hz,
			    rate);
}

/* Even in octaves, denser at the top, and near the poles and zeros. */
static inline void match_look(struct match_grid *grid, const struct section *wanted,
			      double hz, double rate)
{
	const double top = fmin(20000.0, 0.47 * rate);

	grid->count = 0;
	for (int i = 0; i < 20; i++)
		match_point(grid, wanted, 20.0 * pow(top / 20.0, i / 19.0), hz, rate);
	for (int i = 1; i < 16; i++)
		match_point(grid, wanted, top * (0.2 + 0.05 * i), hz, rate);
	match_look_near(grid, wanted, sqrt(wanted->d[0]), wanted->d[1], hz, rate);
	const double zeros = wanted->n[0] / fmax(wanted->n[2], 1e-9);
	if (zeros > 0.0 && zeros < 1e6 && fabs(zeros - wanted->d[0]) > 0.01)
		match_look_near(grid, wanted, sqrt(zeros), wanted->n[1] / wanted->n[2],
				hz, rate);
	for (int i = 1; i <= 8; i++)
		match_point(grid, wanted, top * pow(0.45 * rate / top, i / 8.0) + 60.0,
			    hz, rate);
}

/* s^2 + p1 s + p0 (analogue) -> its e^(sT) image over tan(w / 2), times a gain. */
static inline void match_roots(double p0, double p1, double hz, double rate,
			       double out[3])
{
	const double w = 2.0 * M_PI * hz / rate;
	/* Beyond the Nyquist frequency e^(sT) would fold back. */
	const double shrink = fmin(1.0, 0.9 * M_PI / (w * sqrt(p0)));
	const double half = 0.5 * p1 * w * shrink;
	const double turn = p0 * w * w * shrink * shrink - half * half;
	const double r = exp(-half);
	const double swing = turn >= 0.0 ? cos(sqrt(turn)) : cosh(sqrt(-turn));
	const double z1 = -2.0 * r * swing, z2 = r * r;

	out[0] = 1.0 + z1 + z2;
	out[1] = 2.0 * (1.0 - z2);
	out[2] = 1.0 - z1 + z2;
}

static inline void match_start(struct section *h, const struct section *wanted,
			       double hz, double rate)
{
	double d[3], n[3] = { 0.0 };

	match_roots(wanted->d[0], wanted->d[1], hz, rate, d);
	const double *w = wanted->n;
	const double edge = 0.5 * rate / hz;
	const double nyquist = exp(0.5 * section_log_power(wanted, edge * edge));
	if (w[0] > 0.0 && w[2] > 0.0 && w[1] > 0.0) {
		match_roots(w[0] / w[2], w[1] / w[2], hz, rate, n);
		const double scale = w[0] / wanted->d[0] * d[0] / n[0];
		for (int i = 0; i < 3; i++)
			n[i] *= scale;
	} else if (w[0] > 0.0 && w[2] > 0.0) { /* notch: its zero stays on the axis */
		const double half = tan(M_PI * hz / rate);
		n[0] = d[0] * w[0] / wanted->d[0];
		n[2] = n[0] / (half * half);
	} else if (w[0] > 0.0) { /* low-pass */
		n[0] = d[0] * w[0] / wanted->d[0];
		n[2] = d[2] * fmax(nyquist, 1e-6);
		n[1] = 2.0 * sqrt(n[0] * n[2]);
	} else { /* high-pass: both zeros stay at DC */
		n[2] = d[2] * nyquist;
	}
	for (int i = 0; i < 3; i++)
		h->n[i] = n[i] / d[2];
	h->d[0] = d[0] / d[2];
	h->d[1] = d[1] / d[2];
}

/* Error and its slopes along the logarithms of each section's n[0..2], d[0..1]. */
static inline double match_slopes(const struct section *h, int count, double x,
				  double target, double *slope)
{
	double ratio = 1.0;

	for (int i = 0; i < count; i++, h++, slope += MATCH_SECTION) {
		const double n = h->n[0] - h->n[2] * x, d = h->d[0] - x;
		const double n1 = h->n[1] * h->n[1] * x, d1 = h->d[1] * h->d[1] * x;
		const double top = n * n + n1 + 1e-30, bottom = d * d + d1 + 1e-30;
		const double up = 2.0 / top, down = -2.0 / bottom;
		slope[0] = up * h->n[0] * n;
		slope[1] = up * n1;
		slope[2] = -up * h->n[2] * x * n;
		slope[3] = down * h->d[0] * d;
		slope[4] = down * d1;
		ratio *= top / bottom;
	}
	return log(ratio) - target;
}

/* Solves the symmetric positive a x = b in place (Cholesky); x in b. */
static inline void match_solve(double a[MATCH_UNKNOWNS][MATCH_UNKNOWNS],
			       double b[MATCH_UNKNOWNS], int count)
{
	for (int i = 0; i < count; i++) {
		for (int j = 0; j <= i; j++) {
			double sum = a[i][j];
			for (int k = 0; k < j; k++)
				sum -= a[i][k] * a[j][k];
			a[i][j] = i == j ? sqrt(fmax(sum, 1e-300)) : sum / a[j][j];
		}
	}
	for (int i = 0; i < count; i++) {
		for (int k = 0; k < i; k++)
			b[i] -= a[i][k] * b[k];
		b[i] /= a[i][i];
	}
	for (int i = count - 1; i >= 0; i--) {
		for (int k = i + 1; k < count; k++)
			b[i] -= a[k][i] * b[k];
		b[i] /= a[i][i];
	}
}

/* One Gauss-Newton step. Returns the largest weighted error at its start, which decides
 * how weights change for the next step (Lawson's algorithm: towards an even error). */
static inline double match_step(struct section *h, int count, struct match_grid *grid,
				double damping)
{
	const int unknowns = count * MATCH_SECTION;
	double a[MATCH_UNKNOWNS][MATCH_UNKNOWNS] = { { 0.0 } };
	double b[MATCH_UNKNOWNS] = { 0.0 }, error[MATCH_POINTS], worst = 0.0;

	for (int i = 0; i < grid->count; i++) {
		double slope[MATCH_UNKNOWNS];
		error[i] = match_slopes(h, count, grid->digital[i], grid->target[i],
					slope);
		if (grid->judged[i])
			worst = fmax(worst, grid->depth[i] * fabs(error[i]));
		for (int j = 0; j < unknowns; j++) {
			const double scaled = grid->weight[i] * slope[j];
			b[j] -= scaled * error[i];
			for (int k = 0; k <= j; k++)
				a[j][k] += scaled * slope[k];
		}
	}
	for (int i = 0; i < grid->count; i++)
		if (grid->judged[i])
			grid->weight[i] *= 0.3 + fabs(error[i]) / (worst + 1e-12);
	for (int j = 0; j < unknowns; j++)
		a[j][j] += damping * a[j][j] + 1e-9;
	match_solve(a, b, unknowns);
	for (int i = 0; i < count; i++) {
		const double *move = b + i * MATCH_SECTION;
		for (int j = 0; j < 3; j++)
			h[i].n[j] *= exp(fmin(fmax(move[j], -0.7), 0.7));
		for (int j = 0; j < 2; j++)
			h[i].d[j] *= exp(fmin(fmax(move[3 + j], -0.7), 0.7));
	}
	return worst;
}

/* At most `steps` steps, until the fit is good; h becomes the best; returns the error. */
static inline double match_improve(struct section *h, int count,
				   struct match_grid *grid, int steps)
{
	struct section now[2] = { h[0], h[count - 1] }, before[2];
	double least = 1e9;

	for (int i = 0; i < steps && least > MATCH_ENOUGH; i++) {
		memcpy(before, now, sizeof(before));
		const double worst = match_step(now, count, grid, i < 4 ? 0.01 : 0.001);
		if (worst >= least)
			continue;
		least = worst;
		memcpy(h, before, (size_t)count * sizeof(*h));
	}
	return least;
}

static inline double match_error(const struct section *h, int count,
				 const struct match_grid *grid)
{
	double worst = 0.0;

	for (int i = 0; i < grid->count; i++) {
		double found = 0.0;
		for (int k = 0; k < count; k++)
			found += section_log_power(&h[k], grid->digital[i]);
		if (grid->judged[i])
			worst = fmax(worst,
				     grid->depth[i] * fabs(found - grid->target[i]));
	}
	return worst;
}

/* Makes the gain at DC exactly that of the analogue section, unless the error of the
 * shape, now `error`, would grow beyond what a second section is used for. */
static inline void match_dc(const struct section *wanted, struct section *h, int count,
			    const struct match_grid *grid, double error)
{
	const double before = h[0].n[0];
	double found = 1.0;

	for (int i = 0; i < count; i++)
		found *= h[i].n[0] / h[i].d[0];
	if (found <= 0.0)
		return;
	h[0].n[0] *= wanted->n[0] / wanted->d[0] / found;
	if (match_error(h, count, grid) > fmax(error, MATCH_GOOD))
		h[0].n[0] = before;
}

/* The digital sections for `wanted` at `hz`: one, or two if one can't follow it and
 * `most` allows two. */
static inline int match_sections(const struct section *wanted, double hz, double rate,
				 int most, struct section h[2])
{
	struct match_grid grid;

	match_look(&grid, wanted, hz, rate);
	match_start(&h[0], wanted, hz, rate);
	const double error = match_improve(h, 1, &grid, 16);
	match_dc(wanted, h, 1, &grid, error);
	if (error < MATCH_GOOD || most < 2)
		return 1;
	struct section both[2] = { h[0], { { 4.0, 4.0, 1.0 }, { 4.4, 4.2 } } };
	for (int i = 0; i < grid.count; i++)
		grid.weight[i] = grid.judged[i] ? grid.depth[i] * grid.depth[i] : 0.01;
	const double error_of_both = match_improve(both, 2, &grid, 20);
	if (error_of_both > 0.7 * error)
		return 1;
	memcpy(h, both, sizeof(both));
	match_dc(wanted, h, 2, &grid, error_of_both);
	return 2;
}

#endif

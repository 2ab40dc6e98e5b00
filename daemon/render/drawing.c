/* drawing.c - a song's curves as SVG. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/drawing.h"

#include <math.h>

enum { WIDTH = 720, HEIGHT = 220, LEFT = 40, BOTTOM = 20 };

struct frame {
	double low, high; /* dB */
};

static double x_of(double part)
{
	return LEFT + part * (WIDTH - LEFT - 4);
}

static double y_of(const struct frame *frame, double value)
{
	const double held = fmin(fmax(value, frame->low), frame->high);

	return 4 + (frame->high - held) / (frame->high - frame->low) *
			   (HEIGHT - BOTTOM - 4);
}

static void begin(FILE *to, const struct frame *frame, const char *what)
{
	fprintf(to,
		"<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
		"<title>%s</title>\n",
		WIDTH, HEIGHT, what, what);
	for (double db = frame->low; db <= frame->high; db += 10)
		fprintf(to,
			"<path class=\"grid\" d=\"M%d %.1fH%d\"/>"
			"<text x=\"2\" y=\"%.1f\">%.0f</text>\n",
			LEFT, y_of(frame, db), WIDTH - 4, y_of(frame, db) + 4, db);
}

/* ---- in time --------------------------------------------------------------------- */

static double seconds_of(const struct gauge *gauge)
{
	return gauge->rate ? (double)gauge->frames / gauge->rate : 0;
}

static void curve(FILE *to, const struct frame *frame, const struct gauge *gauge,
		  double seconds, bool peaks, const char *class)
{
	const double step = gauge->per_point * 0.1 / fmax(seconds, 0.1);

	if (!gauge->points)
		return;
	fprintf(to, "<polyline class=\"%s\" points=\"", class);
	for (int i = 0; i < gauge->points; i++) {
		const double value = peaks ? 20 * log10((double)gauge->peak[i] + 1e-9)
					   : (double)gauge->short_term[i];
		fprintf(to, "%.1f,%.1f ", x_of(fmin((i + 0.5) * step, 1)),
			y_of(frame, isfinite(value) ? value : -200));
	}
	fputs("\"/>\n", to);
}

static double tick_of(double seconds)
{
	static const double ticks[] = { 1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600 };

	for (int i = 0; i < 10; i++)
		if (seconds / ticks[i] <= 10)
			return ticks[i];
	return 3600;
}

void drawing_loudness(FILE *to, const struct gauge *before, const struct gauge *after,
		      double target)
{
	const struct frame frame = { -50, 0 };
	const double seconds = fmax(seconds_of(before), seconds_of(after));
	const double tick = tick_of(seconds);

	begin(to, &frame, "Loudness and peaks in time");
	for (double at = 0; at < seconds; at += tick)
		fprintf(to, "<text x=\"%.1f\" y=\"%d\">%d:%02d</text>\n",
			x_of(at / seconds), HEIGHT - 4, (int)at / 60, (int)at % 60);
	if (isfinite(target))
		fprintf(to, "<path class=\"target\" d=\"M%d %.1fH%d\"/>\n", LEFT,
			y_of(&frame, target), WIDTH - 4);
	curve(to, &frame, after, seconds, true, "peak");
	curve(to, &frame, before, seconds, false, "before");
	curve(to, &frame, after, seconds, false, "after");
	fputs("</svg>\n", to);
}

/* ---- thirds ---------------------------------------------------------------------- */

static double third_db(const struct gauge *gauge, int k)
{
	/* A sine at full scale reads 0 dBFS. */
	return 10 * log10(2 * gauge->thirds[k] + 1e-20);
}

static void thirds(FILE *to, const struct frame *frame, const struct gauge *gauge,
		   const char *class)
{
	fprintf(to, "<polyline class=\"%s\" points=\"", class);
	for (int k = 0; k < BANDS_THIRDS; k++)
		if (gauge->thirds[k] > 0)
			fprintf(to, "%.1f,%.1f ", x_of((k + 0.5) / BANDS_THIRDS),
				y_of(frame, third_db(gauge, k)));
	fputs("\"/>\n", to);
}

void drawing_spectrum(FILE *to, const struct gauge *before, const struct gauge *after)
{
	static const struct {
		int third;
		const char *hz;
	} ticks[] = { { 0, "20 Hz" }, { 7, "100" }, { 17, "1k" }, { 27, "10k" } };
	const struct frame frame = { -90, 0 };

	begin(to, &frame, "Spectrum in thirds of an octave");
	for (int i = 0; i < 4; i++)
		fprintf(to, "<text x=\"%.1f\" y=\"%d\">%s</text>\n",
			x_of((ticks[i].third + 0.5) / BANDS_THIRDS), HEIGHT - 4,
			ticks[i].hz);
	thirds(to, &frame, before, "before");
	thirds(to, &frame, after, "after");
	fputs("</svg>\n", to);
}

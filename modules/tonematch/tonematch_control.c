/* tonematch_control.c - tonematch's tables, curves and layout. Worker and control threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/db.h"
#include "modules/tonematch/tonematch.h"

static const char *const curves[] = { "music", "warm", "bright", "speech",
				      "pink",  "file", NULL };

static const struct param params[TONEMATCH_PARAMS] = {
	[TONEMATCH_CURVE] = { "curve", "Curve", "Target tonal balance", "",
			      CURVE_CHOICE, 0, TONEMATCH_READY, 0, 1, curves, 0 },
	[TONEMATCH_FILE] = { .id = "file",
			     .label = "File",
			     .help = "A curve that lathe-render --learn wrote, for "
				     "curve "
				     "= file",
			     .unit = "",
			     .curve = CURVE_FILE },
	[TONEMATCH_AMOUNT] = { "amount", "Amount",
			       "How much of the difference is corrected", "%",
			       CURVE_LINEAR, 0, 100, 60, 1, NULL, 0 },
	[TONEMATCH_RANGE] = { "range", "Range", "Largest correction of a bell", "dB",
			      CURVE_LINEAR, 0, 6, 3, 0.1f, NULL, 0 },
	[TONEMATCH_TIME] = { "time", "Time", "Memory of the long-term spectrum", "s",
			     CURVE_LOG, 5, 120, 30, 1, NULL, 0 },
	[TONEMATCH_SILENCE] = { "silence", "Silence",
				"What is quieter is not listened to, and the "
				"correction "
				"stays",
				"dB", CURVE_LINEAR, -90, -30, -60, 1, NULL, 0 },
	[TONEMATCH_HOLD] = { "hold", "Hold", "Keeps the correction as it is", "",
			     CURVE_TOGGLE, 0, 1, 0, 1, NULL, 0 },
};

static const struct meter meters[] = {
	[TONEMATCH_FROZEN] = { "frozen", "Hold",
			       "On in silence, in much quieter passages and on hold: "
			       "the correction stays",
			       "", 0, 1, FOLD_LAST, 0, NULL, 0, off_on },
	[TONEMATCH_OFF] = { "off", "Off the curve",
			    "Mean distance of the long-term spectrum from the curve",
			    "dB", 0, 100, FOLD_LAST, 0, NULL, 0, NULL },
	[TONEMATCH_CORRECTION] = { "gain", "Correction", "Gain of this bell now", "dB",
				   -12, 12, FOLD_LAST, 0, "band", TONEMATCH_BANDS,
				   NULL },
};

/* ---- curves: dB of 1/6-octave bands over frequency ------------------------------- */

struct point {
	double hz, db;
};

/* The common curve of well mastered music of many kinds, and of a close voice. */
static const struct point music[] = { { 20, -14 },    { 40, -2 },     { 63, 0 },
				      { 100, 0 },     { 200, -3 },    { 500, -6 },
				      { 1000, -8.5 }, { 2000, -11 },  { 4000, -13.5 },
				      { 8000, -17 },  { 12000, -21 }, { 16000, -27 },
				      { 20000, -36 } };
static const struct point speech[] = { { 60, -26 },   { 100, -6 },   { 150, 0 },
				       { 500, 0 },    { 1000, -5 },  { 2000, -9 },
				       { 4000, -12 }, { 8000, -16 }, { 16000, -28 } };

static void curve_draw(float *curve, const struct point *points, int count, double tilt)
{
	for (int b = 0; b < TONESPECTRUM_BANDS; b++) {
		const double hz = tonespectrum_hz(b);
		int k = 1;
		while (k < count - 1 && points[k].hz < hz)
			k++;
		const struct point *p = &points[k - 1], *q = &points[k];
		double part = log(hz / p->hz) / log(q->hz / p->hz);
		part = part < 0 ? 0 : part > 1 ? 1 : part;
		curve[b] = (float)(p->db + part * (q->db - p->db) +
				   tilt * log2(hz / 1000));
	}
}

/* Lines of "hz dB", rising; # begins a comment. False and a text: it is not a curve. */
static bool curve_parse(float *curve, FILE *file, char *error, size_t error_size)
{
	enum { POINTS_MAX = 512 };
	struct point points[POINTS_MAX];
	int count = 0, line = 0;
	char text[256];

	while (fgets(text, sizeof(text), file)) {
		double hz, db;
		line++;
		const char *from = text + strspn(text, " \t\r\n");
		if (*from == '\0' || *from == '#')
			continue;
		if (count == POINTS_MAX || sscanf(from, "%lf %lf", &hz, &db) != 2 ||
		    !(hz > 1 && hz < 1e6 && db > -200 && db < 200) ||
		    (count > 0 && hz <= points[count - 1].hz)) {
			snprintf(error, error_size,
				 "line %d: would accept \"<Hz> <dB>\", rising", line);
			return false;
		}
		points[count++] = (struct point) { hz, db };
	}
	if (count < 2) {
		snprintf(error, error_size,
			 "found %d point%s, would accept two or more", count,
			 count == 1 ? "" : "s");
		return false;
	}
	curve_draw(curve, points, count, 0);
	return true;
}

/* The content is the curve: dB in each of TONESPECTRUM_BANDS bands. */
static void *curve_read(const char *path, char *error, size_t error_size)
{
	FILE *file = fopen(path, "r");
	float *curve = file ? calloc(TONESPECTRUM_BANDS, sizeof(*curve)) : NULL;

	if (!curve)
		snprintf(error, error_size, "%s", strerror(errno));
	else if (!curve_parse(curve, file, error, error_size)) {
		free(curve);
		curve = NULL;
	}
	if (file)
		fclose(file);
	return curve;
}

/* ---- the bells ------------------------------------------------------------------- */

#define BELL_Q 1.1
#define BELL_GAIN 2.0 /* +6.02 dB at full amount, so that amount = gain - 1 */

static double bell_hz(int band, int rate)
{
	return fmin(tonematch_hz(band), 0.4 * rate);
}

/* Bilinear, over s = j tan(w / 2). */
static struct section bell_section(int band, int rate)
{
	const double g = tan(M_PI * bell_hz(band, rate) / rate);

	return (struct section) { .n = { g * g, BELL_GAIN * g / BELL_Q, 1 },
				  .d = { g * g, g / BELL_Q } };
}

/* dB at hz of a bell that is turned up by 1 dB. */
static double bell_db(int band, double hz, int rate)
{
	const double one = db_gain(1.0) - 1;
	const double g = tan(M_PI * bell_hz(band, rate) / rate);
	const double x = tan(M_PI * hz / rate) / g;
	const double a = x / BELL_Q, b = 1 - x * x;
	const double up = (1 + one) * a;

	return 10 * log10((b * b + up * up) / (b * b + a * a));
}

/* Gauss and Jordan; the matrix is far from singular. */
static void invert(double m[TONEMATCH_BANDS][TONEMATCH_BANDS],
		   double out[TONEMATCH_BANDS][TONEMATCH_BANDS])
{
	const int n = TONEMATCH_BANDS;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			out[i][j] = i == j;
	for (int i = 0; i < n; i++) {
		const double pivot = m[i][i];
		for (int j = 0; j < n; j++) {
			m[i][j] /= pivot;
			out[i][j] /= pivot;
		}
		for (int k = 0; k < n; k++) {
			const double f = m[k][i];
			for (int j = 0; j < n && k != i; j++) {
				m[k][j] -= f * m[i][j];
				out[k][j] -= f * out[i][j];
			}
		}
	}
}

static void design_bells(struct tonematch_design *d, int rate)
{
	double m[TONEMATCH_BANDS][TONEMATCH_BANDS];

	cascade_clear(&d->bells);
	for (int k = 0; k < TONEMATCH_BANDS; k++) {
		const struct section bell = bell_section(k, rate);
		double sum = 0;
		cascade_add(&d->bells, &bell, k);
		d->bells.d[k] -= 1;
		for (int j = 0; j < TONEMATCH_BANDS; j++)
			m[k][j] = bell_db(j, bell_hz(k, rate), rate);
		for (int b = 0; b < TONESPECTRUM_BANDS; b++) {
			const double away =
				fabs(log2(tonespectrum_hz(b) / tonematch_hz(k)));
			d->view[k][b] = (float)fmax(0, 1 - away / 1.1);
			sum += (double)d->view[k][b];
		}
		for (int b = 0; b < TONESPECTRUM_BANDS; b++)
			d->view[k][b] /= (float)sum;
	}
	invert(m, d->apart);
}

/* ---- the module ------------------------------------------------------------------ */

static const struct file *file_of(const struct setup *setup)
{
	return setup->files ? setup->files[TONEMATCH_FILE] : NULL;
}

/* Says what is wrong with the file before a plan is made; init() copies the curve. */
static void *create(const struct setup *setup, char *error, size_t error_size)
{
	const struct file *file = file_of(setup);

	if (file && !file->content) {
		snprintf(error, error_size, "%s: %s", file->path, file->error);
		return NULL;
	}
	void *handle = malloc(1);
	if (!handle)
		snprintf(error, error_size, "out of memory");
	return handle;
}

static void *init(struct arena *arena, const struct setup *setup)
{
	struct tonematch *t = arena_alloc(arena, sizeof(*t));
	struct tonematch_design *d = arena_alloc(arena, sizeof(*d));
	const int music_points = sizeof(music) / sizeof(*music);
	const struct file *file = file_of(setup);

	tonespectrum_init(&d->tables, setup->rate);
	curve_draw(d->curve[0], music, music_points, 0);
	curve_draw(d->curve[1], music, music_points, -0.5);
	curve_draw(d->curve[2], music, music_points, 0.5);
	curve_draw(d->curve[3], speech, sizeof(speech) / sizeof(*speech), 0);
	design_bells(d, setup->rate);
	t->design = d;
	t->rate = setup->rate;
	t->channels = setup->channels;
	if (file && file->content) {
		const size_t bytes = sizeof(float) * TONESPECTRUM_BANDS;
		t->curve = memcpy(arena_alloc(arena, bytes), file->content, bytes);
	}
	return t;
}

static int warmup(const struct setup *setup)
{
	return 2 * setup->rate;
}

KERNELS_DECLARE(tonematch);

extern const struct module module_tonematch;
const struct module module_tonematch = {
	.id = "tonematch",
	.label = "Tone match",
	.help = "Slowly brings the tonal balance to a curve",
	.params = params,
	.param_count = TONEMATCH_PARAMS,
	.meters = meters,
	.meter_count = sizeof(meters) / sizeof(*meters),
	.kernels = KERNELS(tonematch),
	.read = curve_read,
	.forget = free,
	.init = init,
	.create = create,
	.destroy = free,
	.warmup = warmup,
};

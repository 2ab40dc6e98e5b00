/* target.h - the search for the gain that brings a programme, or an album, to a loudness.
 * Pure arithmetic: somebody else plays and measures. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_TARGET_H
#define LATHE_RENDER_TARGET_H

#include <stdbool.h>

#define TARGET_TOLERANCE_LU 0.1
enum { TARGET_PASSES_MAX = 12 };

struct target {
	/* Given */
	double loudness; /* LUFS */
	double peak;     /* dBTP; NAN: what the rack's ceiling makes of it is right */
	bool limits;     /* there is a limiter, which keeps the ceiling */
	/* To be played next */
	double gain, ceiling; /* dB */
	/* The search */
	int passes;
	double low_gain, low_loudness;   /* the highest gain that was too little */
	double high_gain, high_loudness; /* the lowest gain that was too much */
	bool has_low, has_high;
	bool peak_holds; /* without a limiter, the peak bounds the gain */
	double slope;    /* LU for a dB of gain, between the last passes */
	double missing;  /* LU of the last pass: target less loudness */
	bool reached;    /* within the tolerance, and under the peak */
	int flat;        /* passes in a row that gained nothing */
	bool stuck;      /* more gain makes it no louder, or there is no more gain */
};

/* `measured`: LUFS before the gain; it chooses the first one. `ceiling`: the limiter's,
 * in the config, dBTP. */
void target_begin(struct target *target, double loudness, double peak, bool limits,
		  double ceiling, double measured);
/* Takes what a pass at gain and ceiling came to, LUFS and dBTP. True: another pass is
 * wanted, with the new gain and ceiling. */
bool target_step(struct target *target, double integrated, double true_peak);

#endif

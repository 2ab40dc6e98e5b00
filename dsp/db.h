/* db.h - decibels and gains. Any thread; dB of silence is the floor, never minus infinity.
 *
 * libm on purpose: for the control thread and for once a piece. Per sample, see vec.h.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_DB_H
#define LATHE_DSP_DB_H

#include <math.h>

#define DB_FLOOR (-200.0)
/* dB per factor of two: 20 log10(2). */
#define DB_PER_OCTAVE 6.020599913279624

static inline double db_gain(double db)
{
	return exp(db * 0.11512925464970228); /* ln(10) / 20 */
}

static inline double gain_db(double gain)
{
	const double size = fabs(gain);

	return size > 1e-10 ? log(size) * 8.685889638065035 : DB_FLOOR;
}

#endif

/* clock.h - the monotonic clock: it never jumps, and stops during suspend. Any thread
 * but the audio thread, which counts cycles (cycles.h). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_CLOCK_H
#define LATHE_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline int64_t clock_ms(void)
{
	return clock_ns() / 1000000;
}

static inline double clock_seconds(void)
{
	return 1e-9 * (double)clock_ns();
}

#endif

/* cycles.h - the processor's cycle counter: a register, no system call, not serialised.
 * Any thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_CYCLES_H
#define LATHE_BASE_CYCLES_H

#include <stdint.h>

static inline uint64_t cycles_now(void)
{
#if defined(__x86_64__) || defined(__i386__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	uint64_t ticks;
	__asm__ __volatile__("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
#else
	return 0;
#endif
}

#endif

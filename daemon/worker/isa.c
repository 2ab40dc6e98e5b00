/* isa.c - which of the compiled instruction sets is used. Any thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/worker/isa.h"

#include <stdlib.h>
#include <string.h>

static enum isa best(void)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
	    !__builtin_cpu_supports("bmi2"))
		return ISA_BASE;
	if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
	    !__builtin_cpu_supports("avx512cd") ||
	    !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
		return ISA_V3;
	return ISA_V4;
#else
	return ISA_BASE;
#endif
}

enum isa isa_choose(void)
{
	static const char *const names[ISA_COUNT] = { "base", "v3", "v4" };
	const char *forced = getenv("LATHE_ISA");
	enum isa isa = best();

	for (int i = 0; forced && i < ISA_COUNT; i++)
		if (strcmp(forced, names[i]) == 0 && (enum isa)i < isa)
			isa = (enum isa)i;
	return isa;
}

/* isa.h - which of the compiled instruction sets is used. Any thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_WORKER_ISA_H
#define LATHE_WORKER_ISA_H

#include "modules/module.h"

/* The best one that the processor has; LATHE_ISA=base|v3|v4 in the environment chooses
 * a lesser one. */
enum isa isa_choose(void);

#endif

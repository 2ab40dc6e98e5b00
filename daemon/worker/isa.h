/* isa.h - which of the compiled instruction sets this machine runs. Any thread. */
#ifndef LATHE_WORKER_ISA_H
#define LATHE_WORKER_ISA_H

#include "modules/module.h"

/* The best that the processor has; LATHE_ISA=base|v3|v4 in the environment asks for a lesser
 * one. */
enum isa isa_choose(void);

#endif

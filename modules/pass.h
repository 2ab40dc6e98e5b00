/* pass.h - the audio thread's part of a module that only measures: the audio passes
 * untouched. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_MODULES_PASS_H
#define LATHE_MODULES_PASS_H

#include <string.h>

#include "modules/module.h"

static inline void pass_on(const struct piece *piece)
{
	for (int c = 0; c < piece->channels; c++)
		if (piece->out[c] != piece->in[c])
			memcpy(piece->out[c], piece->in[c],
			       (size_t)piece->frames * sizeof(float));
}

#endif

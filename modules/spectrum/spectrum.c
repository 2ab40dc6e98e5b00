/* spectrum.c - spectrum's audio thread part: the audio passes untouched. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/pass.h"

static void process(void *state, const struct piece *piece) REALTIME;
static void process(void *state, const struct piece *piece)
{
	(void)state;
	pass_on(piece);
}

/* All that is measured belongs to the handle, which outlives plans. */
static void adopt(void *state, const void *old) REALTIME;
static void adopt(void *state, const void *old)
{
	(void)state;
	(void)old;
}

MODULE_KERNEL(spectrum) = { .process = process, .adopt = adopt };

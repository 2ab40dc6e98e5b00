/* verdict.c - what is right and what is not: a loudness meter tells it in words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/verdict.h"

#include <math.h>

const char *verdict_mark(enum verdict verdict)
{
	return verdict == VERDICT_RED ? "!!" : verdict == VERDICT_AMBER ? "!" : "";
}

enum ink verdict_ink(enum verdict verdict)
{
	static const enum ink inks[] = { INK_PLAIN, INK_GREEN, INK_AMBER, INK_RED };

	return inks[verdict];
}

/* A state's reading as a verdict, NONE where there is no such meter. */
static enum verdict verdict_of(const struct gauge *gauge, const enum verdict *verdicts,
			       int count)
{
	const int index = gauge && gauge->seen ? (int)lround(gauge->now) : -1;

	return index >= 0 && index < count ? verdicts[index] : VERDICT_NONE;
}

enum verdict verdict_loudness(const struct board *board, const struct part *part)
{
	/* measuring, right, just off, far off */
	static const enum verdict verdicts[] = { VERDICT_NONE, VERDICT_RIGHT,
						 VERDICT_AMBER, VERDICT_RED };

	return verdict_of(board_gauge(board, part, "on_target"), verdicts, 4);
}

enum verdict verdict_true_peak(const struct board *board, const struct part *part)
{
	/* under, was over, over */
	static const enum verdict verdicts[] = { VERDICT_RIGHT, VERDICT_AMBER,
						 VERDICT_RED };

	return verdict_of(board_gauge(board, part, "peak_limit"), verdicts, 3);
}

enum verdict verdict_alarm(int level)
{
	return level <= 3 ? VERDICT_RED : level == 4 ? VERDICT_AMBER : VERDICT_RIGHT;
}

enum verdict verdict_output(const struct board *board, const struct part *output)
{
	if (output->loudness == NO_PART)
		return VERDICT_NONE;
	const struct part *part = &board->parts[output->loudness];
	const enum verdict loudness = verdict_loudness(board, part);
	const enum verdict peak = verdict_true_peak(board, part);
	return loudness > peak ? loudness : peak;
}

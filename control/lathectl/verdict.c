/* verdict.c - what is right and what is not. The alarms of lathed judge by the same limits,
 * but wait before they are raised. */
#include "control/lathectl/verdict.h"

#include <math.h>

static const double red_lu = 1;       /* outside the tolerance by more */
static const double over_db = 0.0009; /* as the alarm true_peak has it */

const char *verdict_mark(enum verdict verdict)
{
	return verdict == VERDICT_RED ? "!!" : verdict == VERDICT_AMBER ? "!" : "";
}

enum ink verdict_ink(enum verdict verdict)
{
	static const enum ink inks[] = { INK_PLAIN, INK_GREEN, INK_AMBER, INK_RED };

	return inks[verdict];
}

enum verdict verdict_loudness(const struct part *part, const struct gauge *gauge)
{
	if (!gauge || !gauge->seen || gauge_at_floor(gauge, gauge->now))
		return VERDICT_NONE;
	const double off = fabs(gauge->now - part->target) - part->tolerance;
	if (!isfinite(off))
		return VERDICT_NONE;
	return off > red_lu ? VERDICT_RED : off > 0 ? VERDICT_AMBER : VERDICT_RIGHT;
}

enum verdict verdict_true_peak(const struct board *board, const struct part *part)
{
	const struct gauge *most = board_gauge(board, part, "true_peak_max");

	if (!most || !most->seen || !isfinite(part->max_true_peak))
		return VERDICT_NONE;
	if (part->over_until > client_now())
		return VERDICT_RED;
	return most->now > part->max_true_peak + over_db ? VERDICT_AMBER
							 : VERDICT_RIGHT;
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
	const enum verdict loudness =
		verdict_loudness(part, board_gauge(board, part, "integrated"));
	const enum verdict peak = verdict_true_peak(board, part);
	return loudness > peak ? loudness : peak;
}

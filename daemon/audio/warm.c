/* warm.c - how the next plan warms up beside the one that is heard. Audio thread.
 *
 * Each step of the next plan begins as late as possible, but so early that this step
 * and the steps it feeds are ready when the plan is heard. If nothing has changed from
 * the rack's inputs to a step, the old plan's step, which still plays, lends its audio
 * to the new one; a step with nothing to warm up begins on one of the last grid lines.
 * So two plans at once cost little more than one, and few steps take over their memory
 * on the same line.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/audio/warm.h"

enum { AT_ONCE = 3 }; /* most steps that begin early on one line */

static int larger(int a, int b)
{
	return a > b ? a : b;
}

/* ---- which old step a step continues --------------------------------------------- */

static struct step *find_node(const struct plan *plan, const struct step *step)
{
	int low = 0, high = plan->kept_count;

	while (low < high) {
		int middle = (low + high) / 2;
		if (plan->kept[middle]->identity < step->identity)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == plan->kept_count || plan->kept[low]->identity != step->identity ||
	    !plan->kept[low]->guard != !step->guard)
		return NULL;
	return plan->kept[low];
}

/* Several delays may carry the same signal; any one with enough memory will do. */
static struct step *find_delay(const struct plan *plan, const struct step *step)
{
	for (int i = 0; i < plan->step_count; i++) {
		struct step *other = &plan->steps[i];
		if (other->delay && other->identity == step->identity &&
		    other->source_latency == step->source_latency &&
		    delay_fits(step->delay, other->delay))
			return other;
	}
	return NULL;
}

static bool adopts(const struct step *step)
{
	return step->old && step->kernel->adopt && guard_whole(step->old->guard);
}

/* For how many frames the step must run, once its inputs are ready. */
static int warmup_of(const struct step *step)
{
	int dry = step->guard && step->guard->delay ? step->latency : 0;

	if (step->delay)
		return step->old ? 0 : step->latency;
	if (!step->kernel)
		return 0;
	if (!adopts(step))
		return larger(step->warmup, dry);
	if (step->guard && guard_fits(step->guard, step->old->guard))
		dry = 0;
	/* Whether its inputs come with a different delay than in the old plan. */
	if (step->source_latency != step->old->source_latency)
		dry = larger(dry, step->latency);
	return larger(step->rewarm, dry);
}

/* ---- when it begins -------------------------------------------------------------- */

static int heard(const struct step *step)
{
	int ready = 0;

	for (int i = 0; i < step->from_count; i++)
		ready = larger(ready, step->from[i]->ready);
	return ready;
}

/* How long a step takes, and which step lends it audio meanwhile. */
static void expect(struct step *step, const struct plan *now)
{
	step->old = step->delay    ? find_delay(now, step)
		    : step->kernel ? find_node(now, step)
				   : NULL;
	step->lead = warmup_of(step);
	step->due = 0;
	step->waits = true;
	if (step->lent && step->old && step->old->past == step->past) {
		step->lender = step->old;
		step->lender->heir = step;
		step->ready = 0;
		return;
	}
	step->ready = heard(step);
	/* A step is ready when its inputs are ready and its memory has filled. */
	if (step->ready > 0)
		step->lead = larger(step->lead, step->latency);
	step->ready += step->lead;
}

/* A step must be ready before the steps that it feeds, unless these use its lender. */
static void time_step(struct step *step)
{
	if (!step->lender)
		step->lead += step->due;
	for (int i = 0; i < step->from_count; i++)
		step->from[i]->due = larger(step->from[i]->due, step->lead);
}

/* The longest wait: 2 s, or the latency of an output if that is longer, because frames
 * would be missing there. */
static int patience(const struct plan *plan)
{
	int most = 2 * plan->rate;

	for (int i = 0; i < plan->node_count; i++)
		most = larger(most, plan->latency[i]);
	return most;
}

int warm_begin(struct plan *next, struct plan *now)
{
	int longest = 0, most = patience(next),
	    turns = (next->step_count - 1) / AT_ONCE * GRID_FRAMES;

	for (int i = 0; i < next->step_count; i++)
		expect(&next->steps[i], now);
	for (int i = next->step_count - 1; i >= 0; i--) {
		time_step(&next->steps[i]);
		longest = larger(longest, next->steps[i].lead);
	}
	longest = longest < most ? longest : most;
	return larger((longest + GRID_FRAMES - 1) / GRID_FRAMES * GRID_FRAMES, turns);
}

/* ---- it begins ------------------------------------------------------------------- */

/* Only one of two plans at a time may use the foreign handle. */
static void pair_twins(struct step *step, struct step *old)
{
	step->twin = old->twin = NULL;
	if (step->external && step->piece.handle && step->resident == old->resident) {
		step->twin = old;
		old->twin = step;
	}
}

static void begin(struct step *step, uint64_t frame)
{
	struct step *old = step->old;

	step->waits = false;
	if (!old)
		return;
	if (step->delay)
		delay_adopt(step->delay, old->delay, frame);
	if (step->guard) {
		pair_twins(step, old);
		guard_adopt(step->guard, old->guard, frame);
	}
	if (step->kernel && adopts(step))
		step->kernel->adopt(step->state, old->state);
}

/* Whether a step may begin early: each of its inputs must run or be lent. */
static bool is_fed(const struct step *step)
{
	for (int i = 0; i < step->from_count; i++)
		if (step->from[i]->waits && !step->from[i]->lender)
			return false;
	return step->lender;
}

/* Begins all steps that must begin now, and as many others as spread the rest
 * evenly. */
void warm_line(struct plan *next, int left, uint64_t frame)
{
	int early = -left / GRID_FRAMES * AT_ONCE;

	for (int i = 0; i < next->step_count; i++)
		early += next->steps[i].waits;
	for (int i = 0; i < next->step_count; i++) {
		struct step *step = &next->steps[i];
		bool must = step->lead > left - GRID_FRAMES;
		if (!step->waits || (!must && (early <= 0 || !is_fed(step))))
			continue;
		begin(step, frame);
		early--;
	}
}

void warm_end(struct plan *next)
{
	for (int i = 0; i < next->step_count; i++) {
		struct step *step = &next->steps[i];
		if (step->lender)
			step->lender->heir = NULL;
		step->lender = NULL;
	}
}

void warm_part(struct plan *now)
{
	for (int i = 0; i < now->step_count; i++)
		now->steps[i].twin = NULL;
}

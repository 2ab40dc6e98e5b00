/* rt.c - the audio thread: takes the newest values, runs the plan, fades plans,
 * publishes meters. It may do arithmetic, use its plan and the hand-overs. It may not
 * allocate, lock, log, make a system call, wake another thread, or fail.
 *
 *   ports -> inputs -> run_steps() -> fades -> ports
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/audio/rt.h"

#include "daemon/base/cycles.h"
#include "daemon/audio/plan.h"
#include "daemon/audio/warm.h"

#include <math.h>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

/* Above this share of the period two plans at once do not fit. */
static const float load_for_two = 0.85f / 2;

/* Denormal numbers take a hundred times as long and are inaudible. */
static void flush_denormals(void)
{
#if defined(__SSE__)
	_mm_setcsr(_mm_getcsr() | 0x8040); /* FTZ and DAZ */
#elif defined(__aarch64__)
	uint64_t fpcr;
	__asm__ __volatile__("mrs %0, fpcr" : "=r"(fpcr));
	__asm__ __volatile__("msr fpcr, %0" : : "r"(fpcr | 1 << 24)); /* FZ */
#endif
}

/* ---- one plan -------------------------------------------------------------------- */

static void take_values(struct plan *plan)
{
	if (!plan || !latest_take(&plan->latest))
		return;
	const struct snapshot *snapshot = &plan->snapshots[plan->latest.front];
	for (int i = 0; i < plan->step_count; i++) {
		struct step *step = &plan->steps[i];
		if (!step->kernel)
			continue;
		step->piece.values = (const float *)(snapshot->bytes + step->values_at);
		step->piece.numbers = snapshot->bytes + step->numbers_at;
	}
}

/* Samples above +60 dBFS, or not a number, are not audio: a single one would make every
 * later module that follows levels turn down for seconds. */
static const float loudest = 1000.0f;

/* Returns how many samples were not audio; these become silence. */
static int read_port(const float *port, float *to, int frames)
{
	int strays = 0;

	for (int i = 0; i < frames; i++) {
		bool audio = fabsf(port[i]) <= loudest;
		to[i] = audio ? port[i] : 0.0f;
		strays += !audio;
	}
	return strays;
}

static int read_ports(const struct plan *plan, float *const *ports, int offset,
		      int frames)
{
	int strays = 0;

	for (int i = 0; i < plan->input_count; i++) {
		int slot = plan->input_slots[i];
		float *to = plan->input_buffers[i];
		if (slot >= 0 && ports[slot])
			strays += read_port(ports[slot] + offset, to, frames);
		else
			memset(to, 0, sizeof(float) * (size_t)frames);
	}
	return strays;
}

/* Once for each block: finds the frame from which on the returns are zero to its
 * end. */
static void look_at_loop(struct loop *loop, float *const *ports, int block)
{
	loop->zero_from = 0;
	for (int c = 0; c < loop->channels; c++) {
		const float *port = loop->slots[c] >= 0 ? ports[loop->slots[c]] : NULL;
		int from = port ? block : 0;
		while (from > loop->zero_from && port[from - 1] == 0.0f)
			from--;
		loop->zero_from = from > loop->zero_from ? from : loop->zero_from;
	}
}

/* Reads what returns to a node's own ports. It looks ahead to the block's end, so that
 * a return that stops is detected at its first missing frame. */
static int read_loop(const struct rt *rt, struct loop *loop, float *const *ports,
		     int offset, int frames)
{
	const uint64_t looked = rt->frame - (uint64_t)offset + 1;
	int strays = 0;

	if (loop->looked != looked)
		look_at_loop(loop, ports, rt->block);
	loop->looked = looked;
	loop->outside.comes = COMES_AUDIO;
	for (int c = 0; c < loop->channels; c++) {
		int slot = loop->slots[c];
		if (slot >= 0 && ports[slot]) {
			strays +=
				read_port(ports[slot] + offset, loop->back[c], frames);
		} else {
			memset(loop->back[c], 0, sizeof(float) * (size_t)frames);
			loop->outside.comes = COMES_NOTHING;
		}
	}
	if (loop->outside.comes == COMES_AUDIO && strays > 0)
		loop->outside.comes = COMES_NO_AUDIO;
	else if (loop->outside.comes == COMES_AUDIO && offset >= loop->zero_from)
		loop->outside.comes = COMES_ZERO;
	return strays;
}

/* Copies what the same node makes in the other plan. */
static void copy_piece(float *const *to, float *const *from, const struct piece *piece)
{
	for (int c = 0; c < piece->channels; c++)
		memcpy(to[c], from[c], sizeof(float) * (size_t)piece->frames);
}

/* The guard of the previous step, if its outputs are exactly this step's inputs. */
static const struct guard *guard_above(const struct step *step,
				       const struct step *before)
{
	if (!before || before->lender || before->waits || !before->guard ||
	    !step->piece.in || before->piece.channels != step->piece.channels)
		return NULL;
	for (int c = 0; c < step->piece.channels; c++)
		if (step->piece.in[c] != before->piece.out[c])
			return NULL;
	return before->guard;
}

static void run_node(struct step *step, const struct step *before, bool audible)
{
	struct piece *piece = &step->piece;

	if (step->twin && !audible)
		copy_piece(piece->out, step->twin->piece.out, piece);
	else if (guard_before(step->guard, piece, guard_above(step, before)))
		step->process(step->state, piece);
	guard_after(step->guard, piece, audible);
}

static void run_step(struct step *step, const struct step *before, bool audible)
{
	if (step->guard)
		run_node(step, before, audible);
	else
		step->process(step->state, &step->piece);
	if (step->heir)
		copy_piece(step->heir->lent, step->piece.out, &step->piece);
}

/* Whoever looks at this node sees its piece. */
static void show_step(const struct step *step, struct view *const *views, int count)
{
	for (int i = 0; i < count; i++)
		if (views[i]->identity == step->identity)
			view_write(views[i], &step->piece, step->guard->dry_in);
}

static void run_steps(struct rt *rt, struct plan *plan, int frames, bool audible,
		      float percent_per_cycle)
{
	struct view *views[VIEW_SLOTS];
	int viewed = audible ? views_load(&rt->views, views) : 0;
	uint64_t frame = rt->frame, before = cycles_now();

	for (int i = 0; i < plan->step_count; i++) {
		struct step *step = &plan->steps[i];
		step->piece.frame = frame;
		step->piece.frames = frames;
		if (!step->waits)
			run_step(step, i > 0 ? step - 1 : NULL, audible);
		if (step->lender)
			copy_piece(step->piece.out, step->lent, &step->piece);
		if (viewed && step->guard)
			show_step(step, views, viewed);
		uint64_t after = cycles_now();
		if (step->guard)
			*step->guard->load =
				(float)(after - before) * percent_per_cycle;
		before = after;
	}
}

static void run_plan(struct rt *rt, struct plan *plan, float *const *ports, int offset,
		     int frames)
{
	bool audible = plan == rt->now;
	double cycles = rt->orders.cycles_per_frame * frames;

	int strays = read_ports(plan, ports, offset, frames);
	for (int i = 0; i < plan->loop_count; i++)
		strays += read_loop(rt, &plan->loops[i], ports, offset, frames);
	run_steps(rt, plan, frames, audible,
		  cycles > 0 ? (float)(100.0 / cycles) : 0.0f);
	if (!audible)
		return;
	folds_add(&plan->meters, plan->readings);
	rt->report.strays += (uint64_t)strays;
}

/* ---- from plan to plan ----------------------------------------------------------- */

static void start_fade(struct rt *rt)
{
	warm_end(rt->next);
	rt->old = rt->now;
	rt->now = rt->next;
	rt->next = NULL;
	rt->phase = RT_FADE;
	rt->left = rt->swap.length;
	rt->swap.at = 0;
}

static void take_plan(struct rt *rt)
{
	rt->next = handover_take(&rt->plans_in);
	if (!rt->next)
		return;
	if (!rt->now) {
		rt->now = rt->next;
		rt->next = NULL;
		return;
	}
	if (rt->orders.real_time && rt->report.load > load_for_two) {
		rt->phase = RT_DIP;
		rt->left = rt->dip.length;
		rt->report.dips++;
		return;
	}
	rt->phase = RT_WARM;
	rt->left = warm_begin(rt->next, rt->now);
}

/* Gives the old plan back to be freed; tries again later if the mailbox is full. */
static void give_back(struct rt *rt)
{
	if (!rt->old || !handover_empty(&rt->plans_out))
		return;
	handover_put(&rt->plans_out, rt->old);
	rt->old = NULL;
}

static void end_swap(struct rt *rt)
{
	warm_part(rt->now);
	rt->phase = RT_STEADY;
}

static void end_dip(struct rt *rt)
{
	warm_begin(rt->next, rt->now);
	warm_line(rt->next, 0, rt->frame);
	warm_end(rt->next);
	rt->old = rt->now;
	rt->now = rt->next;
	rt->next = NULL;
	end_swap(rt);
}

/* On each grid line: begins and ends the phases between two plans. */
static void turn_plans(struct rt *rt)
{
	if (rt->phase == RT_FADE && rt->left <= 0)
		end_swap(rt);
	if (rt->phase == RT_DIP && rt->left <= 0)
		end_dip(rt);
	if (rt->phase == RT_STEADY) {
		give_back(rt);
		if (!rt->old)
			take_plan(rt);
	}
	if (rt->phase == RT_WARM)
		warm_line(rt->next, rt->left, rt->frame);
	if (rt->phase == RT_WARM && rt->left <= 0)
		start_fade(rt);
}

static void on_grid_line(struct rt *rt)
{
	turn_plans(rt);
	take_values(rt->now);
	take_values(rt->next);
	if (rt->phase == RT_FADE)
		take_values(rt->old);
	if (rt->now) {
		const struct plan *now = rt->now;
		rt->report.plan = now->id;
		rt->report.serial = now->snapshots[now->latest.front].serial;
	}
}

/* ---- to the ports ---------------------------------------------------------------- */

static const float silence[GRID_FRAMES];

static const float *output_of(const struct plan *plan, int slot)
{
	return plan && plan->output[slot] ? plan->output[slot] : silence;
}

static bool level_rises(const struct rt *rt)
{
	return rt->now && !rt->orders.fade_out;
}

static bool dip_rises(const struct rt *rt)
{
	return rt->phase != RT_DIP;
}

static void write_port(const struct rt *rt, int slot, float *port, int frames)
{
	const float *now = output_of(rt->now, slot);

	if (rt->phase == RT_FADE)
		fade_mix(&rt->swap, true, output_of(rt->old, slot), now, port, frames);
	else
		memcpy(port, now, sizeof(float) * (size_t)frames);
	if (!fade_on(&rt->level) || !level_rises(rt))
		fade_mix(&rt->level, level_rises(rt), silence, port, port, frames);
	if (!fade_on(&rt->dip) || !dip_rises(rt))
		fade_mix(&rt->dip, dip_rises(rt), silence, port, port, frames);
}

static void write_ports(struct rt *rt, float *const *ports, const bool *is_output,
			int offset, int frames)
{
	for (int first = 0; first < PORTS_MAX; first += 8) {
		uint64_t any; /* slots eight at a time; most are not outputs */
		memcpy(&any, is_output + first, sizeof(any));
		for (int slot = first; any && slot < first + 8; slot++)
			if (ports[slot] && is_output[slot])
				write_port(rt, slot, ports[slot] + offset, frames);
	}
	if (rt->phase == RT_FADE)
		fade_walk(&rt->swap, true, frames);
	fade_walk(&rt->level, level_rises(rt), frames);
	fade_walk(&rt->dip, dip_rises(rt), frames);
}

/* ---- the cycle ------------------------------------------------------------------- */

static void take_orders(struct rt *rt)
{
	if (latest_take(&rt->orders_in))
		rt->orders = rt->orders_buffers[rt->orders_in.front];
}

/* The load is smoothed over about a third of a second. */
static void account(struct rt *rt, uint64_t cycles, int frames)
{
	double there = rt->orders.cycles_per_frame * frames;

	if (there <= 0 || !rt->now)
		return;
	float load = (float)((double)cycles / there);
	float weight = 3 * (float)frames / (float)rt->now->rate;
	rt->report.load += (weight < 1 ? weight : 1) * (load - rt->report.load);
	if (load > rt->report.worst)
		rt->report.worst = load;
	if (load > 1)
		rt->report.late++;
}

static void send_report(struct rt *rt)
{
	rt->report.frame = rt->frame;
	rt->report.phase = rt->phase;
	rt->report.silent = rt->orders.fade_out && fade_off(&rt->level);
	rt->reports_buffers[rt->reports_out.back] = rt->report;
	latest_publish(&rt->reports_out);
	if (rt->now)
		folds_publish(&rt->now->meters);
}

/* Plays up to the next grid line or the block's end. */
static void run_piece(struct rt *rt, float *const *ports, const bool *is_output,
		      int offset, int frames)
{
	if (rt->now)
		run_plan(rt, rt->now, ports, offset, frames);
	if (rt->phase == RT_FADE)
		run_plan(rt, rt->old, ports, offset, frames);
	if (rt->phase == RT_WARM)
		run_plan(rt, rt->next, ports, offset, frames);
	write_ports(rt, ports, is_output, offset, frames);
	if (rt->phase != RT_STEADY)
		rt->left -= frames;
	rt->frame += (uint64_t)frames;
}

void rt_run(struct rt *rt, float *const ports[PORTS_MAX],
	    const bool is_output[PORTS_MAX], int frames)
{
	uint64_t began = cycles_now();

	flush_denormals();
	take_orders(rt);
	rt->block = frames;
	for (int done = 0; done < frames;) {
		int to_line = GRID_FRAMES - (int)(rt->frame % GRID_FRAMES);
		int some = frames - done < to_line ? frames - done : to_line;
		if (to_line == GRID_FRAMES || !rt->now)
			on_grid_line(rt);
		run_piece(rt, ports, is_output, done, some);
		done += some;
	}
	account(rt, cycles_now() - began, frames);
	send_report(rt);
}

/* build.c - makes a plan of a rack: a flat array of steps, buffers and compensating
 * delays, in one arena. Worker thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/worker/build.h"

#include "daemon/base/hash.h"
#include "daemon/base/arena.h"
#include "daemon/base/event.h"
#include "daemon/base/memory.h"
#include "daemon/worker/build_ports.h"
#include "daemon/worker/draft.h"
#include "daemon/rack/param.h"

#include <stdio.h>
#include <stdlib.h>

enum { FADE_MS = 20, WARMUP_SECONDS_MAX = 2 };

struct building {
	struct builder *builder;
	struct plan *plan;
	struct draft draft;
	float *silence;
	float *(*buffers)[CHANNELS_MAX]; /* [signals] */
	uint64_t *pasts;                 /* [signals] */
	int *last_use;                   /* [signals] step, or -1 */
	float **spare;                   /* buffers that no later step reads */
	int spare_count;
	struct fade fade;
};

/* ---- buffers --------------------------------------------------------------------- */

static float *take_buffer(struct building *b)
{
	if (b->spare_count > 0)
		return b->spare[--b->spare_count];
	return arena_alloc(b->plan->arena, sizeof(float) * GRID_FRAMES);
}

static void own_buffers(struct building *b, int signal)
{
	for (int c = 0; c < b->draft.signals[signal].channels; c++)
		b->buffers[signal][c] =
			arena_alloc(b->plan->arena, sizeof(float) * GRID_FRAMES);
}

static void begin_input(struct building *b, int input)
{
	uint32_t identity = b->plan->input_residents[input]->identity;

	own_buffers(b, input);
	b->pasts[input] = hash64(0, &identity, sizeof(identity));
}

static const struct node *node_of(const struct building *b,
				  const struct draft_step *step)
{
	return step->kind == DRAFT_NODE ? &b->plan->rack->nodes[step->node] : NULL;
}

/* Ports read after all steps; the twin of a foreign node reads from the other plan. */
static bool outlives_steps(const struct node *node)
{
	return node &&
	       (node->kind == NODE_OUTPUT || (node->module->flags & MODULE_EXTERNAL));
}

/* A node works in place only if neither a step nor the dry path reads its input
 * later. */
static bool fits_in_place(const struct building *b, int index)
{
	const struct draft_step *step = &b->draft.steps[index];
	const struct node *node = node_of(b, step);

	if (!node || node->kind != NODE_MODULE || outlives_steps(node) ||
	    b->draft.latency[step->node] == 0 || step->in[0] == NO_SIGNAL)
		return false;
	for (int side = 0; side < SIDES_MAX; side++)
		if (step->side[side] == step->in[0])
			return false;
	return step->in[0] >= b->plan->rack->input_count &&
	       b->last_use[step->in[0]] == index &&
	       b->draft.signals[step->in[0]].channels == node->channels;
}

static void release(struct building *b, int signal, int index)
{
	if (signal < b->plan->rack->input_count || b->last_use[signal] != index)
		return;
	b->last_use[signal] = -1; /* once only */
	for (int c = 0; c < b->draft.signals[signal].channels; c++)
		b->spare[b->spare_count++] = b->buffers[signal][c];
}

static void lay_out_buffers(struct building *b, int index)
{
	const struct draft_step *step = &b->draft.steps[index];

	if (fits_in_place(b, index)) {
		memcpy(b->buffers[step->out], b->buffers[step->in[0]],
		       sizeof(b->buffers[0]));
		b->last_use[step->in[0]] = -1;
	} else if (outlives_steps(node_of(b, step))) {
		own_buffers(b, step->out);
		b->last_use[step->out] = b->draft.step_count;
	} else {
		for (int c = 0; c < b->draft.signals[step->out].channels; c++)
			b->buffers[step->out][c] = take_buffer(b);
	}
	for (int i = 0; i < step->in_count; i++)
		if (step->in[i] != NO_SIGNAL)
			release(b, step->in[i], index);
	for (int side = 0; side < SIDES_MAX; side++)
		if (step->side[side] != NO_SIGNAL)
			release(b, step->side[side], index);
	release(b, step->out, index); /* outputs that no step reads */
}

static void find_last_uses(struct building *b)
{
	for (int i = 0; i < b->draft.step_count; i++) {
		const struct draft_step *step = &b->draft.steps[i];
		b->last_use[step->out] = i;
		for (int j = 0; j < step->in_count; j++)
			if (step->in[j] != NO_SIGNAL)
				b->last_use[step->in[j]] = i;
		for (int side = 0; side < SIDES_MAX; side++)
			if (step->side[side] != NO_SIGNAL)
				b->last_use[step->side[side]] = i;
	}
}

/* A signal as `channels` pointers: mono goes to all channels, missing ones are
 * silent. */
static const float *const *spread(struct building *b, int signal, int channels)
{
	const float **pointers =
		arena_alloc(b->plan->arena, sizeof(*pointers) * (size_t)channels);
	int have = signal == NO_SIGNAL ? 0 : b->draft.signals[signal].channels;

	for (int c = 0; c < channels; c++)
		pointers[c] = have == 1  ? b->buffers[signal][0]
			      : c < have ? b->buffers[signal][c]
					 : b->silence;
	return pointers;
}

/* ---- steps ----------------------------------------------------------------------- */

static void make_sum(struct building *b, const struct draft_step *draft,
		     struct step *step)
{
	struct sum *sum = arena_alloc(b->plan->arena, sizeof(*sum));

	sum->count = draft->in_count;
	sum->in = arena_alloc(b->plan->arena, sizeof(*sum->in) * (size_t)sum->count);
	for (int i = 0; i < sum->count; i++)
		sum->in[i] =
			(const float **)spread(b, draft->in[i], step->piece.channels);
	step->state = sum;
	step->process = sum_process;
}

static void make_delay(struct building *b, const struct draft_step *draft,
		       struct step *step)
{
	const struct plan *plan = b->plan;
	int origin = b->draft.signals[draft->in[0]].origin;

	step->delay = delay_create(plan->arena, step->piece.channels, draft->frames);
	step->latency = draft->frames;
	step->source_latency = b->draft.signals[draft->in[0]].latency;
	step->identity = origin < 0 ? plan->input_residents[-1 - origin]->identity
				    : plan->residents[origin]->identity;
	step->state = step->delay;
	step->process = delay_process;
	step->piece.in = spread(b, draft->in[0], step->piece.channels);
}

struct delay *delay_create(struct arena *arena, int channels, int frames)
{
	struct delay *delay = arena_alloc(arena, sizeof(*delay));
	size_t size = 2 * (size_t)GRID_FRAMES;

	while (size < (size_t)frames + 2 * (size_t)GRID_FRAMES)
		size *= 2;
	delay->frames = frames;
	delay->channels = channels;
	delay->mask = size - 1;
	for (int c = 0; c < channels; c++)
		delay->ring[c] = arena_alloc(arena, sizeof(float) * size);
	return delay;
}

/* `memory`: the range that init() allocated. */
static void make_guard(struct building *b, const struct node *node, struct step *step,
		       void *memory, size_t bytes)
{
	struct plan *plan = b->plan;
	struct guard *guard = arena_alloc(plan->arena, sizeof(*guard));
	void *image = arena_alloc(plan->arena, bytes);
	int params = params_total(node->module, true);

	memcpy(image, memory, bytes);
	*guard = (struct guard) { .state = memory,
				  .image = image,
				  .bytes = bytes,
				  .restored = bytes,
				  .rate = plan->rate,
				  .wet = b->fade,
				  .dead = step->resident->failed,
				  .bypass = params_total(node->module, false),
				  .release = params,
				  .tap = step->resident->tap,
				  .dry_in = step->piece.in };
	if (step->latency > 0 || !step->piece.in) {
		for (int c = 0; c < node->channels; c++)
			guard->dry[c] =
				arena_alloc(plan->arena, sizeof(float) * GRID_FRAMES);
		const float **dry = arena_alloc(plan->arena, sizeof(guard->dry));
		memcpy(dry, guard->dry, sizeof(guard->dry));
		guard->dry_in = dry;
	}
	if (step->latency > 0 && step->piece.in)
		guard->delay = delay_create(plan->arena, node->channels, step->latency);
	step->piece.dry = guard->dry_in;
	step->guard = guard;
}

/* The slots of the host's meters among a node's slots. */
static void point_meters(struct guard *guard, const struct node *node, float *slots)
{
	int slot = meters_total(node->module, node->channels, false);

	for (int i = 0; i < host_meter_count; i++) {
		const struct meter *row = &host_meters[i];
		if (strcmp(row->id, "in") == 0)
			guard->in_peak = &slots[slot];
		else if (strcmp(row->id, "out") == 0)
			guard->out_peak = &slots[slot];
		else if (strcmp(row->id, "load") == 0)
			guard->load = &slots[slot];
		slot += row->flags & METER_PER_CHANNEL ? node->channels : 1;
	}
	guard->tripped = &slots[slot + HIDDEN_TRIPPED];
	guard->latch = &slots[slot + HIDDEN_LATCHED];
	guard->dropped = &slots[slot + HIDDEN_DROPPED];
}

static void make_loop(struct building *b, int place, struct step *step)
{
	struct plan *plan = b->plan;
	struct loop *loop = &plan->loops[plan->loop_count++];

	loop->node = place;
	loop->channels = step->piece.channels;
	for (int c = 0; c < loop->channels; c++) {
		loop->send[c] = arena_alloc(plan->arena, sizeof(float) * GRID_FRAMES);
		loop->back[c] = arena_alloc(plan->arena, sizeof(float) * GRID_FRAMES);
	}
	loop->outside.send = loop->send;
	loop->outside.back = (const float *const *)loop->back;
	step->piece.outside = &loop->outside;
}

static void make_node(struct building *b, const struct draft_step *draft,
		      struct step *step)
{
	struct plan *plan = b->plan;
	const struct node *node = &plan->rack->nodes[draft->node];
	const struct module *module = node->module;
	struct setup setup = rack_setup(plan->rack, draft->node, plan->rate);
	const struct place *place = &plan->places[draft->node];
	void *mark = arena_mark(plan->arena);
	int warmup = module->warmup ? module->warmup(&setup) : 0;
	int longest = WARMUP_SECONDS_MAX * plan->rate;

	step->state = module->init(plan->arena, &setup);
	size_t bytes = (size_t)((char *)arena_mark(plan->arena) - (char *)mark);
	step->kernel = module->kernels[b->builder->isa]
			       ? module->kernels[b->builder->isa]
			       : module->kernels[ISA_BASE];
	step->process = step->kernel->process;
	step->resident = plan->residents[draft->node];
	step->external = module->flags & MODULE_EXTERNAL;
	step->identity = step->resident->identity;
	int rewarm = module->rewarm ? module->rewarm(&setup) : 0;
	step->warmup = warmup > longest ? longest : warmup;
	step->rewarm = rewarm > longest ? longest : rewarm;
	step->latency = b->draft.latency[draft->node];
	step->source_latency = b->draft.signals[draft->out].latency - step->latency;
	step->values_at = place->at;
	step->numbers_at = place->numbers_at;
	if (!(module->flags & MODULE_GENERATOR))
		step->piece.in = spread(b, draft->in[0], node->channels);
	for (int side = 0; side < SIDES_MAX; side++)
		if (draft->side[side] != NO_SIGNAL)
			step->piece.side[side] =
				spread(b, draft->side[side], node->channels);
	step->piece.meters = plan->readings + plan->meters_at[draft->node];
	step->piece.handle = step->resident->handle;
	if (module->flags & MODULE_PORTS)
		make_loop(b, draft->node, step);
	if (node->kind == NODE_MODULE) {
		step->lent = arena_alloc(plan->arena, sizeof(float *) * CHANNELS_MAX);
		for (int c = 0; c < node->channels; c++)
			step->lent[c] =
				arena_alloc(plan->arena, sizeof(float) * GRID_FRAMES);
		make_guard(b, node, step, mark, bytes);
		point_meters(step->guard, node, step->piece.meters);
	}
	plan->latency[draft->node] = b->draft.signals[draft->out].latency;
}

static void hear(struct building *b, struct step *step, int signal)
{
	for (int i = 0; i < b->plan->step_count; i++)
		if (b->draft.steps[i].out == signal)
			step->from[step->from_count++] = &b->plan->steps[i];
}

static uint64_t past_of(const struct building *b, const struct draft_step *draft,
			const struct step *step)
{
	const struct plan *plan = b->plan;
	uint64_t hash = hash64(0, &step->identity, sizeof(step->identity));

	if (draft->kind == DRAFT_NODE) {
		struct setup setup = rack_setup(plan->rack, draft->node, plan->rate);
		uint64_t form =
			resident_form(plan->rack->nodes[draft->node].module, &setup);
		hash = hash64(hash, &form, sizeof(form));
	}
	hash = hash64(hash, &step->latency, sizeof(step->latency));
	for (int i = 0; i < draft->in_count + SIDES_MAX; i++) {
		int signal = i < draft->in_count ? draft->in[i]
						 : draft->side[i - draft->in_count];
		uint64_t past = signal == NO_SIGNAL ? 0 : b->pasts[signal];
		hash = hash64(hash, &past, sizeof(past));
	}
	return hash;
}

static void link_steps(struct building *b, const struct draft_step *draft,
		       struct step *step)
{
	step->from = arena_alloc(b->plan->arena,
				 sizeof(*step->from) * (SOURCES_MAX + SIDES_MAX));
	for (int i = 0; i < draft->in_count; i++)
		hear(b, step, draft->in[i]);
	for (int side = 0; side < SIDES_MAX; side++)
		hear(b, step, draft->side[side]);
}

static int by_identity(const void *a, const void *b)
{
	uint32_t left = (*(struct step *const *)a)->identity;
	uint32_t right = (*(struct step *const *)b)->identity;

	return (left > right) - (left < right);
}

static void make_steps(struct building *b)
{
	struct plan *plan = b->plan;
	int count = plan->step_count = b->draft.step_count;

	plan->steps = arena_alloc(plan->arena, sizeof(*plan->steps) * (size_t)count);
	plan->loops = arena_alloc(plan->arena,
				  sizeof(*plan->loops) * (size_t)plan->node_count);
	plan->kept = arena_alloc(plan->arena, sizeof(*plan->kept) * (size_t)count);
	for (int i = 0; i < count; i++) {
		const struct draft_step *draft = &b->draft.steps[i];
		struct step *step = &plan->steps[i];
		lay_out_buffers(b, i);
		step->piece.channels = b->draft.signals[draft->out].channels;
		step->piece.out =
			(float *const *)spread(b, draft->out, step->piece.channels);
		if (draft->kind == DRAFT_SUM)
			make_sum(b, draft, step);
		else if (draft->kind == DRAFT_DELAY)
			make_delay(b, draft, step);
		else
			make_node(b, draft, step);
		link_steps(b, draft, step);
		b->pasts[draft->out] = step->past = past_of(b, draft, step);
		if (draft->kind == DRAFT_NODE)
			plan->kept[plan->kept_count++] = step;
	}
	qsort(plan->kept, (size_t)plan->kept_count, sizeof(*plan->kept), by_identity);
}

/* ---- values and meters ----------------------------------------------------------- */

static size_t whole_lines(size_t bytes)
{
	return (bytes + 63) / 64 * 64;
}

static void lay_out_snapshots(struct plan *plan)
{
	size_t nodes = (size_t)plan->rack->node_count, bytes = 0;

	plan->places = memory_zeroed(nodes, sizeof(*plan->places));
	for (int i = 0; i < plan->rack->node_count; i++) {
		const struct node *node = &plan->rack->nodes[i];
		struct place *place = &plan->places[i];
		struct setup setup = rack_setup(plan->rack, i, plan->rate);
		if (node->kind == NODE_RACK)
			continue;
		place->value_count = node_params(node);
		place->at = bytes;
		place->bytes =
			whole_lines(sizeof(float) * (size_t)(place->value_count + 1));
		place->numbers_at = bytes + place->bytes;
		if (node->module->numbers_bytes)
			place->bytes +=
				whole_lines(node->module->numbers_bytes(&setup));
		bytes += place->bytes;
	}
	plan->master = arena_alloc(plan->arena, bytes);
	for (int i = 0; i < LATEST_BUFFERS; i++) {
		struct snapshot *snapshot = &plan->snapshots[i];
		snapshot->bytes = arena_alloc(plan->arena, bytes);
		snapshot->versions =
			arena_alloc(plan->arena, sizeof(*snapshot->versions) * nodes);
	}
	latest_init(&plan->latest);
}

/* What measure() writes comes up from the meter thread: resident.c. */
static unsigned char slot_fold(const struct node *node, int slot)
{
	const struct meter *row = meter_row(node->module, node->channels, slot);
	bool elsewhere = node->module->measure && row->flags & METER_MEASURED;

	return elsewhere ? FOLD_ELSEWHERE : (unsigned char)row->fold;
}

static void lay_out_meters(struct plan *plan)
{
	int slots = 0;

	plan->meters_at = memory_zeroed((size_t)plan->rack->node_count, sizeof(int));
	for (int i = 0; i < plan->rack->node_count; i++) {
		const struct node *node = &plan->rack->nodes[i];
		plan->meters_at[i] = node->kind == NODE_RACK ? -1 : slots;
		if (node->kind != NODE_RACK)
			slots += node_meters(node) + HIDDEN_COUNT;
	}
	unsigned char *fold = arena_alloc(plan->arena, (size_t)slots);
	for (int i = 0; i < plan->rack->node_count; i++) {
		const struct node *node = &plan->rack->nodes[i];
		if (node->kind == NODE_RACK)
			continue;
		unsigned char *first = fold + plan->meters_at[i];
		int own = node_meters(node);
		for (int j = 0; j < own; j++)
			first[j] = slot_fold(node, j);
		first[own + HIDDEN_TRIPPED] = FOLD_SUM;
		first[own + HIDDEN_LATCHED] = FOLD_LAST;
		first[own + HIDDEN_DROPPED] = FOLD_SUM;
	}
	plan->readings = arena_alloc(plan->arena, sizeof(float) * (size_t)slots);
	folds_init(&plan->meters, plan->arena, slots, fold);
}

/* ---- the plan -------------------------------------------------------------------- */

static void join_residents(struct building *b)
{
	struct plan *plan = b->plan;
	const struct rack *rack = plan->rack;
	char error[EVENT_TEXT_BYTES];

	plan->input_residents = memory_zeroed((size_t)rack->input_count,
					      sizeof(*plan->input_residents));
	plan->residents =
		memory_zeroed((size_t)rack->node_count, sizeof(*plan->residents));
	for (int i = 0; i < rack->input_count; i++)
		plan->input_residents[i] = resident_join(
			&b->builder->residents, rack->inputs[i].name,
			rack->inputs[i].channels, NULL, NULL, error, sizeof(error));
	for (int i = 0; i < rack->node_count; i++) {
		const struct node *node = &rack->nodes[i];
		struct setup setup = rack_setup(rack, i, plan->rate);
		if (node->kind == NODE_RACK)
			continue;
		plan->residents[i] = resident_join(&b->builder->residents, node->path,
						   node->channels, node->module, &setup,
						   error, sizeof(error));
		if (plan->residents[i]->failed)
			text_add(&plan->problems, "%s: %s; it passes its input\n",
				 node->path, error);
		else if (error[0])
			text_add(&plan->problems, "%s: %s\n", node->path, error);
	}
}

struct plan *plan_build(struct builder *builder, struct rack *rack)
{
	struct arena *arena = arena_take(&builder->arenas);
	struct plan *plan = arena_alloc(arena, sizeof(*plan));
	struct building b = { .builder = builder, .plan = plan };

	plan->id = ++builder->built;
	plan->arena = arena;
	plan->rate = builder->rate;
	plan->rack = rack;
	plan->node_count = rack->node_count;
	plan->latency = memory_zeroed((size_t)rack->node_count, sizeof(int));
	plan->same = memory_zeroed((size_t)rack->node_count, sizeof(int));
	join_residents(&b);
	draft_init(&b.draft, rack, plan->rate);
	b.buffers = memory_zeroed((size_t)b.draft.signal_count, sizeof(*b.buffers));
	b.pasts = memory_zeroed((size_t)b.draft.signal_count, sizeof(*b.pasts));
	b.last_use = memory_zeroed((size_t)b.draft.signal_count, sizeof(int));
	b.spare = memory_zeroed((size_t)b.draft.signal_count * CHANNELS_MAX,
				sizeof(float *));
	b.silence = arena_alloc(arena, sizeof(float) * GRID_FRAMES);
	fade_init(&b.fade, arena, fade_frames(plan->rate, FADE_MS));
	for (int i = 0; i < rack->input_count; i++)
		begin_input(&b, i);
	find_last_uses(&b);
	lay_out_snapshots(plan);
	lay_out_meters(plan);
	make_steps(&b);
	plan_add_ports(plan, &b.draft, b.buffers);
	arena_lock(arena);
	draft_finish(&b.draft);
	free(b.buffers);
	free(b.pasts);
	free(b.last_use);
	free(b.spare);
	return plan;
}

void plan_destroy(struct builder *builder, struct plan *plan)
{
	if (!plan)
		return;
	for (int i = 0; i < plan->rack->input_count; i++)
		resident_leave(&builder->residents, plan->input_residents[i]);
	for (int i = 0; i < plan->rack->node_count; i++)
		if (plan->residents[i])
			resident_leave(&builder->residents, plan->residents[i]);
	rack_destroy(plan->rack);
	free(plan->input_residents);
	free(plan->residents);
	free(plan->latency);
	free(plan->same);
	free(plan->places);
	free(plan->meters_at);
	free(plan->ports);
	free(plan->port_buffers);
	text_finish(&plan->problems);
	arena_leave(&builder->arenas, plan->arena);
}

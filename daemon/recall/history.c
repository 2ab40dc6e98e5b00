/* history.c - what was changed, step by step, and the way back. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/history.h"
#include "daemon/base/memory.h"

#include "daemon/base/clock.h"
#include "daemon/config/scene_file.h"
#include "daemon/desk/limit.h"
#include "daemon/rack/param.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEPT_ROOM = 64 }; /* changes of a step whose memory the next one may use */
static const double gesture_seconds = 1.0;
static const double ramp_seconds = 0.2;

struct entry {
	int node, param;
	float from, to;
};

struct step {
	uint64_t id;   /* never used twice */
	uint64_t call; /* of history_note() that began it */
	double time;   /* seconds since 1970 */
	double last;   /* monotonic; of the newest change in it */
	const void *origin;
	bool is_scene;
	char scene[2][SCENE_NAME_BYTES]; /* active before, after */
	struct entry *entries;
	int count, room;
	struct text text; /* as history_print() said it; cleared by a change */
};

/* Where the newest change of a param is. */
struct mark {
	uint64_t id;
	int64_t step;
	int entry;
};

struct history {
	struct desk *desk;
	struct follower follower;
	/* Step s lives at s % HISTORY_STEPS; those after `done` are undone. */
	struct step steps[HISTORY_STEPS];
	int64_t oldest, done, newest; /* oldest > newest: none */
	uint64_t id, call;
	int entries;
	int *first; /* [nodes] of its params in marks */
	struct mark *marks;
	int mark_count;
};

static struct step *step_at(const struct history *history, int64_t step)
{
	return (struct step *)&history->steps[step % HISTORY_STEPS];
}

/* ---- memory ----------------------------------------------------------------------------- */

static void marks_make(struct history *history, const struct rack *rack)
{
	free(history->first);
	free(history->marks);
	history->first =
		memory_zeroed((size_t)rack->node_count + 1, sizeof(*history->first));
	history->mark_count = 0;
	for (int i = 0; i < rack->node_count; i++) {
		history->first[i] = history->mark_count;
		history->mark_count += node_params(&rack->nodes[i]);
	}
	history->marks =
		memory_zeroed((size_t)history->mark_count + 1, sizeof(*history->marks));
}

/* Empties a slot. The memory of a small step stays for the next one. */
static void step_clear(struct history *history, struct step *step)
{
	struct step rest = { .entries = step->entries,
			     .room = step->room,
			     .text = step->text };

	history->entries -= step->count;
	if (step->room > KEPT_ROOM) {
		free(rest.entries);
		text_finish(&rest.text);
		rest.entries = NULL;
		rest.room = 0;
	}
	text_clear(&rest.text);
	*step = rest;
}

static void drop_oldest(struct history *history)
{
	step_clear(history, step_at(history, history->oldest++));
	if (history->done < history->oldest - 1)
		history->done = history->oldest - 1;
}

/* A new step drops the steps that were undone. */
static struct step *step_new(struct history *history)
{
	while (history->newest > history->done)
		step_clear(history, step_at(history, history->newest--));
	if (history->newest - history->oldest + 1 == HISTORY_STEPS)
		drop_oldest(history);
	struct step *step = step_at(history, ++history->newest);
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	history->done = history->newest;
	step->id = ++history->id;
	step->time = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
	return step;
}

static void step_add(struct history *history, struct step *step, struct entry entry)
{
	if (step->count == step->room) {
		step->room = step->room ? 2 * step->room : 4;
		step->entries = memory_resize(step->entries, (size_t)step->room,
					      sizeof(*step->entries));
	}
	struct mark *mark = &history->marks[history->first[entry.node] + entry.param];
	*mark = (struct mark) { step->id, history->newest, step->count };
	step->entries[step->count++] = entry;
	text_clear(&step->text);
	history->entries++;
	while (history->entries > HISTORY_CHANGES && history->oldest < history->newest)
		drop_oldest(history);
}

/* ---- what is done ----------------------------------------------------------------------- */

/* The step that this change continues, when it belongs to a gesture under way; or NULL. */
static struct step *gesture_of(const struct history *history,
			       const struct change *change, double now, int *entry)
{
	const struct mark *mark =
		&history->marks[history->first[change->node] + change->param];
	struct step *step = step_at(history, mark->step);

	if (!mark->id || step->id != mark->id || mark->step > history->done ||
	    step->is_scene || step->origin != change->origin ||
	    now - step->last >= gesture_seconds)
		return NULL;
	*entry = mark->entry;
	return step;
}

static void note_one(struct history *history, const struct rack *rack,
		     const struct change *change, double now)
{
	const struct node *node = &rack->nodes[change->node];
	float from = node->values[change->param], to;
	int at = 0;

	if (!scene_holds(node, change->param) || change->value != change->value)
		return;
	to = param_clamp(param_row(node->module, change->param), change->value);
	struct step *step = gesture_of(history, change, now, &at);
	if (step) {
		step->last = now;
		if (step->entries[at].to == to)
			return;
		step->entries[at].to = to;
		text_clear(&step->text);
		return;
	}
	if (from == to)
		return;
	step = history->done >= history->oldest ? step_at(history, history->done)
						: NULL;
	if (!step || step->call != history->call || step->origin != change->origin)
		step = step_new(history);
	step->call = history->call;
	step->origin = change->origin;
	step->last = now;
	step_add(history, step,
		 (struct entry) { change->node, change->param, from, to });
}

void history_note(struct history *history, const struct change *changes, int count,
		  double now)
{
	history->call++;
	for (int i = 0; i < count; i++)
		note_one(history, history->desk->rack, &changes[i], now);
}

/* A scene that is loaded is one step, whatever it changes. */
static void note_scene(struct history *history, const struct action *action)
{
	const struct rack *rack = history->desk->rack;
	struct step *step = NULL;

	history->call++;
	for (int i = 0; i < action->count; i++) {
		const struct change *change = &action->changes[i];
		const struct node *node = &rack->nodes[change->node];
		float from = node->values[change->param];
		float to = param_clamp(param_row(node->module, change->param),
				       change->value);
		if (from == to)
			continue;
		if (!step) {
			step = step_new(history);
			step->is_scene = true;
			snprintf(step->scene[0], sizeof(step->scene[0]), "%s",
				 action->scene_before);
			snprintf(step->scene[1], sizeof(step->scene[1]), "%s",
				 action->scene_after);
		}
		step_add(history, step,
			 (struct entry) { change->node, change->param, from, to });
	}
}

static void on_before(void *context, const struct action *action)
{
	struct history *history = context;

	if (action->scene_after) {
		note_scene(history, action);
		return;
	}
	history_note(history, action->changes, action->count, clock_seconds());
}

/* Steps lose the params that the new rack does not have. */
static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	struct history *history = context;

	for (int64_t s = history->oldest; s <= history->newest; s++) {
		struct step *step = step_at(history, s);
		int count = step->count;
		step->count = 0;
		step->origin = NULL;
		step->last = -gesture_seconds;
		text_clear(&step->text);
		for (int i = 0; i < count; i++) {
			struct entry entry = step->entries[i];
			entry.node = rack_same(from, entry.node, to);
			if (entry.node >= 0)
				step->entries[step->count++] = entry;
		}
		history->entries -= count - step->count;
	}
	marks_make(history, to);
}

/* ---- make and end ----------------------------------------------------------------------- */

struct history *history_create(struct desk *desk)
{
	struct history *history = memory_zeroed(1, sizeof(*history));

	history->desk = desk;
	history->oldest = 1;
	marks_make(history, desk->rack);
	history->follower = (struct follower) { .context = history,
						.before = on_before,
						.moved = on_moved };
	follow_add(&desk->followers, &history->follower);
	return history;
}

void history_destroy(struct history *history)
{
	if (!history)
		return;
	follow_drop(&history->desk->followers, &history->follower);
	for (int i = 0; i < HISTORY_STEPS; i++) {
		free(history->steps[i].entries);
		text_finish(&history->steps[i].text);
	}
	free(history->first);
	free(history->marks);
	free(history);
}

/* ---- in words --------------------------------------------------------------------------- */

static void entry_path(const struct rack *rack, const struct entry *entry, char *path,
		       size_t size)
{
	const struct node *node = &rack->nodes[entry->node];
	int length = snprintf(path, size, "%s/", node->path);

	param_path(node->module, entry->param, path + length, size - (size_t)length);
}

static void step_describe(const struct rack *rack, const struct step *step, bool back,
			  struct text *text)
{
	char path[192], from[64], to[64];

	if (step->is_scene) {
		const char *name = step->scene[back ? 0 : 1];
		text_add(text, "scene %s%s%s%s (%d values)\n", *name ? "\"" : "",
			 *name ? name : "none", *name ? "\"" : "", back ? " again" : "",
			 step->count);
		return;
	}
	if (!step->count) {
		text_add(text, "of a node that is gone\n");
		return;
	}
	const struct entry *entry = &step->entries[0];
	const struct param *row =
		param_row(rack->nodes[entry->node].module, entry->param);
	entry_path(rack, entry, path, sizeof(path));
	param_text(row, back ? entry->to : entry->from, from, sizeof(from));
	param_text(row, back ? entry->from : entry->to, to, sizeof(to));
	text_add(text, "%s: %s -> %s", path, from, to);
	if (step->count > 1)
		text_add(text, ", and %d more", step->count - 1);
	text_add(text, "\n");
}

void history_tell(const struct history *history, int count, struct text *text)
{
	for (int64_t s = history->newest; s >= history->oldest && count-- > 0; s--) {
		const struct step *step = step_at(history, s);
		text_add(text, "%.3f %s ", step->time,
			 s > history->done ? "undone" : "done");
		step_describe(history->desk->rack, step, false, text);
	}
}

/* ---- back and forth --------------------------------------------------------------------- */

static bool step_has_effect(const struct step *step)
{
	for (int i = 0; i < step->count; i++)
		if (step->entries[i].from != step->entries[i].to)
			return true;
	return step->is_scene && strcmp(step->scene[0], step->scene[1]) != 0;
}

/* Puts a step's values in; `at` finds what is in already, by param. */
static void step_collect(const struct history *history, const struct step *step,
			 bool back, int *at, struct settings *settings)
{
	for (int i = 0; i < step->count; i++) {
		const struct entry *entry = &step->entries[i];
		float value = back ? entry->from : entry->to;
		int *place = &at[history->first[entry->node] + entry->param];
		if (*place) {
			settings->changes[*place - 1].value = value;
			continue;
		}
		settings_add(settings, entry->node, entry->param, value);
		*place = settings->count;
	}
}

/* Recalls what a step, or several, had; takes the settings over. */
static void go(struct history *history, struct settings *settings, const char *scene,
	       enum role role, struct text *result)
{
	struct desk *desk = history->desk;

	if (scene)
		follow_named(desk->followers, scene);
	for (int i = 0; i < settings->count; i++)
		settings->changes[i].role = role;
	struct recall recall = { .changes = settings->changes,
				 .count = settings->count,
				 .seconds = ramp_seconds };
	desk_recall(desk, &recall);
	limit_tell(role, recall.held, result);
	settings_finish(settings);
}

bool history_undo(struct history *history, double since, enum role role,
		  struct text *result)
{
	struct settings settings = { .count = 0 };
	struct timespec clock;
	const char *scene = NULL;
	int steps = 0;

	clock_gettime(CLOCK_REALTIME, &clock);
	double after = (double)clock.tv_sec + 1e-9 * (double)clock.tv_nsec - since;
	int *at = memory_zeroed((size_t)history->mark_count + 1, sizeof(*at));
	while (at && history->done >= history->oldest) {
		const struct step *step = step_at(history, history->done);
		if (since >= 0.0 ? step->time < after : steps > 0)
			break;
		history->done--;
		if (!step_has_effect(step))
			continue;
		steps++;
		step_collect(history, step, true, at, &settings);
		if (step->is_scene)
			scene = step->scene[0];
		text_add(result, "undone: ");
		step_describe(history->desk->rack, step, true, result);
	}
	free(at);
	if (!steps) {
		text_add(result, since >= 0.0 ? "nothing was changed since then\n"
					      : "there is nothing to undo\n");
		return false;
	}
	go(history, &settings, scene, role, result);
	return true;
}

bool history_redo(struct history *history, enum role role, struct text *result)
{
	struct settings settings = { .count = 0 };
	const struct step *step = NULL;

	while (history->done < history->newest && !step) {
		step = step_at(history, ++history->done);
		if (!step_has_effect(step))
			step = NULL;
	}
	int *at = memory_zeroed((size_t)history->mark_count + 1, sizeof(*at));
	if (!step || !at) {
		free(at);
		text_add(result, "there is nothing to redo\n");
		return false;
	}
	step_collect(history, step, false, at, &settings);
	free(at);
	text_add(result, "done again: ");
	step_describe(history->desk->rack, step, false, result);
	go(history, &settings, step->is_scene ? step->scene[1] : NULL, role, result);
	return true;
}

/* ---- saved ------------------------------------------------------------------------------ */

static void step_print(const struct rack *rack, struct step *step)
{
	char path[192];

	text_add(&step->text, "step %.3f\n", step->time);
	if (step->is_scene)
		text_add(&step->text, "was %s\nis %s\n", step->scene[0],
			 step->scene[1]);
	for (int i = 0; i < step->count; i++) {
		const struct entry *entry = &step->entries[i];
		entry_path(rack, entry, path, sizeof(path));
		text_add(&step->text, "change %s %.9g %.9g\n", path,
			 (double)entry->from, (double)entry->to);
	}
}

bool history_prepare(struct history *history, int budget)
{
	for (int64_t s = history->newest; s >= history->oldest; s--) {
		struct step *step = step_at(history, s);
		if (step->text.length)
			continue;
		if (budget <= 0)
			return false;
		budget -= 1 + step->count;
		step_print(history->desk->rack, step);
	}
	return true;
}

/* The text of steps that did not change since is ready. */
void history_print(struct history *history, struct text *text)
{
	for (int64_t s = history->oldest; s <= history->newest; s++) {
		struct step *step = step_at(history, s);
		if (!step->text.length)
			step_print(history->desk->rack, step);
		text_add_bytes(text, step->text.bytes, step->text.length);
	}
	text_add(text, "undone %d\n", (int)(history->newest - history->done));
}

static void take_change(struct history *history, const char *line)
{
	const struct rack *rack = history->desk->rack;
	char path[192];
	struct entry entry;

	if (sscanf(line, "change %191s %f %f", path, &entry.from, &entry.to) != 3 ||
	    history->newest < history->oldest ||
	    !rack_find_param(rack, path, &entry.node, &entry.param))
		return;
	const struct node *node = &rack->nodes[entry.node];
	const struct param *row = param_row(node->module, entry.param);
	if (!scene_holds(node, entry.param) || entry.from != entry.from ||
	    entry.to != entry.to)
		return;
	entry.from = param_clamp(row, entry.from);
	entry.to = param_clamp(row, entry.to);
	step_add(history, step_at(history, history->newest), entry);
}

static void take_undone(struct history *history, int count)
{
	int64_t most = history->newest - history->oldest + 1;

	history->done = history->newest - (count < 0 ? 0 : count < most ? count : most);
}

bool history_take(struct history *history, const char *line)
{
	struct step *step = step_at(history, history->newest);
	double time;
	int count;

	if (sscanf(line, "step %lf", &time) == 1) {
		step = step_new(history);
		step->time = time;
		step->last = -gesture_seconds;
	} else if (strncmp(line, "change ", 7) == 0) {
		take_change(history, line);
	} else if (strncmp(line, "was ", 4) == 0) {
		step->is_scene = true;
		snprintf(step->scene[0], sizeof(step->scene[0]), "%s", line + 4);
	} else if (strncmp(line, "is ", 3) == 0) {
		snprintf(step->scene[1], sizeof(step->scene[1]), "%s", line + 3);
	} else if (sscanf(line, "undone %d", &count) == 1) {
		take_undone(history, count);
	} else {
		return false;
	}
	return true;
}

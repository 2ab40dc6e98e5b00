/* scene.c - named sets of values. Control thread. */
#include "daemon/recall/scene.h"

#include "daemon/desk/limit.h"
#include "daemon/rack/param.h"
#include "daemon/disk/writer.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_TICKS = 5 }; /* between two comparisons of scene and rack */

struct scenes {
	struct desk *desk;
	struct follower follower;
	struct writer *writer;
	struct written outcomes[WRITES_MAX]; /* serial s lives at s % WRITES_MAX */
	char active[SCENE_NAME_BYTES];
	struct settings goal; /* of the active scene */
	enum scene_state told;
	bool touched;
	int look_ticks;
	int fade_ticks;  /* of the load under way; -1: none */
	uint64_t serial; /* of its last change; 0: not made yet */
	struct scene_news news[SCENE_NEWS_KEPT]; /* serial s at s % SCENE_NEWS_KEPT */
	uint64_t newest;
};

static void tell(struct scenes *scenes, bool done, const char *name, int state)
{
	uint64_t serial = ++scenes->newest;
	struct scene_news *news = &scenes->news[serial % SCENE_NEWS_KEPT];
	*news = (struct scene_news) { .serial = serial, .done = done, .state = state };
	snprintf(news->name, sizeof news->name, "%s", name);
}

const struct scene_news *scenes_news(const struct scenes *scenes, uint64_t after)
{
	uint64_t next = after + 1;
	if (scenes->newest > SCENE_NEWS_KEPT &&
	    next <= scenes->newest - SCENE_NEWS_KEPT)
		next = scenes->newest - SCENE_NEWS_KEPT + 1;
	return next <= scenes->newest ? &scenes->news[next % SCENE_NEWS_KEPT] : NULL;
}

/* ---- names and folders ------------------------------------------------------------------ */

static bool is_utf8(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at;) {
		int more = *at < 0x80 ? 0 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
		if ((*at >= 0x80 && *at < 0xc2) || *at > 0xf4)
			return false;
		for (at++; more > 0; more--)
			if ((*at++ & 0xc0) != 0x80)
				return false;
	}
	return true;
}

/* Text that is a file's name anywhere, and harmless on a terminal. */
static bool name_is_good(const char *name, struct text *result)
{
	size_t length = strlen(name);
	bool good = length > 0 && length < SCENE_NAME_BYTES && name[0] != '.' &&
		    name[0] != ' ' && name[length ? length - 1 : 0] != ' ' &&
		    is_utf8(name);
	for (const char *at = name; good && *at; at++)
		good = (unsigned char)*at >= ' ' && *at != 0x7f &&
		       !strchr("/\\\"*?[]{}#", *at);
	if (!good)
		text_add(result,
			 "\"%.80s\" is not a scene's name: 1 to %d bytes of UTF-8 "
			 "without / \\ \" * ? [ ] { } #, no dot or space first, never "
			 "a path",
			 name, SCENE_NAME_BYTES - 1);
	return good;
}

/* "" when there is no place for scenes. */
static void folder_of(const struct scenes *scenes, char folder[PATH_MAX])
{
	const struct desk *desk = scenes->desk;
	const char *config = desk->config_path ? desk->config_path : "";
	const char *slash = strrchr(config, '/');
	folder[0] = '\0';
	if (desk->rack->scenes[0])
		snprintf(folder, PATH_MAX, "%s", desk->rack->scenes);
	else if (desk->state_folder)
		snprintf(folder, PATH_MAX, "%.4000s/scenes", desk->state_folder);
	else if (*config)
		snprintf(folder, PATH_MAX, "%.*sscenes",
			 slash ? (int)(slash + 1 - config) : 0, config);
}

static bool path_of(const struct scenes *scenes, const char *name, char path[PATH_MAX],
		    struct text *result)
{
	char folder[PATH_MAX];
	if (!name_is_good(name, result))
		return false;
	folder_of(scenes, folder);
	if (!folder[0]) {
		text_add(result, "there is no folder for scenes: start lathed with "
				 "--config or --state");
		return false;
	}
	snprintf(path, PATH_MAX, "%.4000s/%s.scene", folder, name);
	return true;
}

/* What is being written must be there before it is read. */
static void take_outcomes(struct scenes *scenes, bool wait)
{
	struct written written;
	while (writer_next(scenes->writer, wait, &written)) {
		scenes->outcomes[written.serial % WRITES_MAX] = written;
		if (written.error[0])
			event_post(scenes->desk->events, EVENT_ERROR, "scene", "%s",
				   written.error);
	}
}

bool scenes_written(struct scenes *scenes, uint64_t serial, char *error, size_t size)
{
	const struct written *written = &scenes->outcomes[serial % WRITES_MAX];
	take_outcomes(scenes, false);
	if (written->serial != serial)
		return false;
	snprintf(error, size, "%s", written->error);
	return true;
}

/* ---- which is active -------------------------------------------------------------------- */

const char *scene_active(const struct scenes *scenes)
{
	return scenes ? scenes->active : "";
}

static bool is_changed(const struct scenes *scenes)
{
	const struct rack *rack = scenes->desk->rack;
	for (int i = 0; i < scenes->goal.count; i++) {
		const struct change *goal = &scenes->goal.changes[i];
		if (rack->nodes[goal->node].values[goal->param] != goal->value)
			return true;
	}
	return false;
}

enum scene_state scene_state(const struct scenes *scenes, const char *name)
{
	if (!scenes || !*name || strcmp(name, scenes->active) != 0)
		return SCENE_OFF;
	return is_changed(scenes) ? SCENE_CHANGED : SCENE_ACTIVE;
}

static void tell_state(struct scenes *scenes)
{
	enum scene_state state = scene_state(scenes, scenes->active);
	scenes->touched = false;
	if (state == scenes->told)
		return;
	scenes->told = state;
	tell(scenes, false, scenes->active, state);
}

/* Takes the settings over. */
static void activate(struct scenes *scenes, const char *name, struct settings *goal)
{
	if (scenes->fade_ticks >= 0 && scenes->active[0])
		tell(scenes, true, scenes->active, false);
	scenes->fade_ticks = -1;
	if (scenes->active[0] && strcmp(scenes->active, name) != 0)
		tell(scenes, false, scenes->active, SCENE_OFF);
	snprintf(scenes->active, sizeof scenes->active, "%s", name);
	settings_finish(&scenes->goal);
	scenes->goal = *goal;
	*goal = (struct settings) { .count = 0 };
	scenes->told = SCENE_OFF;
	scenes->touched = true;
	follow_touched(scenes->desk->followers);
}

/* ---- what the desk tells ---------------------------------------------------------------- */

static void on_changed(void *context, const struct change *changes, int count)
{
	struct scenes *scenes = context;

	(void)changes, (void)count;
	scenes->touched = true;
}

/* The settings lose the params that the new rack does not have. */
static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	struct scenes *scenes = context;

	settings_move(&scenes->goal, from, to);
	scenes->touched = true;
}

/* Undo and a restart recall the values of a scene by themselves. A scene that can't be read
 * is not active. */
static void on_named(void *context, const char *name)
{
	struct scenes *scenes = context;
	struct settings settings = { .count = 0 };
	struct complaints complaints = { .count = 0 };
	struct text notes = { .length = 0 };
	char path[PATH_MAX];

	take_outcomes(scenes, true);
	if (*name &&
	    (!path_of(scenes, name, path, &notes) ||
	     !scene_read(path, scenes->desk->rack, &settings, &notes, &complaints)))
		name = "";
	activate(scenes, name, &settings);
	settings_finish(&settings);
	text_finish(&notes);
	text_finish(&complaints.text);
}

static void on_tick(void *context)
{
	struct scenes *scenes = context;

	take_outcomes(scenes, false);
	if (scenes->fade_ticks > 0 && --scenes->fade_ticks == 0)
		scenes->serial = scenes->desk->serial;
	if (scenes->fade_ticks == 0 &&
	    engine_played(scenes->desk->engine) >= scenes->serial) {
		scenes->fade_ticks = -1;
		tell_state(scenes);
		tell(scenes, true, scenes->active, true);
	}
	if (scenes->touched && ++scenes->look_ticks >= LOOK_TICKS) {
		scenes->look_ticks = 0;
		if (scenes->active[0])
			tell_state(scenes);
	}
}

static bool is_busy(const void *context)
{
	const struct scenes *scenes = context;

	return scenes->fade_ticks >= 0 || (scenes->touched && scenes->active[0]);
}

/* ---- save, load, delete, rename --------------------------------------------------------- */

uint64_t scene_save(struct scenes *scenes, const char *name,
		    const struct pattern *pattern, struct text *result)
{
	struct desk *desk = scenes->desk;
	struct settings settings = { .count = 0 };
	struct text text = { .length = 0 };
	char path[PATH_MAX], folder[PATH_MAX];
	if (!path_of(scenes, name, path, result))
		return 0;
	text_add(&text,
		 "# A scene of Lathe: lathectl scene load '%s'\n"
		 "# What isn't said here is left alone.\n",
		 name);
	struct rack *goal = desk_goal(desk);
	scene_gather(goal, pattern, &settings);
	scene_print(goal, &settings, &text);
	rack_destroy(goal);
	if (!settings.count) {
		text_finish(&text);
		text_add(result, "the pattern sees nothing that a scene holds");
		return 0;
	}
	folder_of(scenes, folder);
	/* With a folder above that isn't there, the write says so. */
	mkdir(folder, 0755);
	uint64_t serial = writer_put(scenes->writer, path, &text);
	if (!serial) {
		settings_finish(&settings);
		text_add(result, "%d files are being written already; try again",
			 WRITES_MAX);
		return 0;
	}
	text_add(result, "saved %s: %d values\n", name, settings.count);
	activate(scenes, name, &settings);
	tell_state(scenes);
	return serial;
}

/* What the pattern doesn't see is none of this load's business. */
static void keep_seen(const struct rack *rack, const struct pattern *pattern,
		      struct settings *settings)
{
	char path[192];
	int count = settings->count;
	settings->count = 0;
	for (int i = 0; i < count; i++) {
		struct change change = settings->changes[i];
		const struct node *node = &rack->nodes[change.node];
		int length = snprintf(path, sizeof path, "/%s/", node->path);
		param_path(node->module, change.param, path + length,
			   sizeof path - (size_t)length);
		if (pattern_covers(pattern, path))
			settings->changes[settings->count++] = change;
	}
}

/* The scene's values, as far as the pattern (NULL: all) covers them. False: the result says
 * why not. */
static bool read_scene(struct scenes *scenes, const char *name,
		       const struct pattern *pattern, struct settings *settings,
		       struct text *result)
{
	const struct rack *rack = scenes->desk->rack;
	struct complaints complaints = { .count = 0 };
	char path[PATH_MAX];

	if (!path_of(scenes, name, path, result))
		return false;
	take_outcomes(scenes, true);
	if (access(path, F_OK) != 0) {
		text_add(result, "there is no scene \"%s\"", name);
		return false;
	}
	bool good = scene_read(path, rack, settings, result, &complaints);
	if (!good)
		text_add(result, "%s",
			 complaints.text.bytes ? complaints.text.bytes : "");
	text_finish(&complaints.text);
	if (good && pattern) {
		keep_seen(rack, pattern, settings);
		good = settings->count > 0;
		if (!good)
			text_add(result, "the pattern sees nothing of %s", name);
	}
	return good;
}

bool scene_load(struct scenes *scenes, const char *name, double seconds,
		const struct pattern *pattern, enum role role, struct text *result)
{
	struct desk *desk = scenes->desk;
	struct settings settings = { .count = 0 };
	char before[SCENE_NAME_BYTES];

	if (!read_scene(scenes, name, pattern, &settings, result)) {
		settings_finish(&settings);
		return false;
	}
	text_add(result, "loaded %s: %d values\n", name, settings.count);
	struct recall recall = { .count = settings.count,
				 .seconds = seconds,
				 .scene_before = before,
				 .scene_after = name };
	recall.changes = calloc((size_t)settings.count + 1, sizeof *recall.changes);
	if (!recall.changes)
		abort();
	for (int i = 0; i < settings.count; i++) {
		recall.changes[i] = settings.changes[i];
		recall.changes[i].role = role;
	}
	memcpy(before, scenes->active, sizeof before);
	activate(scenes, name, &settings);
	scenes->serial = desk_recall(desk, &recall);
	scenes->fade_ticks = desk_fade_ticks(seconds);
	limit_tell(role, recall.held, result);
	free(recall.changes);
	event_post(desk->events, EVENT_NOTICE, "scene", "%s, fade %g s", name, seconds);
	return true;
}

bool scene_delete(struct scenes *scenes, const char *name, struct text *result)
{
	char path[PATH_MAX];
	if (!path_of(scenes, name, path, result))
		return false;
	take_outcomes(scenes, true);
	if (unlink(path) != 0) {
		text_add(result, "%s: %s", name,
			 errno == ENOENT ? "there is no such scene" : strerror(errno));
		return false;
	}
	if (strcmp(name, scenes->active) == 0)
		activate(scenes, "", &(struct settings) { .count = 0 });
	tell(scenes, false, name, SCENE_GONE);
	text_add(result, "deleted %s\n", name);
	return true;
}

bool scene_rename(struct scenes *scenes, const char *from, const char *to,
		  struct text *result)
{
	char old[PATH_MAX], new[PATH_MAX];
	if (!path_of(scenes, from, old, result) || !path_of(scenes, to, new, result))
		return false;
	take_outcomes(scenes, true);
	if (access(old, F_OK) != 0 || access(new, F_OK) == 0 || rename(old, new) != 0) {
		bool taken = access(new, F_OK) == 0 && access(old, F_OK) == 0;
		text_add(result, "%s: %s", taken ? to : from,
			 taken ? "there is a scene of this name already"
			       : strerror(errno));
		return false;
	}
	tell(scenes, false, from, SCENE_GONE);
	if (strcmp(from, scenes->active) == 0) {
		snprintf(scenes->active, sizeof scenes->active, "%s", to);
		scenes->told = SCENE_OFF;
		follow_touched(scenes->desk->followers);
		tell_state(scenes);
	} else {
		tell(scenes, false, to, SCENE_OFF);
	}
	text_add(result, "renamed %s to %s\n", from, to);
	return true;
}

/* ---- all of them ------------------------------------------------------------------------ */

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

int scene_list(struct scenes *scenes, char (**names)[SCENE_NAME_BYTES])
{
	static const char end[] = ".scene";
	char folder[PATH_MAX];
	struct text why = { .length = 0 };
	const struct dirent *entry;
	int count = 0;
	*names = calloc(SCENES_MAX, sizeof **names);
	if (!*names)
		abort();
	take_outcomes(scenes, true);
	folder_of(scenes, folder);
	DIR *dir = folder[0] ? opendir(folder) : NULL;
	while (dir && count < SCENES_MAX && (entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);
		char *name = (*names)[count];
		if (length < sizeof end ||
		    length - (sizeof end - 1) >= SCENE_NAME_BYTES ||
		    strcmp(entry->d_name + length - (sizeof end - 1), end) != 0)
			continue;
		snprintf(name, SCENE_NAME_BYTES, "%.*s",
			 (int)(length - (sizeof end - 1)), entry->d_name);
		count += name_is_good(name, &why);
	}
	if (dir)
		closedir(dir);
	text_finish(&why);
	qsort(*names, (size_t)count, sizeof **names, compare_names);
	return count;
}

/* ---- make and end ----------------------------------------------------------------------- */

struct scenes *scenes_create(struct desk *desk)
{
	struct scenes *scenes = calloc(1, sizeof *scenes);
	if (!scenes)
		abort();
	scenes->desk = desk;
	scenes->fade_ticks = -1;
	scenes->writer = writer_create();
	scenes->follower = (struct follower) { .context = scenes,
					       .changed = on_changed,
					       .moved = on_moved,
					       .named = on_named,
					       .tick = on_tick,
					       .busy = is_busy };
	follow_add(&desk->followers, &scenes->follower);
	return scenes;
}

void scenes_destroy(struct scenes *scenes)
{
	if (!scenes)
		return;
	follow_drop(&scenes->desk->followers, &scenes->follower);
	take_outcomes(scenes, true);
	writer_destroy(scenes->writer);
	settings_finish(&scenes->goal);
	free(scenes);
}

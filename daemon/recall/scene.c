/* scene.c - named sets of values. Control thread. */
#include "daemon/recall/scene.h"

#include "daemon/recall/history.h"
#include "daemon/rack/param.h"
#include "daemon/recall/state.h"
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
static void folder_of(const struct desk *desk, char folder[PATH_MAX])
{
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

static bool path_of(const struct desk *desk, const char *name, char path[PATH_MAX],
		    struct text *result)
{
	char folder[PATH_MAX];
	if (!name_is_good(name, result))
		return false;
	folder_of(desk, folder);
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
	state_touch(scenes->desk->state);
}

void scenes_touch(struct scenes *scenes)
{
	if (scenes)
		scenes->touched = true;
}

void scenes_move(struct scenes *scenes, const struct rack *from, const struct rack *to)
{
	if (!scenes)
		return;
	settings_move(&scenes->goal, from, to);
	scenes->touched = true;
}

void scenes_tick(struct scenes *scenes)
{
	if (!scenes)
		return;
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

bool scenes_busy(const struct scenes *scenes)
{
	return scenes &&
	       (scenes->fade_ticks >= 0 || (scenes->touched && scenes->active[0]));
}

/* ---- save, load, delete, rename --------------------------------------------------------- */

uint64_t scene_save(struct desk *desk, const char *name, const struct pattern *pattern,
		    struct text *result)
{
	struct scenes *scenes = desk->scenes;
	struct settings settings = { .count = 0 };
	struct text text = { .length = 0 };
	char path[PATH_MAX], folder[PATH_MAX];
	if (!path_of(desk, name, path, result))
		return 0;
	text_add(&text,
		 "# A scene of Lathe: lathectl scene load '%s'\n"
		 "# What isn't said here is left alone.\n",
		 name);
	desk_exchange(desk);
	scene_gather(desk->rack, pattern, &settings);
	scene_print(desk->rack, &settings, &text);
	desk_exchange(desk);
	if (!settings.count) {
		text_finish(&text);
		text_add(result, "the pattern sees nothing that a scene holds");
		return 0;
	}
	folder_of(desk, folder);
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

bool scene_load(struct desk *desk, const char *name, double seconds,
		const struct pattern *pattern, struct text *result)
{
	struct scenes *scenes = desk->scenes;
	struct settings settings = { .count = 0 };
	struct complaints complaints = { .count = 0 };
	char path[PATH_MAX];
	if (!path_of(desk, name, path, result))
		return false;
	take_outcomes(scenes, true);
	if (access(path, F_OK) != 0) {
		text_add(result, "there is no scene \"%s\"", name);
		return false;
	}
	bool good = scene_read(path, desk->rack, &settings, result, &complaints);
	if (!good)
		text_add(result, "%s",
			 complaints.text.bytes ? complaints.text.bytes : "");
	text_finish(&complaints.text);
	if (good && pattern) {
		keep_seen(desk->rack, pattern, &settings);
		good = settings.count > 0;
		if (!good)
			text_add(result, "the pattern sees nothing of %s", name);
	}
	if (!good) {
		settings_finish(&settings);
		return false;
	}
	text_add(result, "loaded %s: %d values\n", name, settings.count);
	struct change *changes = malloc((size_t)(settings.count + 1) * sizeof *changes);
	if (!changes)
		abort();
	if (settings.count)
		memcpy(changes, settings.changes,
		       (size_t)settings.count * sizeof *changes);
	int count = settings.count;
	history_note_scene(desk->history, desk->rack, changes, count, scenes->active,
			   name);
	activate(scenes, name, &settings);
	scenes->serial = desk_recall(desk, changes, count, seconds);
	scenes->fade_ticks = desk_fade_ticks(seconds);
	free(changes);
	event_post(desk->events, EVENT_NOTICE, "scene", "%s, fade %g s", name, seconds);
	return true;
}

bool scene_delete(struct desk *desk, const char *name, struct text *result)
{
	char path[PATH_MAX];
	if (!path_of(desk, name, path, result))
		return false;
	take_outcomes(desk->scenes, true);
	if (unlink(path) != 0) {
		text_add(result, "%s: %s", name,
			 errno == ENOENT ? "there is no such scene" : strerror(errno));
		return false;
	}
	if (strcmp(name, desk->scenes->active) == 0)
		scene_activate(desk, "");
	tell(desk->scenes, false, name, SCENE_GONE);
	text_add(result, "deleted %s\n", name);
	return true;
}

bool scene_rename(struct desk *desk, const char *from, const char *to,
		  struct text *result)
{
	struct scenes *scenes = desk->scenes;
	char old[PATH_MAX], new[PATH_MAX];
	if (!path_of(desk, from, old, result) || !path_of(desk, to, new, result))
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
		state_touch(desk->state);
		tell_state(scenes);
	} else {
		tell(scenes, false, to, SCENE_OFF);
	}
	text_add(result, "renamed %s to %s\n", from, to);
	return true;
}

void scene_activate(struct desk *desk, const char *name)
{
	struct settings settings = { .count = 0 };
	struct complaints complaints = { .count = 0 };
	struct text notes = { .length = 0 };
	char path[PATH_MAX];
	if (!desk->scenes)
		return;
	take_outcomes(desk->scenes, true);
	if (*name && (!path_of(desk, name, path, &notes) ||
		      !scene_read(path, desk->rack, &settings, &notes, &complaints)))
		name = "";
	activate(desk->scenes, name, &settings);
	settings_finish(&settings);
	text_finish(&notes);
	text_finish(&complaints.text);
}

/* ---- all of them ------------------------------------------------------------------------ */

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

int scene_list(struct desk *desk, char (**names)[SCENE_NAME_BYTES])
{
	static const char end[] = ".scene";
	char folder[PATH_MAX];
	struct text why = { .length = 0 };
	const struct dirent *entry;
	int count = 0;
	*names = calloc(SCENES_MAX, sizeof **names);
	if (!*names)
		abort();
	take_outcomes(desk->scenes, true);
	folder_of(desk, folder);
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
	return scenes;
}

void scenes_destroy(struct scenes *scenes)
{
	if (!scenes)
		return;
	take_outcomes(scenes, true);
	writer_destroy(scenes->writer);
	settings_finish(&scenes->goal);
	free(scenes);
}

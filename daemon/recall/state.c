/* state.c - what outlives a restart. Control thread; never waits but at the end. */
#include "daemon/recall/state.h"

#include "daemon/base/hash.h"
#include "daemon/desk/lock.h"
#include "daemon/disk/writer.h"
#include "daemon/rack/param.h"
#include "daemon/recall/history.h"
#include "daemon/recall/scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	WRITE_TICKS = 50,  /* between two writes */
	RETRY_TICKS = 500, /* after one that failed */
	PREPARE_TICKS = 30,
	PREPARE_CHANGES = 500, /* put into words in one tick */
	STATE_BYTES_MAX = 16 << 20,
};
/* The first line is "lathe-state VERSION". A version that reads otherwise gets the next
 * number, so that an earlier Lathe leaves its file alone. */
enum { STATE_VERSION = 1 };
static const char format_word[] = "lathe-state", last_line[] = "end";

struct state {
	struct desk *desk;
	struct state_parts parts;
	struct follower follower;
	struct writer *writer;
	char *path;
	bool touched;
	int wait;  /* ticks before the next write */
	int tries; /* ticks in which steps were put into words */
};

/* ---- saving ----------------------------------------------------------------------------- */

/* Prints the values that differ from what the config gives. */
static void print_values(const struct rack *rack, struct text *text)
{
	char path[128];
	for (int n = 0; n < rack->node_count; n++) {
		const struct node *node = &rack->nodes[n];
		for (int p = 0; p < node_params(node); p++) {
			const struct param *row = param_row(node->module, p);
			if (row->curve == CURVE_TRIGGER || row->curve == CURVE_FILE ||
			    (row->flags & PARAM_PASSING) ||
			    node->values[p] == node->loaded[p])
				continue;
			param_path(node->module, p, path, sizeof path);
			text_add(text, "value %s/%s %.9g %.9g\n", node->path, path,
				 (double)node->values[p], (double)node->loaded[p]);
		}
	}
}

/* For bits that flip on a worn card. */
static uint32_t checksum(const char *bytes, size_t length)
{
	return hash32(hash32_start, bytes, length);
}

static void save(struct state *state)
{
	struct desk *desk = state->desk;
	const struct state_parts *parts = &state->parts;
	struct text text = { .length = 0 };
	text_add(&text, "%s %d\n", format_word, STATE_VERSION);
	if (*scene_active(parts->scenes))
		text_add(&text, "scene %s\n", scene_active(parts->scenes));
	struct rack *goal = desk_goal(desk);
	print_values(goal, &text);
	rack_destroy(goal);
	if (lock_holder(parts->lock))
		text_add(&text, "lock %08x\n", ntohl(lock_holder(parts->lock)));
	if (parts->history)
		history_print(parts->history, &text);
	text_add(&text, "%s %08x\n", last_line, checksum(text.bytes, text.length));
	state->touched = false;
	state->wait = WRITE_TICKS;
	writer_put(state->writer, state->path, &text);
	text_finish(&text);
}

static void take_outcome(struct state *state, bool wait)
{
	struct written written;
	while (writer_next(state->writer, wait, &written)) {
		bool fails = written.error[0] != '\0';
		if (!fails)
			alarm_clear(state->desk->alarms, ALARM_STATE, "");
		if (fails) {
			alarm_raise(state->desk->alarms, ALARM_STATE, "", "%s",
				    written.error);
			state->touched = true;
			state->wait = RETRY_TICKS;
		}
	}
}

/* A long step's words are found a little at a time; in a storm the save comes first. */
static bool is_prepared(struct state *state)
{
	struct history *history = state->parts.history;
	if (!history || ++state->tries > PREPARE_TICKS ||
	    history_prepare(history, PREPARE_CHANGES)) {
		state->tries = 0;
		return true;
	}
	return false;
}

static void on_touched(void *context)
{
	struct state *state = context;

	state->touched = true;
}

static void on_changed(void *context, const struct change *changes, int count)
{
	(void)changes, (void)count;
	on_touched(context);
}

static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	(void)from, (void)to;
	on_touched(context);
}

static void on_tick(void *context)
{
	struct state *state = context;

	take_outcome(state, false);
	if (state->wait > 0)
		state->wait--;
	else if (state->touched && !writer_busy(state->writer) && is_prepared(state))
		save(state);
}

static bool is_busy(const void *context)
{
	const struct state *state = context;

	return state->touched || writer_busy(state->writer);
}

/* ---- restoring -------------------------------------------------------------------------- */

static char *read_all(const char *path, size_t *length)
{
	/* Opening a FIFO must not wait for somebody who writes. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
	char *bytes = NULL;
	struct stat status;
	if (!file)
		return NULL;
	*length = 0;
	errno = EINVAL; /* if it is no file */
	if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_size < STATE_BYTES_MAX &&
	    (bytes = malloc((size_t)status.st_size + 1)) != NULL) {
		*length = fread(bytes, 1, (size_t)status.st_size, file);
		bytes[*length] = '\0';
	}
	fclose(file);
	return bytes;
}

static void take_value(const struct rack *rack, const char *line, int *taken,
		       int *overruled)
{
	char path[192];
	float value, loaded;
	int place, param;
	if (sscanf(line, "value %191s %f %f", path, &value, &loaded) != 3 ||
	    value != value || !rack_find_param(rack, path, &place, &param))
		return;
	struct node *node = &rack->nodes[place];
	const struct param *row = param_row(node->module, param);
	if (row->curve == CURVE_TRIGGER || row->curve == CURVE_FILE)
		return;
	value = param_clamp(row, value);
	bool mute = strcmp(row->id, "mute") == 0 && value > 0.5f;
	if (node->loaded[param] == loaded || mute) {
		node->values[param] = value;
		++*taken;
	} else {
		++*overruled;
	}
}

/* What the first line says; 0: it is no state. */
static int version_of(const char *bytes)
{
	int version = 0;
	size_t length = sizeof format_word - 1;
	if (strncmp(bytes, format_word, length) != 0 ||
	    sscanf(bytes + length, "%d", &version) != 1)
		return 0;
	return version;
}

/* A last line without a checksum is one of an earlier version. */
static bool is_whole(const char *bytes, size_t length)
{
	char ends[2][16];
	if (version_of(bytes) != STATE_VERSION || strlen(bytes) != length ||
	    bytes[length - 1] != '\n')
		return false;
	size_t last = length - 1;
	while (last > 0 && bytes[last - 1] != '\n')
		last--;
	snprintf(ends[0], sizeof ends[0], "%s\n", last_line);
	snprintf(ends[1], sizeof ends[1], "%s %08x\n", last_line,
		 checksum(bytes, last));
	return strcmp(bytes + last, ends[0]) == 0 || strcmp(bytes + last, ends[1]) == 0;
}

static void restore(struct desk *desk, const struct state_parts *parts, char *bytes,
		    struct text *report)
{
	int taken = 0, overruled = 0;
	unsigned holder;
	char scene[SCENE_NAME_BYTES] = "";
	for (char *rest = bytes, *line; (line = strsep(&rest, "\n"));) {
		if (strncmp(line, "value ", 6) == 0)
			take_value(desk->rack, line, &taken, &overruled);
		else if (strncmp(line, "scene ", 6) == 0)
			snprintf(scene, sizeof scene, "%s", line + 6);
		else if (sscanf(line, "lock %x", &holder) == 1)
			lock_hold(parts->lock, htonl(holder));
		else if (parts->history)
			history_take(parts->history, line);
	}
	follow_named(desk->followers, scene);
	text_add(report, "%d values restored, %d overruled by the config", taken,
		 overruled);
	if (*scene)
		text_add(report, ", scene \"%s\"", scene);
}

void state_path(const char *folder, const struct rack *rack, char *path, size_t size)
{
	if (snprintf(path, size, "%s/%s.state", folder, rack->name) >= (int)size)
		*path = '\0';
}

/* Renames the file, so that the next save does not overwrite it. */
static void put_aside(const char *path, const char *ending)
{
	char aside[PATH_MAX];
	snprintf(aside, sizeof aside, "%.4000s.%s", path, ending);
	rename(path, aside);
}

void state_restore(struct desk *desk, const struct state_parts *parts, const char *path,
		   struct text *report)
{
	char ending[32];
	size_t length;
	char *bytes = read_all(path, &length);
	if (!bytes) {
		text_add(report, "%.200s: %s", path,
			 errno == ENOENT ? "nothing saved yet" : "can't be read");
	} else if (is_whole(bytes, length)) {
		restore(desk, parts, bytes, report);
	} else if (version_of(bytes) > STATE_VERSION) {
		snprintf(ending, sizeof ending, "version-%d", version_of(bytes));
		put_aside(path, ending);
		text_add(report,
			 "%.200s: found version %d of a newer Lathe, would accept %d: "
			 "put aside as *.%s",
			 path, version_of(bytes), STATE_VERSION, ending);
	} else {
		put_aside(path, "broken");
		text_add(report, "%.200s is no whole state: put aside as *.broken",
			 path);
	}
	free(bytes);
}

/* ---- make and end ----------------------------------------------------------------------- */

struct state *state_create(struct desk *desk, const struct state_parts *parts,
			   const char *path)
{
	struct state *state = calloc(1, sizeof *state);
	if (!state || !(state->path = strdup(path)))
		abort();
	state->desk = desk;
	state->parts = *parts;
	state->writer = writer_create();
	state->follower = (struct follower) { .context = state,
					      .changed = on_changed,
					      .touched = on_touched,
					      .moved = on_moved,
					      .tick = on_tick,
					      .busy = is_busy };
	follow_add(&desk->followers, &state->follower);
	return state;
}

void state_destroy(struct state *state)
{
	if (!state)
		return;
	follow_drop(&state->desk->followers, &state->follower);
	take_outcome(state, true);
	if (state->touched)
		save(state);
	take_outcome(state, true);
	writer_destroy(state->writer);
	free(state->path);
	free(state);
}

/* state_file.c - the text of a saved state. The functions at the end are the disk thread's; all
 * else is pure. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/state_file.h"

#include "daemon/base/hash.h"
#include "daemon/base/memory.h"
#include "daemon/disk/file.h"
#include "daemon/rack/param.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char format_word[] = "lathe-state", last_line[] = "end";

/* ---- what is written ---------------------------------------------------------------------- */

/* Bits that fall over on a worn card. */
static uint32_t checksum(const char *bytes, size_t length)
{
	return hash32(hash32_start, bytes, length);
}

void state_file_begin(struct text *text)
{
	text_add(text, "%s %d\n", format_word, STATE_VERSION);
}

void state_file_end(struct text *text)
{
	text_add(text, "%s %08x\n", last_line, checksum(text->bytes, text->length));
}

void state_file_print(const struct rack *rack, struct text *text)
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
			param_path(node->module, p, path, sizeof(path));
			text_add(text, "value %s/%s %.9g %.9g\n", node->path, path,
				 (double)node->values[p], (double)node->loaded[p]);
		}
	}
}

/* ---- what is read ------------------------------------------------------------------------- */

/* What the first line says; 0: it is no state. */
static int version_of(const char *bytes)
{
	int version = 0;
	size_t length = sizeof(format_word) - 1;

	if (strncmp(bytes, format_word, length) != 0 ||
	    sscanf(bytes + length, "%d", &version) != 1)
		return 0;
	return version;
}

/* A last line without a checksum is one of an earlier version. */
static bool is_whole(const char *bytes, size_t length)
{
	char ends[2][16];

	if (!length || version_of(bytes) != STATE_VERSION || strlen(bytes) != length ||
	    bytes[length - 1] != '\n')
		return false;
	size_t last = length - 1;
	while (last > 0 && bytes[last - 1] != '\n')
		last--;
	snprintf(ends[0], sizeof(ends[0]), "%s\n", last_line);
	snprintf(ends[1], sizeof(ends[1]), "%s %08x\n", last_line,
		 checksum(bytes, last));
	return strcmp(bytes + last, ends[0]) == 0 || strcmp(bytes + last, ends[1]) == 0;
}

struct change state_file_value(const struct rack *rack, const char *line, int *taken,
			       int *overruled)
{
	struct change change = { .node = -1 };
	char path[192];
	float value, loaded;
	int place, param;

	if (sscanf(line, "value %191s %f %f", path, &value, &loaded) != 3 ||
	    value != value || !rack_find_param(rack, path, &place, &param))
		return change;
	const struct node *node = &rack->nodes[place];
	const struct param *row = param_row(node->module, param);
	if (row->curve == CURVE_TRIGGER || row->curve == CURVE_FILE)
		return change;
	value = param_clamp(row, value);
	bool mute = (row->flags & PARAM_ROLE) == PARAM_MUTE && value > 0.5f;
	if (node->loaded[param] != loaded && !mute) {
		++*overruled;
		return change;
	}
	++*taken;
	return (struct change) { .node = place, .param = param, .value = value };
}

/* ---- the disk thread ---------------------------------------------------------------------- */

/* Renames the file, so that the next save does not overwrite it. */
static void put_aside(const char *path, const char *ending)
{
	char *aside = memory_print("%s.%s", path, ending);

	rename(path, aside);
	free(aside);
}

static void tell_aside(const char *path, const struct text *text, struct text *report)
{
	int version = text->length ? version_of(text->bytes) : 0;
	char ending[32];

	if (version <= STATE_VERSION) {
		put_aside(path, "broken");
		text_add(report, "%.200s is no whole state: put aside as *.broken",
			 path);
		return;
	}
	snprintf(ending, sizeof(ending), "version-%d", version);
	put_aside(path, ending);
	text_add(
		report,
		"%.200s: found version %d of a newer Lathe, would accept %d: put aside "
		"as *.%s",
		path, version, STATE_VERSION, ending);
}

/* Of this one file. */
static enum state_found read_one(const char *path, struct text *text,
				 struct text *report)
{
	char error[FILE_ERROR_BYTES];
	bool missing;

	if (!file_read(path, STATE_BYTES_MAX, text, &missing, error)) {
		if (!missing)
			text_add(report, "%s", error);
		return missing ? STATE_NONE : STATE_UNREADABLE;
	}
	if (is_whole(text->bytes ? text->bytes : "", text->length))
		return STATE_WHOLE;
	tell_aside(path, text, report);
	text_finish(text);
	return STATE_NONE;
}

enum state_found state_file_read(const char *path, struct text *text,
				 struct text *report)
{
	char *previous = memory_print("%s.previous", path);
	enum state_found found = read_one(path, text, report);

	if (found == STATE_NONE && file_exists(previous)) {
		found = read_one(previous, text, report);
		if (found == STATE_WHOLE)
			text_add(report, "%sthe state saved before it is taken",
				 report->length ? "; " : "");
	}
	free(previous);
	return found;
}

void state_file_put_aside(const char *path)
{
	put_aside(path, "late");
}

bool state_file_write(const char *path, const struct text *text, char *error)
{
	char *previous = memory_print("%s.previous", path);
	char *beside = memory_print("%s.previous.new", path);

	/* A second name for the file that is there; none on a disk without links. */
	unlink(beside);
	if (link(path, beside) == 0)
		rename(beside, previous);
	bool good = file_write(path, text, error);
	free(previous);
	free(beside);
	return good;
}

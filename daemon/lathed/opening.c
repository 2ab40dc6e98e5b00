/* opening.c - which rack plays at start. Control thread, before the loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lathed/opening.h"

#include "daemon/base/log.h"
#include "daemon/base/memory.h"
#include "daemon/rack/safe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Links stay as they are: they may come to point elsewhere. */
char *opening_path(const struct options *options)
{
	const char *path = options->config;
	char *folder = path[0] == '/' ? memory_string("") : getcwd(NULL, 0),
	     *whole = NULL;

	while (path[0] == '.' && path[1] == '/')
		path += 2;
	if (folder && asprintf(&whole, "%s%s%s", folder, *folder ? "/" : "", path) < 0)
		whole = NULL;
	free(folder);
	return whole ? whole : memory_string(path);
}

static void print_complaints(const char *path, const struct complaints *complaints)
{
	if (complaints->text.bytes)
		fputs(complaints->text.bytes, stderr);
	if (complaints->count)
		fprintf(stderr, "%s: %d complaint%s\n", path, complaints->count,
			complaints->count == 1 ? "" : "s");
}

/* The file's rack, or NULL after complaints. `files` gets its bytes. */
static struct rack *read_file(const struct options *options, const struct good *good,
			      struct config_files *files, struct complaints *complaints)
{
	struct rack *rack = config_load_files(options->config, NULL, files, complaints);

	if (rack && !options->force &&
	    good_loses(good, options->config, files, rack, complaints)) {
		rack_destroy(rack);
		rack = NULL;
	}
	return rack;
}

/* The rack of the copy, if it loads: the file's is compared with it. */
static struct rack *read_copy(const struct options *options, struct good *good)
{
	struct complaints complaints = { 0 };
	struct rack *rack = good_rack(good, options->config, &complaints);

	if (rack)
		good_play(good, rack);
	text_finish(&complaints.text);
	return rack;
}

struct rack *opening_check(const struct options *options)
{
	char *folder = options_state_folder(options);
	struct good *good = good_create(folder, -1, NULL);
	struct config_files files = { 0 };
	struct complaints complaints = { 0 };

	good_read(good, options->config, GOOD_START_MS);
	rack_destroy(read_copy(options, good));
	struct rack *rack = read_file(options, good, &files, &complaints);
	print_complaints(options->config, &complaints);
	text_finish(&complaints.text);
	config_files_finish(&files);
	good_destroy(good);
	free(folder);
	return rack;
}

/* The last good rack, or NULL and how to end. */
static struct rack *fall_back(struct rack *copy, enum good_found found,
			      const struct complaints *complaints,
			      struct alarms *alarms, int *status)
{
	const char *why = complaints->text.bytes;

	if (copy) {
		alarm_raise(alarms, ALARM_CONFIG_LAST, "",
			    "the config was refused, the last good one plays: %.*s",
			    (int)strcspn(why, "\n"), why);
		return copy;
	}
	*status = found == GOOD_UNREADABLE ? STATUS_TROUBLE : STATUS_CONFIG;
	if (found == GOOD_UNREADABLE)
		log_line(LOG_ERROR, "the last good config can't be read either");
	return NULL;
}

struct rack *opening_rack(const struct options *options, struct good *good,
			  struct alarms *alarms, bool safe, int *status)
{
	struct config_files files = { 0 };
	struct complaints complaints = { 0 };
	const enum good_found found = good_read(good, options->config, GOOD_START_MS);
	struct rack *copy = read_copy(options, good);
	struct rack *rack = read_file(options, good, &files, &complaints);

	*status = 0;
	print_complaints(options->config, &complaints);
	if (rack) {
		good_keep(good, options->config, &files);
		rack_destroy(copy);
	} else if (options->strict) {
		*status = STATUS_CONFIG;
		rack_destroy(copy);
	} else {
		rack = fall_back(copy, found, &complaints, alarms, status);
	}
	if (rack)
		good_play(good, rack);
	if (rack && safe) {
		struct rack *whole = rack;

		rack = rack_safe(whole);
		rack_destroy(whole);
	}
	text_finish(&complaints.text);
	config_files_finish(&files);
	return rack;
}

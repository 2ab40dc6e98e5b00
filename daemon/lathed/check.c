/* check.c - what `lathed --check` says of a rack that can be played. Before any thread starts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lathed/check.h"

#include "daemon/base/memory.h"
#include "daemon/config/contents.h"
#include "daemon/disk/file.h"
#include "daemon/recall/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns how many of the nodes' files can't be used. */
static int warn_of_files(const struct options *options, struct rack *rack)
{
	struct text text = { 0 };

	contents_read(rack, NULL);
	const int count = contents_complain(rack, &text);
	for (char *rest = text.bytes, *line; (line = strsep(&rest, "\n"));)
		if (*line)
			fprintf(stderr, "%s: warning: %s\n", options->config, line);
	text_finish(&text);
	return count;
}

/* Returns how many are missing. */
static int warn_of_scenes(const struct desk *desk)
{
	const struct rack *rack = desk->rack;
	char *folder = scenes_folder(desk);
	int missing = 0;

	for (int i = 0; i < rack->schedule_count; i++) {
		const struct appointment *entry = &rack->schedule[i];
		char *path = memory_print("%s/%s.scene", folder, entry->scene);

		if (!file_exists(path)) {
			missing++;
			fprintf(stderr,
				"%s: warning: schedule: found scene \"%s\" at "
				"%02d:%02d:%02d, but there is no %s; save the scene, "
				"or name its folder with --state\n",
				desk->config_path, entry->scene, entry->second / 3600,
				entry->second / 60 % 60, entry->second % 60, path);
		}
		free(path);
	}
	free(folder);
	return missing;
}

void check_schedule(const struct desk *desk, const struct options *options)
{
	struct desk as_started = { .rack = desk->rack,
				   .config_path = memory_string(options->config),
				   .state_folder = options_state_folder(options) };
	int missing = warn_of_scenes(&as_started) + warn_of_files(options, desk->rack);

	if (!options->describe && !options->graph && !options->avahi) {
		printf("%s: no complaints", options->config);
		if (missing)
			printf(", %d warning%s", missing, missing == 1 ? "" : "s");
		putchar('\n');
	}
	free(as_started.config_path);
	free(as_started.state_folder);
}

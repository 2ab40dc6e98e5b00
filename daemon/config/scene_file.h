/* scene_file.h - values as a file that people read and edit. Control thread.
 *
 *   nodes = ( { module = "eq"; name = "tone";
 *               band = ( { freq = 90.0; gain = 1.0; } ); } );
 *
 * The words are a config's, and so are the checks; what isn't said is left alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_SCENE_FILE_H
#define LATHE_CONFIG_SCENE_FILE_H

#include "daemon/base/text.h"
#include "daemon/config/source.h"
#include "daemon/rack/pattern.h"
#include "daemon/rack/rack.h"

/* A growing list of values. */
struct settings {
	struct change *changes;
	int count, room;
};

void settings_add(struct settings *settings, int node, int param, float value);
/* Call after a reload: drops the values of nodes that the new rack does not have. */
void settings_move(struct settings *settings, const struct rack *from,
		   const struct rack *to);
void settings_finish(struct settings *settings);

/* Whether scenes hold this param: not triggers, files and recall-safe params. */
bool scene_holds(const struct node *node, int param);
/* Adds the present values of all params that scenes hold and the pattern covers (NULL:
 * all). */
void scene_gather(const struct rack *rack, const struct pattern *pattern,
		  struct settings *settings);
/* Prints the values as a scene file. They must be in the order of scene_gather(). */
void scene_print(const struct rack *rack, const struct settings *settings,
		 struct text *text);
/* What a file that was read (config_source_read()) says of the rack. Nodes that the rack does
 * not have are left out and told in `notes`; false and complaints when anything else is
 * wrong. */
bool scene_parse(const struct config_source *source, const struct rack *rack,
		 struct settings *settings, struct text *notes,
		 struct complaints *complaints);

#endif

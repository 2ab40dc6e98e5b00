/* scene_file.h - values as a file that people read and edit. Control thread.
 *
 *   nodes = ( { module = "eq"; name = "tone";
 *               band = ( { freq = 90.0; gain = 1.0; } ); } );
 *
 * The words are a config's, and so are the checks; what isn't said is left alone. */
#ifndef LATHE_CONFIG_SCENE_FILE_H
#define LATHE_CONFIG_SCENE_FILE_H

#include "daemon/rack/pattern.h"
#include "daemon/rack/rack.h"
#include "daemon/base/text.h"

/* Values of the rack as `changes`; grows. */
struct settings {
	struct change *changes;
	int count, room;
};

void settings_add(struct settings *settings, int node, int param, float value);
/* The rack is another one: what it hasn't got is dropped. */
void settings_move(struct settings *settings, const struct rack *from,
		   const struct rack *to);
void settings_finish(struct settings *settings);

/* Whether a scene holds this param: no trigger, file or recall-safe one. */
bool scene_holds(const struct node *node, int param);
/* What the pattern (NULL: all) sees of the rack, with its values. */
void scene_gather(const struct rack *rack, const struct pattern *pattern,
		  struct settings *settings);
/* `settings` must be in the order of scene_gather(). */
void scene_print(const struct rack *rack, const struct settings *settings,
		 struct text *text);
/* What the file says of the rack. Nodes that the rack hasn't are left out and told in
 * `notes`; false and complaints when anything else is wrong. */
bool scene_read(const char *path, const struct rack *rack, struct settings *settings,
		struct text *notes, struct complaints *complaints);

#endif

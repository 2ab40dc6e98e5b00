/* scenes.h - scenes in a test, with waits for the disk. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TESTS_SCENES_H
#define LATHE_TESTS_SCENES_H

#include "daemon/recall/scene.h"

/* Waits for the outcome of a request, and adds its text. Ticket 0: it was refused, and
 * `said` has the text already. */
static inline bool scenes_wait(struct scenes *scenes, uint64_t ticket,
			       struct text *said)
{
	struct text result;
	bool good = false;

	scenes_settle(scenes, -1);
	if (!ticket || !scene_outcome(scenes, ticket, &good, &result))
		return false;
	if (result.length)
		text_add(said, "%s", result.bytes);
	text_finish(&result);
	return good;
}

static inline bool scenes_save(struct scenes *scenes, const char *name,
			       const struct pattern *pattern, struct text *said)
{
	return scenes_wait(scenes, scene_save(scenes, name, pattern, ROLE_NONE, said),
			   said);
}

static inline bool scenes_load(struct scenes *scenes, const char *name, double seconds,
			       const struct pattern *pattern, struct text *said)
{
	return scenes_wait(scenes,
			   scene_load(scenes, name, seconds, pattern, ROLE_NONE, said),
			   said);
}

#endif

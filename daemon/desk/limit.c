/* limit.c - how far a role may move a param. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/limit.h"

#include "daemon/base/text.h"
#include "daemon/rack/param.h"

#include <math.h>
#include <stdio.h>

static bool is_about(const struct limit *limit, const struct node *node, int param)
{
	char path[192];
	int length = snprintf(path, sizeof(path), "/%s/", node->path);

	param_path(node->module, param, path + length, sizeof(path) - (size_t)length);
	return pattern_match(&limit->pattern, path);
}

float limit_value(const struct rack *rack, enum role role, int place, int param,
		  float value)
{
	const struct node *node = &rack->nodes[place];
	const struct param *row = param_row(node->module, param);
	float least = -INFINITY, most = INFINITY;
	bool said = false;

	if (role == ROLE_NONE)
		return value;
	for (int i = 0; i < rack->osc->limit_count; i++) {
		const struct limit *limit = &rack->osc->limits[i];
		if (limit->role < role || !is_about(limit, node, param))
			continue;
		if (limit->has_min)
			least = fmaxf(least, (float)limit->min);
		if (limit->has_max)
			most = fminf(most, limit->as_config ? node->loaded[param]
							    : (float)limit->max);
		said = said || limit->has_max;
	}
	if (!said && role < ROLE_ADMIN && (row->flags & PARAM_CEILING))
		most = node->loaded[param];
	return fminf(fmaxf(value, least), most);
}

int limit_changes(const struct rack *rack, struct change *changes, int count)
{
	int held = 0;

	for (int i = 0; i < count; i++) {
		struct change *change = &changes[i];
		float value = limit_value(rack, change->role, change->node,
					  change->param, change->value);
		held += value < change->value || value > change->value;
		change->value = value;
	}
	return held;
}

void limit_tell(enum role role, int held, struct text *result)
{
	if (held)
		text_add(result, "%d held at the limits of %s\n", held,
			 role_word(role));
}

/* merge.c - reload: a param whose value differs in the new file takes it; all others
 * keep their present value. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/rack.h"

#include <string.h>

#include "daemon/rack/param.h"
#include "daemon/base/text.h"

/* The node of the same path and module, or NULL. */
static const struct node *node_before(const struct rack *old, const struct node *node)
{
	for (int i = 0; i < old->node_count; i++) {
		if (strcmp(old->nodes[i].path, node->path) == 0)
			return old->nodes[i].module == node->module ? &old->nodes[i]
								    : NULL;
	}
	return NULL;
}

static void report_param(struct text *report, const struct node *node, int param,
			 const char *format, float from, float to)
{
	const struct param *row = param_row(node->module, param);
	char path[128], was[64], is[64];

	if (!report)
		return;
	param_path(node->module, param, path, sizeof(path));
	param_text(row, from, was, sizeof(was));
	param_text(row, to, is, sizeof(is));
	text_add(report, format, node->path, path, is, was);
}

static void node_merge(struct node *node, const struct node *old, bool fresh,
		       struct text *report)
{
	int params = node_params(node);

	for (int i = 0; i < params; i++) {
		float was = old->values[i];

		/* A trigger's count is not a setting. */
		if (param_row(node->module, i)->curve == CURVE_TRIGGER) {
			node->values[i] = was;
			continue;
		}
		if (!fresh && node->loaded[i] == old->loaded[i])
			node->values[i] = was;
		if (node->values[i] != was)
			report_param(report, node, i,
				     "%s/%s: %s from the file (was %s)\n", was,
				     node->values[i]);
		else if (was != node->loaded[i])
			report_param(report, node, i,
				     "%s/%s: stays %s (the file says %s, as before)\n",
				     node->loaded[i], was);
	}
}

void rack_merge(struct rack *rack, const struct rack *old, bool fresh,
		struct text *report)
{
	for (int i = 0; i < rack->node_count; i++) {
		const struct node *before = node_before(old, &rack->nodes[i]);

		if (before)
			node_merge(&rack->nodes[i], before, fresh, report);
		else if (report)
			text_add(report, "%s: new (%s)\n", rack->nodes[i].path,
				 rack->nodes[i].module->id);
	}
	for (int i = 0; report && i < old->node_count; i++)
		if (!node_before(rack, &old->nodes[i]))
			text_add(report, "%s: removed (%s)\n", old->nodes[i].path,
				 old->nodes[i].module->id);
}

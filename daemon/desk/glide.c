/* glide.c - moves values along their curve. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/glide.h"
#include "daemon/base/memory.h"

#include "daemon/rack/param.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct glide {
	int node, param;
	float from, to; /* 0..1 along the curve */
	float target;   /* the value that the last step sets, exactly */
	int step, steps;
};

struct glides {
	struct glide *glides;
	struct change *changes;
	int count, room;
};

struct glides *glides_create(void)
{
	return memory_zeroed(1, sizeof(struct glides));
}

void glides_destroy(struct glides *glides)
{
	if (!glides)
		return;
	free(glides->glides);
	free(glides->changes);
	free(glides);
}

int glide_count(const struct glides *glides)
{
	return glides ? glides->count : 0;
}

bool glide_allowed(const struct node *node, const struct param *param, char *error,
		   size_t error_size)
{
	const char *what = NULL;

	switch (param->curve) {
	case CURVE_CHOICE:
		what = "a choice";
		break;
	case CURVE_TOGGLE:
		what = "a switch";
		break;
	case CURVE_TRIGGER:
		what = "a trigger";
		break;
	case CURVE_FILE:
		what = "a file";
		break;
	default:
		if (param->flags & PARAM_REBUILD)
			what = "a setting that rebuilds the rack";
	}
	if (what)
		snprintf(error, error_size,
			 "%s of %s is %s and can't ramp; set it without /ramp",
			 param->id, node->path, what);
	return what == NULL;
}

void glide_end(struct glides *glides, int node, int param)
{
	if (!glides)
		return;
	for (int i = 0; i < glides->count; i++)
		if (glides->glides[i].node == node && glides->glides[i].param == param)
			glides->glides[i--] = glides->glides[--glides->count];
}

void glide_start(struct glides *glides, const struct rack *rack,
		 const struct change *target, double seconds)
{
	const struct node *node = &rack->nodes[target->node];
	const struct param *param = param_row(node->module, target->param);

	glide_end(glides, target->node, target->param);
	if (glides->count == glides->room) {
		size_t room = glides->room ? (size_t)glides->room * 2 : 64;
		glides->glides =
			memory_resize(glides->glides, room, sizeof(struct glide));
		glides->changes =
			memory_resize(glides->changes, room, sizeof(struct change));
		glides->room = (int)room;
	}
	/* 0.05f is a little more than 0.05; it makes five steps, not six. */
	double steps = ceil(fmin(seconds, (double)GLIDE_SECONDS_MAX) *
				    (double)GLIDE_STEPS_PER_SECOND -
			    1e-3);
	float goal = param_clamp(param, target->value);
	glides->glides[glides->count++] = (struct glide) {
		.node = target->node,
		.param = target->param,
		.from = param_norm(param, node->values[target->param]),
		.to = param_norm(param, goal),
		.target = goal,
		.steps = steps < 1.0 ? 1 : (int)steps,
	};
}

int glide_step(struct glides *glides, const struct rack *rack, struct change **changes)
{
	int count = 0;

	if (!glides)
		return 0;
	for (int i = 0; i < glides->count; i++) {
		struct glide *glide = &glides->glides[i];
		const struct param *param =
			param_row(rack->nodes[glide->node].module, glide->param);
		float share = (float)++glide->step / (float)glide->steps;
		bool last = glide->step >= glide->steps;
		float norm = glide->from + (glide->to - glide->from) * share;
		glides->changes[count++] = (struct change) {
			.node = glide->node,
			.param = glide->param,
			.value = last ? glide->target : param_denorm(param, norm),
		};
		if (last)
			glides->glides[i--] = glides->glides[--glides->count];
	}
	*changes = glides->changes;
	return count;
}

void glide_goal(const struct glides *glides, struct rack *rack)
{
	for (int i = 0; glides && i < glides->count; i++) {
		const struct glide *glide = &glides->glides[i];
		rack->nodes[glide->node].values[glide->param] = glide->target;
	}
}

void glide_move(struct glides *glides, const struct rack *from, const struct rack *to)
{
	if (!glides)
		return;
	for (int i = 0; i < glides->count; i++) {
		struct glide *glide = &glides->glides[i];
		const struct node *old = &from->nodes[glide->node];
		int place = rack_find(to, old->path);
		const struct node *new = place < 0 ? NULL : &to->nodes[place];
		float had = old->values[glide->param];
		bool keeps = new &&new->module ==
			     old->module &&new->values[glide->param] >=
				     had &&new->values[glide->param] <= had;
		glide->node = place;
		if (!keeps)
			glides->glides[i--] = glides->glides[--glides->count];
	}
}

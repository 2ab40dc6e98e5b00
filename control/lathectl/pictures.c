/* pictures.c - the vectors and scales of a rack's nodes, and their newest values. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/picture.h"

#include "share/json.h"

#include <stdlib.h>
#include <string.h>

void pictures_add(struct pictures *pictures, const struct vector *vector)
{
	size_t count = (size_t)pictures->count + 1;
	struct vector *more = realloc(pictures->vectors, count * sizeof(*more));

	if (!more)
		return;
	pictures->vectors = more;
	pictures->vectors[pictures->count++] = *vector;
}

void pictures_finish(struct pictures *pictures)
{
	free(pictures->vectors);
}

/* "/level/scale/text" */
static bool scale_take(struct pictures *pictures, const struct message *message)
{
	static const char tail[] = "/scale/text";
	size_t length = strlen(message->path), name = length - (sizeof(tail) - 1);
	const char *word = message_string(message, 0);
	char node[64];
	int i = 0;

	if (length < sizeof(tail) || strcmp(message->path + name, tail) != 0 || !word)
		return false;
	snprintf(node, sizeof(node), "%.*s", (int)(name - 1), message->path + 1);
	while (i < pictures->scale_count && strcmp(pictures->scales[i].node, node) != 0)
		i++;
	if (i == SCALES_MAX)
		return true;
	snprintf(pictures->scales[i].node, sizeof(node), "%s", node);
	snprintf(pictures->scales[i].word, sizeof(pictures->scales[i].word), "%s",
		 word);
	pictures->scale_count += i == pictures->scale_count;
	return true;
}

bool pictures_take(struct pictures *pictures, const struct message *message)
{
	float values[VALUES_MAX];

	for (int i = 0; i < pictures->count; i++) {
		struct vector *vector = &pictures->vectors[i];
		if (strcmp(vector->path, message->path) != 0)
			continue;
		if (blob_values(message, 0, values) == vector->count) {
			memcpy(vector->values, values, sizeof(values));
			vector->seen = true;
		}
		return true;
	}
	return scale_take(pictures, message);
}

const char *pictures_scale(const struct pictures *pictures, const char *node)
{
	for (int i = 0; i < pictures->scale_count; i++)
		if (strcmp(pictures->scales[i].node, node) == 0)
			return pictures->scales[i].word;
	return NULL;
}

static const struct vector *vector_find(const struct pictures *pictures,
					const char *node, const char *name)
{
	for (int i = 0; i < pictures->count; i++)
		if (strcmp(pictures->vectors[i].node, node) == 0 &&
		    strcmp(pictures->vectors[i].name, name) == 0 &&
		    pictures->vectors[i].seen)
			return &pictures->vectors[i];
	return NULL;
}

int pictures_make(const struct pictures *pictures, const char *node, int columns,
		  bool colour, struct picture *picture)
{
	const struct vector *top = vector_find(pictures, node, "third_level");
	const struct vector *under = vector_find(pictures, node, "third_peak");
	const struct vector *points = vector_find(pictures, node, "goniometer_point");
	const int points_width = 2 * PICTURE_ROWS + 2;

	memset(picture, 0, sizeof(*picture));
	if (!top) {
		top = vector_find(pictures, node, "third_mid");
		under = vector_find(pictures, node, "third_side");
	}
	if (top && top->count <= columns) {
		const int each = 2 * top->count <= columns ? 2 : 1;
		picture_bands(picture, top->values, under ? under->values : NULL,
			      top->count, each, 17, 10, colour);
	}
	if (points && picture->width + points_width <= columns)
		picture_points(picture, points->values, points->count, colour);
	return picture->width ? PICTURE_ROWS + 1 : 0;
}

void pictures_json(const struct pictures *pictures, bool first)
{
	for (int i = 0; i < pictures->count; i++) {
		const struct vector *vector = &pictures->vectors[i];
		if (!vector->seen)
			continue;
		fputs(first ? "" : ", ", stdout);
		json_string(stdout, vector->path + 1);
		for (int k = 0; k < vector->count; k++)
			printf("%s%.3f", k ? ", " : ": [", (double)vector->values[k]);
		fputs("]", stdout);
		first = false;
	}
}

/* tree.c - a rack's tree of params and meters, as its description says it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/tree.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 8, NUMBERS = 5 };
/* In the order of the line; %: a number. */
static const char *const keys[] = { "unit",  "curve",   "%min",  "%max", "%default",
				    "%step", "choices", "label", "help", "%count" };

static char *copy(const char *text)
{
	char *made = strdup(text ? text : "");

	if (!made)
		abort();
	return made;
}

static void part_copy(char *to, size_t size, const char *from, size_t length)
{
	snprintf(to, size, "%.*s", (int)length, from);
}

/* Splits a path into node, group, member and leaf. The rack's own rows have the node
 * "rack". */
static void row_split(struct row *row)
{
	const char *at = row->path + (row->path[0] == '/'), *end = strchr(at, '/');

	if (end && strncmp(at, "rack/output/", 12) == 0)
		end = strchr(at + 12, '/');
	if (!end)
		end = at + strlen(at);
	part_copy(row->node, sizeof(row->node), at, (size_t)(end - at));
	at = *end ? end + 1 : end;
	row->meter = strcmp(row->type, "meter") == 0;
	row->vector = strcmp(row->type, "b") == 0;
	if (row->meter && strncmp(at, "meter/", 6) == 0)
		at += 6;
	if (row->vector && strncmp(at, "vector/", 7) == 0)
		at += 7;
	const char *number = strchr(at, '/');
	if (number && isdigit((unsigned char)number[1])) {
		part_copy(row->group, sizeof(row->group), at, (size_t)(number - at));
		row->member = atoi(number + 1);
		at = strchr(number + 1, '/');
		at = at ? at + 1 : "";
	}
	part_copy(row->leaf, sizeof(row->leaf), at, strlen(at));
}

void tree_add(struct tree *tree, const char *const texts[TEXTS],
	      const double numbers[NUMBERS])
{
	if (tree->count == tree->room) {
		tree->room = tree->room ? 2 * tree->room : 256;
		tree->rows =
			realloc(tree->rows, (size_t)tree->room * sizeof(*tree->rows));
		if (!tree->rows)
			abort();
	}
	struct row *row = &tree->rows[tree->count++];
	*row = (struct row) {
		.path = copy(texts[0]),
		.type = copy(texts[1]),
		.access = copy(texts[2]),
		.unit = copy(texts[3]),
		.curve = copy(texts[4]),
		.choices = copy(texts[5]),
		.label = copy(texts[6]),
		.help = copy(texts[7]),
		.min = numbers[0],
		.max = numbers[1],
		.def = numbers[2],
		.step = numbers[3],
		.count = (int)numbers[4],
	};
	row_split(row);
}

void tree_link(struct tree *tree, const char *path, const char *from, const char *marks)
{
	const size_t count = (size_t)tree->link_count + 1;

	tree->links = realloc(tree->links, count * sizeof(*tree->links));
	if (!tree->links)
		abort();
	tree->links[tree->link_count++] =
		(struct link) { copy(path), copy(from), copy(marks) };
}

static void links_finish(struct tree *tree)
{
	for (int i = 0; i < tree->link_count; i++) {
		free(tree->links[i].path);
		free(tree->links[i].from);
		free(tree->links[i].marks);
	}
	free(tree->links);
}

void tree_finish(struct tree *tree)
{
	links_finish(tree);
	for (int i = 0; i < tree->count; i++) {
		struct row *row = &tree->rows[i];
		char *texts[TEXTS] = {
			row->path,  row->type,    row->access, row->unit,
			row->curve, row->choices, row->label,  row->help
		};
		for (int j = 0; j < TEXTS; j++)
			free(texts[j]);
	}
	free(tree->rows);
	*tree = (struct tree) { 0 };
}

/* Cuts off the next word, or the next text in quotes, in place. NULL: the line is
 * wrong. */
static char *take_word(char **at)
{
	char *from = *at, *to = from;
	bool quoted = *from == '"';

	for (from += quoted; *from && *from != (quoted ? '"' : ' '); from++) {
		if (quoted && *from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	if (quoted && *from++ != '"')
		return NULL;
	char *word = *at;
	*at = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

bool tree_add_line(struct tree *tree, const char *line)
{
	char *words = copy(line), *at = words;
	const char *texts[TEXTS] = { 0 };
	double numbers[NUMBERS] = { 0 };
	int text = 0, number = 0;
	bool good = line[0] == '/';

	for (; good && text < 3; text++)
		texts[text] = take_word(&at);
	for (size_t i = 0; good && i < sizeof(keys) / sizeof(keys[0]); i++) {
		bool numeric = keys[i][0] == '%';
		size_t length = strlen(keys[i] + numeric);
		good = strncmp(at, keys[i] + numeric, length) == 0 && at[length] == '=';
		if (!good)
			break;
		at += length + 1;
		char *word = take_word(&at);
		if (numeric)
			numbers[number++] = word ? strtod(word, NULL) : 0;
		else
			texts[text++] = word;
		good = word != NULL;
	}
	if (good)
		tree_add(tree, texts, numbers);
	free(words);
	return good;
}

/* The text of " key=\"...\"" in a line, cut out in `text`. False: there is none. */
static bool quoted_text(const char *line, const char *key, char *text, size_t size)
{
	char head[32];
	const int length = snprintf(head, sizeof(head), " %s=\"", key);
	const char *at = strstr(line, head);

	if (!at)
		return false;
	at += length;
	snprintf(text, size, "%.*s", (int)strcspn(at, "\""), at);
	return true;
}

bool tree_add_graph_line(struct tree *tree, const char *line)
{
	char path[PATH_BYTES], from[1024], marks[64];

	if (line[0] == '/' || !quoted_text(line, "from", from, sizeof(from)) ||
	    !quoted_text(line, "marks", marks, sizeof(marks)))
		return false;
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(line, " "), line);
	tree_link(tree, path, from, marks);
	return true;
}

bool row_is(const struct row *row, const char *curve)
{
	return strcmp(row->curve, curve) == 0;
}

bool row_is_reduction(const struct row *row)
{
	return row->meter && strcmp(row->leaf, "gr") == 0;
}

bool row_is_tapered(const struct row *row)
{
	return row_is(row, "log") || row_is(row, "fader");
}

int row_choice(const struct row *row, int index, char *text, size_t size)
{
	const char *at = row->choices;
	int count = 0;

	while (*at) {
		size_t length = strcspn(at, "|");
		if (count++ == index && text) {
			snprintf(text, size, "%.*s", (int)length, at);
			for (char *c = text; *c; c++)
				if (*c == '_')
					*c = ' ';
		}
		at += length + (at[length] == '|');
	}
	return count;
}

/* The part of the range that can be seen. */
void row_scale(const struct row *row, double *from, double *to)
{
	*from = row->min;
	*to = row->max;
	if (row_is_reduction(row)) {
		*to = fmin(row->max, 24);
	} else if (strncmp(row->unit, "dB", 2) == 0 && row->min <= -60) {
		*from = -60;
		*to = fmin(row->max, 6);
	} else if (strcmp(row->unit, "LUFS") == 0) {
		*from = -50;
		*to = fmin(row->max, 0);
	}
}

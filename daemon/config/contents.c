/* contents.c - reads the files that a rack's nodes play from. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/contents.h"

#include <string.h>

static void share(struct file **to, struct file *from)
{
	if (*to == from)
		return;
	content_drop(*to);
	*to = content_hold(from);
}

static const struct node *same_node(const struct rack *rack, int node,
				    const struct rack *other)
{
	const int place = other ? rack_same(rack, node, other) : -1;

	return place < 0 ? NULL : &other->nodes[place];
}

static bool is_missing(const struct file *file)
{
	return file && content_stamp(file) == 0;
}

void contents_read(struct rack *rack, const struct rack *known)
{
	for (int i = 0; i < rack->node_count; i++) {
		struct node *node = &rack->nodes[i];
		const struct node *before = same_node(rack, i, known);

		for (int p = 0; p < node_params(node); p++) {
			struct file *file = before ? before->files[p] : NULL;
			if (is_missing(node->files[p]) &&
			    content_read(node->files[p], file))
				share(&node->files[p], file);
		}
	}
}

int contents_complain(const struct rack *rack, struct text *text)
{
	int count = 0;

	for (int i = 0; i < rack->node_count; i++)
		for (int p = 0; p < node_params(&rack->nodes[i]); p++) {
			const struct file *file = rack->nodes[i].files[p];
			if (!file || file->content || is_missing(file))
				continue;
			text_add(text, "%s: %s: %s\n", rack->nodes[i].path, file->path,
				 file->error);
			count++;
		}
	return count;
}

struct rack *contents_missing(const struct rack *rack)
{
	struct rack *copy = rack_copy(rack);
	int count = 0;

	for (int i = 0; i < copy->node_count; i++) {
		struct node *node = &copy->nodes[i];
		for (int p = 0; p < node_params(node); p++) {
			struct file *shared = node->files[p];
			if (!is_missing(shared))
				continue;
			node->files[p] = content_create(node->module, shared->path);
			content_drop(shared);
			count++;
		}
	}
	if (count)
		return copy;
	rack_destroy(copy);
	return NULL;
}

bool contents_take(struct rack *rack, const struct rack *copy)
{
	bool any = false;

	for (int i = 0; i < rack->node_count; i++) {
		const struct node *read = same_node(rack, i, copy);
		struct node *node = &rack->nodes[i];

		for (int p = 0; read && p < node_params(node); p++) {
			if (!node->files[p] || !read->files[p] ||
			    node->files[p] == read->files[p] ||
			    strcmp(node->files[p]->path, read->files[p]->path) != 0)
				continue;
			share(&node->files[p], read->files[p]);
			any = true;
		}
	}
	return any;
}

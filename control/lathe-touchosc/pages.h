/* pages.h - which pages a rack has, and what is where on them. */
#ifndef LATHE_TOUCHOSC_PAGES_H
#define LATHE_TOUCHOSC_PAGES_H

#include "control/lathe-touchosc/widget.h"

enum { NODES_MAX = 128, NODE_ROWS_MAX = 640 };

/* The rows of one node, in the order of its tables. */
struct node {
	char name[PATH_BYTES];
	const struct row *params[NODE_ROWS_MAX], *meters[NODE_ROWS_MAX];
	int param_count, meter_count;
};

/* The nodes of the chain, the outputs, and the rack itself. */
struct rack {
	struct node *nodes[NODES_MAX], *outputs[NODES_MAX], *rack;
	int node_count, output_count;
	const char *const *scenes;
	int scene_count;
};

void rack_read(struct rack *rack, const struct tree *tree);
void rack_finish(struct rack *rack);
const struct row *node_meter(const struct node *node, const char *leaf);
const struct row *node_param(const struct node *node, const char *leaf);
/* "Gain 2" of a row that repeats, else its label. */
void row_name(const struct node *node, const struct row *row, char *name, size_t size);

void style_init(struct style *style, double width, double height);
/* The whole layout: a group with a pager. The caller destroys it. */
struct widget *layout_create(const struct rack *rack, const struct style *style);

/* page.c: one node. */
void node_page(struct widget *page, const struct style *style, const struct node *node);
/* overview.c: all of them at a glance. */
void overview_page(struct widget *page, const struct style *style,
		   const struct rack *rack);
void meters_page(struct widget *page, const struct style *style,
		 const struct rack *rack);
void outputs_page(struct widget *page, const struct style *style,
		  const struct rack *rack);

#endif

/* rack.h - the model: nodes, links, values. Control thread only (other threads get
 * copies).
 *
 * Every change of the model is checked here and nowhere else. Nodes, outputs and the
 * rack itself are each a `struct node` with a table, values and an OSC path, so that
 * OSC, scenes, docs and completion treat them in the same way.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RACK_RACK_H
#define LATHE_RACK_RACK_H

#include "daemon/rack/content.h"
#include "daemon/rack/pattern.h"
#include "daemon/rack/port.h"
#include "daemon/rack/settings.h"
#include "modules/module.h"

enum {
	NODES_MAX = 256,
	SOURCES_MAX = 16, /* links into one input of a node */
	CONNECTS_MAX = 8,
};

enum node_kind {
	NODE_MODULE, /* a module placed in the rack */
	NODE_OUTPUT, /* a rack output: the module `output`, path rack/output/<name> */
	NODE_RACK,   /* the rack's own params (mute, dim, bypass): path rack */
};

/* The source of a link: a rack input or a node, by its index. */
struct source {
	enum { FROM_INPUT, FROM_NODE } kind;
	int index;
};

struct node {
	enum node_kind kind;
	char name[NAME_BYTES];
	char path[64]; /* its OSC address without the first slash */
	const struct module *module;
	int channels;
	int source_count[1 + SIDES_MAX]; /* [0]: main input, then the module's sides */
	struct source sources[1 + SIDES_MAX][SOURCES_MAX];
	float *values; /* [params_total(node)]: the module's, then the host's */
	float *loaded; /* the values in the config file as last loaded, for the merge */
	struct file *
		*files; /* [params_total(node)] of CURVE_FILE params, or NULL; held */
	int line;       /* line in the config, for complaints */
	/* [channels] JACK port patterns, or NULL. Of an output: `connect`. Of a node
	 * with ports of its own: where it sends to, and what returns to it. */
	char **connect, **returns;
	/* NODE_OUTPUT only */
	char align[NAME_BYTES];
	bool monitor; /* /rack/dim acts on it */
	bool master;  /* overviews show its chain; at most one output */
};

struct input {
	char name[NAME_BYTES];
	int channels;
	char **connect;
	int line;
};

struct rack {
	char name[NAME_BYTES];
	int latency; /* frames that every output is delayed to; 0: none */
	bool empty;  /* it may have no nodes: its config says so */
	struct input *inputs;
	int input_count;
	/* Modules in file order, then outputs, then the rack itself. */
	struct node *nodes;
	int node_count;
	/* For the control thread only: a plain copy of the rack has NULL here. */
	struct osc_settings *osc;
	struct appointment *schedule;
	int schedule_count;
	char files[256];  /* folder of the files of CURVE_FILE params, or "" */
	char scenes[256]; /* folder of scenes, or "": lathed chooses */
};

/* One value to change, or changed. `origin` identifies the client (NULL: lathed
 * itself). */
struct change {
	int node, param; /* indices in rack->nodes and its values */
	float value;
	const void *origin;
	enum role role; /* role of the sender; ROLE_NONE: lathed itself */
};

/* A rack without inputs, with one node: itself, of kind NODE_RACK. */
struct rack *rack_create(void);
/* These add to a rack. A new module node follows the other module nodes, an output the
 * other outputs; so pointers into rack->nodes and indices of outputs change. Values are
 * the table's defaults, `connect` is all NULL. `module` NULL: the module `output`. */
struct input *rack_add_input(struct rack *rack, const char *name, int channels);
struct node *rack_add_node(struct rack *rack, enum node_kind kind, const char *name,
			   const struct module *module);
/* Sets a node's channels, and allocates an output's `connect`. */
void node_set_channels(struct node *node, int channels);
int node_params(const struct node *node);
/* The name of the file of a CURVE_FILE param, or "". */
const char *node_file(const struct node *node, int param);
int node_meters(const struct node *node);
int node_vectors(const struct node *node);
/* Nodes, links and values, for another thread: without `osc` and `schedule`. */
struct rack *rack_copy(const struct rack *rack);
/* A copy with `osc` and `schedule`. */
struct rack *rack_copy_whole(const struct rack *rack);
void rack_destroy(struct rack *rack);

/* The index of the node with this OSC path or name ("eq", "rack/output/main"), or
 * -1. */
int rack_find(const struct rack *rack, const char *path);
/* Finds "tone/band/3/gain" (an OSC address without its first slash). False: none. */
bool rack_find_param(const struct rack *rack, const char *path, int *node, int *param);
/* The index in `to` of a node of `from` (same path, same module), or -1. */
int rack_same(const struct rack *from, int node, const struct rack *to);
/* Clamps the value to the table (integers, toggles and choices also to whole steps; a
 * trigger counts up by one for any value but 0), stores it, returns what was stored. */
float rack_set(struct rack *rack, int node, int param, float value);
/* Whether the rack's comparison acts on this node: an output marked as monitor or,
 * where none is, the first output. */
bool rack_compares(const struct rack *rack, int node);
/* The value the audio plays: an output's mute, dim and bypass joined with the
 * rack's. */
float rack_effective(const struct rack *rack, int node, int param);

/* Reload: takes from `old` the value of every param whose value in the new file is the
 * same as in the old file (fresh: of none). Writes one line per difference to `report`
 * (may be NULL; a growing text, see text.h). */
struct text;
void rack_merge(struct rack *rack, const struct rack *old, bool fresh,
		struct text *report);

/* Fills a setup for init(), latency(), design(). Points into the node. */
struct setup rack_setup(const struct rack *rack, int node, int rate);

#endif

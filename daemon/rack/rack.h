/* rack.h - the model: nodes, links, values. Control thread only (others get copies).
 *
 * Every change of the model is checked here and only here. Nodes, outputs and the rack
 * itself are all `struct node`: each has a table, values and an OSC path, so that OSC,
 * scenes, docs and completion treat them alike.
 */
#ifndef LATHE_RACK_RACK_H
#define LATHE_RACK_RACK_H

#include "daemon/rack/pattern.h"
#include "daemon/rack/port.h"
#include "daemon/rack/settings.h"
#include "modules/module.h"

enum {
	NODES_MAX = 256,
	SOURCES_MAX = 16, /* of one input of one node */
	CONNECTS_MAX = 8,
};

enum node_kind {
	NODE_MODULE, /* a module placed in the rack */
	NODE_OUTPUT, /* a rack output: the module `output`, path rack/output/<name> */
	NODE_RACK,   /* the rack's own params (mute, dim, bypass): path rack */
};

/* A rack input, or a node, by its place. */
struct source {
	enum { FROM_INPUT, FROM_NODE } kind;
	int index;
};

struct node {
	enum node_kind kind;
	char name[NAME_BYTES];
	char path[64]; /* OSC address without the first slash */
	const struct module *module;
	int channels;
	int source_count[1 + SIDES_MAX]; /* [0]: main input, then the module's sides */
	struct source sources[1 + SIDES_MAX][SOURCES_MAX];
	float *values; /* [params_total(node)]: the module's, then the host's */
	float *loaded; /* the same as the file last said: for the merge */
	char **files; /* [params_total(node)] full paths of CURVE_FILE params or NULL */
	int line;     /* in the config, for complaints */
	/* [channels] JACK port patterns, or NULL: of an output; of what a node with ports of its
	 * own sends to, and of what returns to it. */
	char **connect, **returns;
	/* NODE_OUTPUT only */
	char align[NAME_BYTES];
	bool monitor; /* /rack/dim acts on it */
};

struct input {
	char name[NAME_BYTES];
	int channels;
	char **connect;
	int line;
};

struct rack {
	char name[NAME_BYTES];
	int latency; /* frames every output is padded to; 0: none */
	struct input *inputs;
	int input_count;
	/* Modules in file order, then outputs, then the rack itself. */
	struct node *nodes;
	int node_count;
	/* Of the control thread: a copy of the rack has none of these. */
	struct osc_settings *osc;
	struct appointment *schedule;
	int schedule_count;
	char files[256];  /* folder of CURVE_FILE params, or "" */
	char scenes[256]; /* folder of scenes, or "": the host's choice */
};

/* One value that is to change, or has changed. `origin` tells clients apart (NULL: ours). */
struct change {
	int node, param; /* places in rack->nodes and its values */
	float value;
	const void *origin;
	enum role role; /* who wants it; ROLE_NONE: we do */
};

/* A rack of no inputs and one node: its own, of kind NODE_RACK. */
struct rack *rack_create(void);
/* Grow a rack. Module nodes come to stand after the module nodes, outputs after the
 * outputs: pointers into rack->nodes and places of outputs move. Values are the table's
 * defaults, `connect` is all NULL. `module` NULL: an output's own. */
struct input *rack_add_input(struct rack *rack, const char *name, int channels);
struct node *rack_add_node(struct rack *rack, enum node_kind kind, const char *name,
			   const struct module *module);
/* Sets a node's channels (and the room for an output's `connect`). */
void node_set_channels(struct node *node, int channels);
int node_params(const struct node *node);
/* The name of a CURVE_FILE param's file, or "". */
const char *node_file(const struct node *node, int param);
int node_meters(const struct node *node);
int node_vectors(const struct node *node);
/* Nodes, links and values, for another thread: without `osc` and `schedule`. */
struct rack *rack_copy(const struct rack *rack);
/* With both of them. */
struct rack *rack_copy_whole(const struct rack *rack);
void rack_destroy(struct rack *rack);

/* Place of the node with this OSC path or name ("eq", "rack/output/main"), or -1. */
int rack_find(const struct rack *rack, const char *path);
/* "tone/band/3/gain" (an OSC address without its first slash). False: there is none. */
bool rack_find_param(const struct rack *rack, const char *path, int *node, int *param);
/* Place in `to` of a node of `from`: same path, same module; or -1. */
int rack_same(const struct rack *from, int node, const struct rack *to);
/* Clamps to the table (and to the step of integers, toggles, choices; a trigger counts one
 * up for any value but 0), stores it, returns the value that is now in force. */
float rack_set(struct rack *rack, int node, int param, float value);
/* Whether the rack's comparison acts on this node: an output marked as monitor or, where
 * none is, the first output. */
bool rack_compares(const struct rack *rack, int node);
/* The value the audio plays: an output's mute, dim and bypass joined with the rack's. */
float rack_effective(const struct rack *rack, int node, int param);

/* Takes values from `old` wherever the file that made `rack` says the same as the file that
 * made `old` (all of them from the file when fresh). Writes one line per difference to
 * `report` (may be NULL; a growing text, see text.h). */
struct text;
void rack_merge(struct rack *rack, const struct rack *old, bool fresh,
		struct text *report);

/* Fills a setup for init(), latency(), design(). Points into the node. */
struct setup rack_setup(const struct rack *rack, int node, int rate);

#endif

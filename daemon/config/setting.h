/* setting.h - what the parts of the config reader share: where they are, and how they
 * check a setting. Control thread, and the programs without JACK. */
#ifndef LATHE_CONFIG_SETTING_H
#define LATHE_CONFIG_SETTING_H

#include <libconfig.h>

#include "daemon/rack/rack.h"
#include "daemon/config/source.h"
#include "daemon/base/text.h"

enum { WHERE_BYTES = 128, WORDS_MAX = 256 };

/* A node or output of the file. One that can't be used keeps its name, so that those who
 * point to it get no complaints of their own. */
struct entry {
	enum node_kind kind;
	char name[NAME_BYTES];
	const config_setting_t *setting;
	const config_setting_t *from[1 + SIDES_MAX]; /* NULL: not said */
	const struct module *module;                 /* NULL: unusable */
	int node;                                    /* place in the rack, or -1 */
};

struct reading {
	struct rack *rack;
	struct complaints *complaints;
	struct config_source source;
	char folder[4096]; /* of the config */
	struct entry entries[NODES_MAX];
	int entry_count;
};

/* Words that a key or a name could have been. */
struct words {
	const char *list[WORDS_MAX];
	int count;
};
void words_add(struct words *words, const char *word);
/* ", did you mean "x"?", or ", would accept a, b, c". */
void words_hint(const struct words *words, const char *found, struct text *hint);

/* The source as libconfig reads it; false and a complaint. */
bool reading_parse(struct reading *reading, config_t *config);
/* At the setting's line; text as complain(). */
void reading_complain(struct reading *reading, const config_setting_t *at,
		      const char *format, ...) __attribute__((format(printf, 3, 4)));
int reading_line(struct reading *reading, const config_setting_t *at);
/* "3.5", "a string "x"", "a group": what stands there. */
const char *setting_found(const config_setting_t *setting, char *text, size_t size);
void reading_unknown(struct reading *reading, const config_setting_t *setting,
		     const char *where, const struct words *words);

/* Each: false and a complaint when the setting isn't one. `where` names the owner. */
bool reading_string(struct reading *reading, const config_setting_t *setting,
		    const char *where, const char **value);
bool reading_bool(struct reading *reading, const config_setting_t *setting,
		  const char *where, bool *value);
bool reading_int(struct reading *reading, const config_setting_t *setting,
		 const char *where, int min, int max, int *value);
bool reading_name(struct reading *reading, const config_setting_t *setting,
		  const char *where, char name[NAME_BYTES]);
/* A param's value; a file becomes a full path in *file. */
bool reading_value(struct reading *reading, const config_setting_t *setting,
		   const char *where, const struct param *param, float *value,
		   char **file);
/* A param or a group of params of `node`, when `key` is one: false when it is not. */
bool reading_param(struct reading *reading, const config_setting_t *setting,
		   const char *where, struct node *node);
void words_add_params(struct words *words, const struct node *node);

/* Patterns of JACK ports, one per channel (of one channel, the string itself will do); ""
 * connects nothing. (config_ports.c) */
void reading_connect(struct reading *reading, const config_setting_t *setting,
		     const char *where, int channels, char **connect);
/* What needs the channels of the whole graph: patterns, the number of ports. */
void reading_ports(struct reading *reading, const config_setting_t *root);
/* Links of all entries: sources, cycles, channels. (links.c) */
void reading_links(struct reading *reading);
bool reading_number(struct reading *reading, const config_setting_t *setting,
		    const char *where, double min, double max, double *value);
/* The list `schedule`. (config_schedule.c) */
void reading_schedule(struct reading *reading, const config_setting_t *root);
/* The section `osc`. (config_osc.c) */
void reading_osc(struct reading *reading, const config_setting_t *root);

#endif

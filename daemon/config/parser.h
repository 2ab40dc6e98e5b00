/* parser.h - what the readers of the config's sections share: the file that is read,
 * checks of settings, complaints. Control thread, and the programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_PARSER_H
#define LATHE_CONFIG_PARSER_H

#include "daemon/base/hint.h"
#include "daemon/base/text.h"
#include "daemon/config/source.h"
#include "daemon/rack/rack.h"

#include <libconfig.h>

enum { WHERE_BYTES = 128 };

/* A node or output of the file. One that can't be used keeps its name, so that links to
 * it cause no further complaints. */
struct entry {
	enum node_kind kind;
	char name[NAME_BYTES];
	const config_setting_t *setting;
	const config_setting_t *from[1 + SIDES_MAX]; /* links; NULL: not given */
	const struct module *module;                 /* NULL: the entry can't be used */
	int node;                                    /* index in the rack, or -1 */
};

struct parser {
	struct rack *rack;
	struct complaints *complaints;
	struct config_source source;
	char folder[4096]; /* where the config lies */
	struct entry entries[NODES_MAX];
	int entry_count;
};

/* Lets libconfig parse the source. False after a complaint. */
bool parser_parse(struct parser *parser, config_t *config);
/* Adds a complaint with the setting's file and line. */
void parser_complain(struct parser *parser, const config_setting_t *at,
		     const char *format, ...) __attribute__((format(printf, 3, 4)));
int parser_line(struct parser *parser, const config_setting_t *at);
/* Writes what the setting holds, for complaints: 3.5, "x", a group { }. */
const char *setting_found(const config_setting_t *setting, char *text, size_t size);
void parser_unknown(struct parser *parser, const config_setting_t *setting,
		    const char *where, const struct hint *hint);

/* Each of these reads one setting. False after a complaint; `where` names the owner
 * there. */
bool parser_string(struct parser *parser, const config_setting_t *setting,
		   const char *where, const char **value);
bool parser_bool(struct parser *parser, const config_setting_t *setting,
		 const char *where, bool *value);
bool parser_int(struct parser *parser, const config_setting_t *setting,
		const char *where, int min, int max, int *value);
bool parser_name(struct parser *parser, const config_setting_t *setting,
		 const char *where, char name[NAME_BYTES]);
/* The value, or the file, of a node's param. */
bool parser_value(struct parser *parser, const config_setting_t *setting,
		  const char *where, struct node *node, int index);
/* Reads the setting when it is a param or a group of params of `node`. False: it is
 * not. */
bool parser_param(struct parser *parser, const config_setting_t *setting,
		  const char *where, struct node *node);
void hint_add_params(struct hint *hint, const struct node *node);

bool parser_number(struct parser *parser, const config_setting_t *setting,
		   const char *where, double min, double max, double *value);

#endif

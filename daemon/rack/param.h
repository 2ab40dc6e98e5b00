/* param.h - a node's params and meters: indices, paths, curves, texts. Pure functions.
 *
 * A node's params are the module's rows, its groups, then the host's (bypass). Its
 * meters are the module's rows, then the host's (in, out, load).
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RACK_PARAM_H
#define LATHE_RACK_PARAM_H

#include "modules/module.h"

/* The host's rows, on every node of kind NODE_MODULE. */
extern const struct param host_params[];
extern const int host_param_count;
extern const struct meter host_meters[];
extern const int host_meter_count;

/* The registered module with this id, or NULL. */
const struct module *module_find(const char *id);
/* The module with this role (MODULE_OUTPUT ...), or NULL. */
const struct module *module_of_role(unsigned role);

/* The number of params. host: includes the host's rows (NODE_MODULE). */
int params_total(const struct module *module, bool host);
/* The row of value `index`; never NULL for a valid index. */
const struct param *param_row(const struct module *module, int index);
float param_default(const struct module *module, int index);
/* Writes "gain", "band/3/gain": the address below the node. Returns its length. */
int param_path(const struct module *module, int index, char *path, size_t size);
/* The index of that path, or -1. */
int param_find(const struct module *module, bool host, const char *path);
/* The index of the param with this PARAM_ROLE among the module's, or -1. role 0:
 * none. */
int param_of_role(const struct module *module, unsigned role);

/* Replaces names of an earlier version by the present ones, in a path below a node
 * ("band/3/freq", "meter/gr"). False: the module renamed nothing in this path. */
bool param_path_now(const struct module *module, const char *path, char *now,
		    size_t size);

int meters_total(const struct module *module, int channels, bool host);
const struct meter *meter_row(const struct module *module, int channels, int slot);
/* Writes "gr", "in/1", "band/3/gr": the address below /node/meter. */
int meter_path(const struct module *module, int channels, int slot, char *path,
	       size_t size);
int meter_find(const struct module *module, int channels, bool host, const char *path);
/* The first slot of the meter with this METER_ROLE, or -1. */
int meter_of_role(const struct module *module, int channels, unsigned role);
/* Vectors: the module's METER_VECTOR rows. */
int vectors_total(const struct module *module);
/* The nth of them; *slot becomes its first slot. */
const struct meter *vector_row(const struct module *module, int channels, int nth,
			       int *slot);
/* "third_level": address below /node/vector. */
int vector_path(const struct meter *row, char *path, size_t size);
/* What a slot reads as: METER_LINEAR to dB, floor at min. */
float meter_reading(const struct meter *meter, float published);

float param_clamp(const struct param *param, float value);
float param_norm(const struct param *param, float value);  /* value -> 0..1 */
float param_denorm(const struct param *param, float norm); /* 0..1 -> value, stepped */
/* Whether this value means off (PARAM_TOP_OFF). */
bool param_is_off(const struct param *param, float value);
/* Writes "-3.0 dB", "1.25 kHz", "low shelf", "on". param_parse() reads it back. */
int param_text(const struct param *param, float value, char *text, size_t size);
/* False and a sentence (what was found, what would be accepted) if it can't be read. */
bool param_parse(const struct param *param, const char *text, float *value, char *error,
		 size_t error_size);
/* Writes what would be accepted: "-36 to 36 dB", "bell, low_shelf or notch". */
int param_accepts(const struct param *param, char *text, size_t size);
/* Writes the shortest decimal that reads back as the same float. */
int number_text(float value, char *text, size_t size);
/* Writes "-6.02 dB", "-inf dB"; of a meter with choices "on", "by hand". */
int meter_text(const struct meter *meter, float reading, char *text, size_t size);

#endif

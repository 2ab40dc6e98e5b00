/* config.h - libconfig file <-> rack. Control thread (and the programs without JACK). */
#ifndef LATHE_CONFIG_CONFIG_H
#define LATHE_CONFIG_CONFIG_H

#include "daemon/rack/rack.h"
#include "daemon/base/text.h"

/* Reads a file into a rack of its own, whose values are the file's or the defaults.
 * NULL and every complaint at once (file:line, what was found, what would be accepted). */
struct rack *config_load(const char *path, struct complaints *complaints);
/* The running rack as a config that loads back to the same rack and values. */
void config_print(const struct rack *rack, struct text *text);

/* As a config says them: "a \"b\""; 3.0, true, "low_shelf". */
void config_print_string(struct text *text, const char *string);
void config_print_osc(const struct osc_settings *osc, struct text *text);
void config_print_schedule(const struct rack *rack, struct text *text);
void config_print_value(struct text *text, const struct node *node, int index);

#endif

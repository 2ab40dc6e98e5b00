/* limit.h - how far a role may move a param. Pure; control thread. */
#ifndef LATHE_DESK_LIMIT_H
#define LATHE_DESK_LIMIT_H

#include "daemon/rack/rack.h"

/* The nearest value that the role may set. What the config's `limits` say of a param's
 * highest value takes the place of the rule that only an admin lifts a ceiling above what
 * the config says. ROLE_NONE, ourselves, may everything. */
float limit_value(const struct rack *rack, enum role role, int place, int param,
		  float value);
/* The same for many; how many were held back. */
int limit_changes(const struct rack *rack, enum role role, struct change *changes,
		  int count);

#endif

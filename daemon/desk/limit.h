/* limit.h - how far a role may move a param. Pure; control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DESK_LIMIT_H
#define LATHE_DESK_LIMIT_H

#include "daemon/rack/rack.h"

/* The nearest value that the role may set. Unless the config's `limits` give a param's highest
 * value, only an admin raises a ceiling (PARAM_CEILING) above the config's value. ROLE_NONE
 * is lathed itself: no limits apply. */
float limit_value(const struct rack *rack, enum role role, int place, int param,
		  float value);
/* The same for many, each with the role in it. Returns how many were held back. */
int limit_changes(const struct rack *rack, struct change *changes, int count);
/* Adds the line that tells a client of it; nothing for 0. */
void limit_tell(enum role role, int held, struct text *result);

#endif

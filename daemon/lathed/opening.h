/* opening.h - which rack plays at start: the file's, or the last good one. Control thread,
 * before the loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHED_OPENING_H
#define LATHE_LATHED_OPENING_H

#include "daemon/lathed/options.h"
#include "daemon/recall/good.h"

/* What a start of lathed ends with when there is nothing to play. */
enum {
	STATUS_TROUBLE = 1, /* a later start may find it better */
	STATUS_CONFIG = 78, /* EX_CONFIG */
};

/* The config's path from the root on, for those who ask from elsewhere. For free(). */
char *opening_path(const struct options *options);
/* The rack of options->config, for rack_destroy(). NULL: it is refused, and every complaint is
 * on stderr. Where there is a state it is compared with the last good one. */
struct rack *opening_check(const struct options *options);
/* The rack to play; *status is then 0. A file that is refused raises ALARM_CONFIG_LAST and the last
 * good one plays. `safe`: the inputs and outputs of that rack, with limiters alone. NULL: *status says how
 * to end. */
struct rack *opening_rack(const struct options *options, struct good *good,
			  struct alarms *alarms, bool safe, int *status);

#endif

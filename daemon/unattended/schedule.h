/* schedule.h - loads scenes at times of the local day. Control thread. */
#ifndef LATHE_UNATTENDED_SCHEDULE_H
#define LATHE_UNATTENDED_SCHEDULE_H

#include "daemon/desk/desk.h"

#include <time.h>

/* The last appointment of this second, or NULL. */
const struct appointment *schedule_at(const struct rack *rack, const struct tm *local);
struct scenes;
struct schedule;

/* Follows the desk: loads what is due at each tick. */
struct schedule *schedule_create(struct desk *desk, struct scenes *scenes);
void schedule_destroy(struct schedule *schedule);
/* What a tick does. `now`: seconds since 1970. Loads the scene that came due since the last
 * call, at most an hour late; of several the last. */
void schedule_look(struct schedule *schedule, int64_t now);

#endif

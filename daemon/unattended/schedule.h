/* schedule.h - loads scenes at times of the local day. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_UNATTENDED_SCHEDULE_H
#define LATHE_UNATTENDED_SCHEDULE_H

#include "daemon/desk/desk.h"

struct scenes;
enum { SCHEDULE_LIST_SECONDS = 5 }; /* between two looks into the folder of scenes */

struct schedule;

/* Follows the desk: loads what is due at each tick. */
struct schedule *schedule_create(struct desk *desk, struct scenes *scenes);
void schedule_destroy(struct schedule *schedule);
/* What a tick does: asks now and then which scenes are saved; an alarm stands while one of the
 * schedule's is not. `now`: seconds since 1970. */
void schedule_list(struct schedule *schedule, int64_t now);
/* What a tick does. `now`: seconds since 1970. Loads the scenes that came due since the last
 * call, at most an hour late, one after the other in the order of their times. Each
 * appointment comes due once on every day of its own, whatever the clock does: one in an hour
 * that is skipped at the jump, one in an hour that is repeated the first time. */
void schedule_look(struct schedule *schedule, int64_t now);
/* At start: has what came due after `saved`, when lathed last ran, loaded by the next looks,
 * without fades; an event tells of each. Nothing if that is more than an hour ago. Both in
 * seconds since 1970. */
void schedule_make_up(struct schedule *schedule, int64_t saved, int64_t now);

#endif

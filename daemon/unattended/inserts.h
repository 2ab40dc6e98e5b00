/* inserts.h - outboard gear: what a ping found becomes the node's latency, what is wrong with
 * a return becomes an alarm. Control thread only. */
#ifndef LATHE_UNATTENDED_INSERTS_H
#define LATHE_UNATTENDED_INSERTS_H

#include "daemon/desk/desk.h"

struct inserts;

struct inserts *inserts_create(struct desk *desk);
void inserts_destroy(struct inserts *inserts);
/* Every 10 ms, after engine_tick(). Here and below: NULL, nothing is looked after. */
void inserts_tick(struct inserts *inserts);
/* "box: a return is not connected; ..." or "": what is wrong now. */
void inserts_alarms(const struct inserts *inserts, char *text, size_t size);

#endif

/* inserts.h - outboard gear: what a ping found becomes the node's latency, what is wrong with
 * a return becomes an alarm. Control thread only. */
#ifndef LATHE_UNATTENDED_INSERTS_H
#define LATHE_UNATTENDED_INSERTS_H

#include "daemon/desk/desk.h"

struct inserts;

/* Follows the desk: looks at the inserts at each tick. */
struct inserts *inserts_create(struct desk *desk);
void inserts_destroy(struct inserts *inserts);

#endif

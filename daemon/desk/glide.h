/* glide.h - values on their way: 100 steps a second along the param's curve. Control
 * thread; counts steps, not time, so a late tick makes a slower glide. */
#ifndef LATHE_DESK_GLIDE_H
#define LATHE_DESK_GLIDE_H

#include "daemon/rack/rack.h"

enum { GLIDE_STEPS_PER_SECOND = 100, GLIDE_SECONDS_MAX = 3600 };

struct glides;

struct glides *glides_create(void);
void glides_destroy(struct glides *glides);
int glide_count(const struct glides *glides);

/* Whether a param may glide; otherwise a sentence. */
bool glide_allowed(const struct node *node, const struct param *param, char *error,
		   size_t error_size);
/* From the value in the rack to the target's; replaces a glide of the same param. */
void glide_start(struct glides *glides, const struct rack *rack,
		 const struct change *target, double seconds);
void glide_end(struct glides *glides, int node, int param);
/* One step of all. The changes stay valid until the next call; finished ones are dropped. */
int glide_step(struct glides *glides, const struct rack *rack, struct change **changes);
/* Exchanges the values in the rack and those that they are on the way to. */
void glide_exchange(struct glides *glides, struct rack *rack);
/* The rack is another one: glides go on where the same node, module and value are. */
void glide_move(struct glides *glides, const struct rack *from, const struct rack *to);

#endif

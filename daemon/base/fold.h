/* fold.h - readings on their way up: what the reader has not seen yet is folded (last, max,
 * min, sum) with what is new, so that a peak may be seen twice, never not at all, and a sum
 * counts each thing once. One writer (audio or meter thread), one reader (control). */
#ifndef LATHE_BASE_FOLD_H
#define LATHE_BASE_FOLD_H

#include "daemon/base/latest.h"
#include "modules/module.h"

#include <string.h>

struct folds {
	int count;
	const unsigned char *fold; /* [count] enum fold */
	float *fresh;              /* since the last publishing */
	float *kept;               /* since the reader's last taking */
	bool any;                  /* fresh holds something */
	struct latest latest;
	float *buffers[LATEST_BUFFERS];
};

static inline float fold_join(enum fold fold, float before, float now)
{
	switch (fold) {
	case FOLD_MAX:
		return before > now ? before : now;
	case FOLD_MIN:
		return before < now ? before : now;
	case FOLD_SUM:
		return before + now;
	case FOLD_LAST:
	default:
		return now;
	}
}

static inline void folds_init(struct folds *folds, struct arena *arena, int count,
			      const unsigned char *fold)
{
	size_t bytes = sizeof(float) * (size_t)count;

	folds->count = count;
	folds->fold = fold;
	folds->fresh = arena_alloc(arena, bytes);
	folds->kept = arena_alloc(arena, bytes);
	for (int b = 0; b < LATEST_BUFFERS; b++)
		folds->buffers[b] = arena_alloc(arena, bytes);
	latest_init(&folds->latest);
}

static inline void folds_join(const struct folds *folds, float *restrict before,
			      const float *restrict now)
{
	const unsigned char *fold = folds->fold;

	/* All that it could be, and a choice: vectors have no branches. */
	for (int i = 0; i < folds->count; i++) {
		float old = before[i], new = now[i], joined = new;

		joined = fold[i] == FOLD_MAX ? (old > new ? old : new) : joined;
		joined = fold[i] == FOLD_MIN ? (old < new ? old : new) : joined;
		joined = fold[i] == FOLD_SUM ? old + new : joined;
		before[i] = joined;
	}
}

/* Writer: one reading of every slot. */
static inline void folds_add(struct folds *folds, const float *readings)
{
	if (folds->any)
		folds_join(folds, folds->fresh, readings);
	else
		memcpy(folds->fresh, readings, sizeof(float) * (size_t)folds->count);
	folds->any = true;
}

/* Writer: makes what was added visible. */
static inline void folds_publish(struct folds *folds)
{
	size_t bytes = sizeof(float) * (size_t)folds->count;

	if (!folds->any)
		return;
	folds->any = false;
	if (latest_unread(&folds->latest)) {
		folds_join(folds, folds->kept, folds->fresh);
		memcpy(folds->buffers[folds->latest.back], folds->kept, bytes);
		if (latest_replace(&folds->latest))
			return;
	}
	memcpy(folds->kept, folds->fresh, bytes);
	memcpy(folds->buffers[folds->latest.back], folds->kept, bytes);
	latest_publish(&folds->latest);
}

/* Reader: all that happened since the last taking, or NULL when nothing did. */
static inline const float *folds_take(struct folds *folds)
{
	return latest_take(&folds->latest) ? folds->buffers[folds->latest.front] : NULL;
}

#endif

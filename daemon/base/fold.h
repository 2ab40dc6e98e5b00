/* fold.h - meter readings on their way to the control thread. Readings that the reader
 * has not taken are combined (last, max, min, sum) with new ones: no peak is missed,
 * but one may be read twice; a sum counts each reading once. One writer (audio or
 * meter), one reader. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_FOLD_H
#define LATHE_BASE_FOLD_H

#include "daemon/base/latest.h"
#include "modules/module.h"

#include <string.h>

/* In place of a fold: a slot that is not written here, and costs nothing. */
enum { FOLD_ELSEWHERE = FOLD_SUM + 1 };

/* Slots that lie together and are written here. */
struct fold_span {
	int from, count;
};

struct folds {
	int count;
	const unsigned char *fold; /* [count] enum fold, or FOLD_ELSEWHERE */
	struct fold_span *spans;
	int span_count;
	float *fresh; /* since the last publishing */
	float *kept;  /* since the reader's last taking */
	bool any;     /* fresh holds something */
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
	folds->spans =
		arena_alloc(arena, sizeof(*folds->spans) * (size_t)(count / 2 + 1));
	for (int i = 0; i < count; i++) {
		if (fold[i] == FOLD_ELSEWHERE)
			continue;
		if (i == 0 || fold[i - 1] == FOLD_ELSEWHERE)
			folds->spans[folds->span_count++].from = i;
		folds->spans[folds->span_count - 1].count++;
	}
	folds->fresh = arena_alloc(arena, bytes);
	folds->kept = arena_alloc(arena, bytes);
	for (int b = 0; b < LATEST_BUFFERS; b++)
		folds->buffers[b] = arena_alloc(arena, bytes);
	latest_init(&folds->latest);
}

static inline void fold_span_join(const unsigned char *restrict fold,
				  float *restrict before, const float *restrict now,
				  int count)
{
	/* All that it could be, and a choice: vectors have no branches. */
	for (int i = 0; i < count; i++) {
		float old = before[i], new = now[i], joined = new;

		joined = fold[i] == FOLD_MAX ? (old > new ? old : new) : joined;
		joined = fold[i] == FOLD_MIN ? (old < new ? old : new) : joined;
		joined = fold[i] == FOLD_SUM ? old + new : joined;
		before[i] = joined;
	}
}

static inline void folds_join(const struct folds *folds, float *before,
			      const float *now)
{
	for (int s = 0; s < folds->span_count; s++) {
		int from = folds->spans[s].from;
		fold_span_join(folds->fold + from, before + from, now + from,
			       folds->spans[s].count);
	}
}

static inline void folds_copy(const struct folds *folds, float *to,
			      const float *readings)
{
	for (int s = 0; s < folds->span_count; s++) {
		int from = folds->spans[s].from;
		memcpy(to + from, readings + from,
		       sizeof(float) * (size_t)folds->spans[s].count);
	}
}

/* Writer: one reading of every slot. */
static inline void folds_add(struct folds *folds, const float *readings)
{
	if (folds->any)
		folds_join(folds, folds->fresh, readings);
	else
		folds_copy(folds, folds->fresh, readings);
	folds->any = true;
}

/* Writer: makes what was added visible. */
static inline void folds_publish(struct folds *folds)
{
	if (!folds->any)
		return;
	folds->any = false;
	if (latest_unread(&folds->latest)) {
		folds_join(folds, folds->kept, folds->fresh);
		folds_copy(folds, folds->buffers[folds->latest.back], folds->kept);
		if (latest_replace(&folds->latest))
			return;
	}
	folds_copy(folds, folds->kept, folds->fresh);
	folds_copy(folds, folds->buffers[folds->latest.back], folds->kept);
	latest_publish(&folds->latest);
}

/* Reader: the combined readings since the last call, or NULL if there are none. */
static inline const float *folds_take(struct folds *folds)
{
	return latest_take(&folds->latest) ? folds->buffers[folds->latest.front] : NULL;
}

#endif

/* search.h - plays songs until they hold a loudness: each its own, or all as an album
 * with one gain. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_SEARCH_H
#define LATHE_RENDER_SEARCH_H

#include "daemon/render/crew.h"
#include "daemon/render/target.h"

/* One song: its front, passes of its back, the writing. A crew's task. */
void search_song(struct song *song, struct session *session);
/* All songs of the crew (its task is not used) with one gain: `album` becomes the album's
 * measurement and `target` the search's end. crew->done is called after the writing. */
void search_album(struct crew *crew, struct gauge *album, struct target *target);
/* What an album as a whole comes to, LUFS: gated over all songs or, if the option says
 * so, the loudest of them. */
double search_loudness(const struct crew *crew, struct gauge *album);

#endif

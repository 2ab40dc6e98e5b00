/* delivery.h - prints what codecs and services will do with the outputs. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_DELIVERY_H
#define LATHE_RENDER_DELIVERY_H

#include "daemon/render/services.h"
#include "daemon/render/song.h"

/* What the songs come to as an album that a service plays: the gain, from all or from the
 * loudest, whose measurement goes to `from`. */
struct service_play delivery_album(const struct service *service,
				   const struct song *songs, int count,
				   struct gauge *all);
/* One line for each codec that was tried. */
void delivery_codecs(const struct song *song, const struct session *session);
/* Every service: where each song and, with several, the album stands. */
void delivery_services(const struct song *songs, int count,
		       const struct session *session);
/* "codecs" and "services" of a JSON object that has members before them. */
void delivery_json(const struct song *song, const struct session *session);

#endif

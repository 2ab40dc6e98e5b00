/* page.h - --report: a page of HTML with everything in it: curves, spectra, tables.
 * lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_PAGE_H
#define LATHE_RENDER_PAGE_H

#include "daemon/render/song.h"

struct page {
	const struct song *songs;
	int count;
	const struct session *session;
	const struct gauge *album; /* NULL: there is none */
	double album_gain;         /* dB */
};

/* False and a sentence on failure. */
bool page_write(const struct page *page, const char *path, char *error,
		size_t error_size);

#endif

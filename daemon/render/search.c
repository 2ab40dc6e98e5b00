/* search.c - plays songs until they hold a loudness. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/search.h"

#include "daemon/render/stop.h"
#include "daemon/render/say.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Shares of the bar, promille: the front, and of the rest half for each pass. */
enum { FRONT_PROMILLE = 500, ALL_PROMILLE = 1000 };

static void bar_begin(struct song *song, bool last)
{
	song->from = song->to;
	song->to = last ? ALL_PROMILLE : song->from + (ALL_PROMILLE - song->from) / 2;
}

static void front_begin(struct song *song)
{
	song->from = 0;
	song->to = FRONT_PROMILLE;
}

static void begin(struct target *target, const struct session *session, double measured)
{
	const struct render_options *options = session->options;
	const struct halves *halves = &session->halves;

	target_begin(target, options->loudness,
		     options->has_peak ? options->peak : (double)NAN,
		     halves->limiter >= 0, halves_ceiling(halves), measured);
}

static void set(struct song *song, const struct target *target)
{
	song->gain = target->gain;
	song->ceiling = target->ceiling;
}

/* How far the target was missed, and why. */
static void tell(struct song *song, const struct target *t, const char *what)
{
	const char *why = t->peak_holds ? "the rack has no limiter that would hold the "
					  "peak"
			  : t->stuck    ? "the limiter gives no more loudness for more "
					  "gain"
					: "";

	if (!t->reached)
		song_say(song, "%s: misses %.1f LUFS by %+.2f LU%s%s", what,
			 t->loudness, -t->missing, *why ? ": " : "", why);
}

static bool is_silent(struct song *song)
{
	if (isfinite(gauge_integrated(&song->after)))
		return false;
	song_say(song, "%s: is silent, and gets no gain", song->in);
	return true;
}

static void search_in(struct song *song, struct session *session)
{
	struct target target;

	front_begin(song);
	if (song_prepare(song, session))
		return;
	begin(&target, session, gauge_integrated(&song->after));
	const bool silent = is_silent(song);
	bool more = !silent;
	set(song, &target);
	while (more && !stop_asked()) {
		bar_begin(song, false);
		if (song_pass(song, session, false))
			return;
		more = target_step(&target, gauge_integrated(&song->after),
				   gauge_true_peak(&song->after));
		if (more)
			set(song, &target);
	}
	bar_begin(song, true);
	if (!song->out[0] && !silent)
		song->written = true;
	else if (song_pass(song, session, true))
		return;
	if (!silent)
		tell(song, &target, song->in);
}

void search_song(struct song *song, struct session *session)
{
	if (!session->halves.front || song_keep(song))
		search_in(song, session);
	song_drop(song);
}

/* ---- albums ---------------------------------------------------------------------- */

static void task_prepare(struct song *song, struct session *session)
{
	front_begin(song);
	song_prepare(song, session);
}

static void task_pass(struct song *song, struct session *session)
{
	bar_begin(song, false);
	song_pass(song, session, false);
}

static void task_write(struct song *song, struct session *session)
{
	bar_begin(song, true);
	song_pass(song, session, true);
}

double search_loudness(const struct crew *crew, struct gauge *album)
{
	double loudest = -HUGE_VAL;

	memset(album, 0, sizeof(*album));
	album->momentary_max = album->short_term_max = -HUGE_VAL;
	for (int i = 0; i < crew->count; i++) {
		const struct song *song = &crew->songs[i];
		if (song->status || song->skipped)
			continue;
		gauge_join(album, &song->after);
		loudest = fmax(loudest, gauge_integrated(&song->after));
	}
	return crew->session->options->album == ALBUM_LOUDEST ? loudest
							      : gauge_integrated(album);
}

static void album_task(const struct crew *crew,
		       void (*task)(struct song *, struct session *), bool last)
{
	struct crew run = *crew;

	run.task = task;
	if (!last)
		run.done = NULL;
	crew_run(&run);
}

static bool any_left(const struct crew *crew)
{
	for (int i = 0; i < crew->count; i++)
		if (!crew->songs[i].status)
			return true;
	return false;
}

void search_album(struct crew *crew, struct gauge *album, struct target *target)
{
	if (crew->songs[0].skipped) /* then all of them are */
		return;
	for (int i = 0; i < crew->count && crew->session->halves.front; i++)
		song_keep(&crew->songs[i]);
	album_task(crew, task_prepare, false);
	const double measured = search_loudness(crew, album);
	begin(target, crew->session, measured);
	bool more = isfinite(measured) && any_left(crew) && !stop_asked();
	for (int i = 0; i < crew->count; i++)
		set(&crew->songs[i], target);
	while (more) {
		album_task(crew, task_pass, false);
		if (!any_left(crew) || stop_asked())
			return;
		const double loudness = search_loudness(crew, album);
		more = target_step(target, loudness, gauge_true_peak(album));
		for (int i = 0; i < crew->count && more; i++)
			set(&crew->songs[i], target);
	}
	if (isfinite(measured) && !target->reached)
		for (int i = 0; i < crew->count; i++)
			if (!crew->songs[i].status) {
				tell(&crew->songs[i], target, "the album");
				break;
			}
	if (isfinite(measured)) {
		crew->session->album_loudness = gauge_integrated(album);
		crew->session->album_peak = gauge_true_peak(album);
	}
	album_task(crew, task_write, true);
	search_loudness(crew, album);
}

/* delivery.c - prints what codecs and services will do with the outputs. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/delivery.h"

#include "daemon/base/memory.h"
#include "share/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- codecs ---------------------------------------------------------------------- */

void delivery_codecs(const struct song *song, const struct session *session)
{
	for (int i = 0; i < session->options->codec_count; i++) {
		const struct codec_result *r = &song->codecs[i];
		if (!r->done)
			continue;
		printf("  %-10s TP %+.2f dBTP, %.1f overs a minute, %+.2f LU",
		       session->options->codecs[i].name, r->true_peak, r->overs,
		       r->loudness);
		if (r->true_peak > 0)
			printf("; a ceiling of %.2f dBTP would have held", r->ceiling);
		putchar('\n');
	}
}

/* ---- services -------------------------------------------------------------------- */

static bool counts(const struct song *song)
{
	return !song->status && !song->skipped && song->after.frames > 0;
}

struct service_play delivery_album(const struct service *service,
				   const struct song *songs, int count,
				   struct gauge *all)
{
	double loudest = -HUGE_VAL;

	memset(all, 0, sizeof(*all));
	all->momentary_max = all->short_term_max = -HUGE_VAL;
	for (int i = 0; i < count; i++)
		if (counts(&songs[i])) {
			gauge_join(all, &songs[i].after);
			loudest = fmax(loudest, gauge_integrated(&songs[i].after));
		}
	const double whole = gauge_integrated(all), peak = gauge_true_peak(all);
	const double from = service->album == SERVICE_ALBUM_LOUDEST ? loudest : whole;
	const double gain = service_play(service, from, peak).gain;

	return service_play_at(service, gain, whole, peak);
}

static void play_print(const struct service *service, const struct service_play *play,
		       const char *what)
{
	printf("    %+6.2f dB -> %6.1f LUFS, %6.2f dBTP", play->gain, play->loudness,
	       play->peak - play->limits);
	if (play->limits > 0.005)
		printf(", limited by %.1f dB", play->limits);
	if (service->up == UP_UNKNOWN && play->loudness < service->loudness - 0.05)
		printf(", or louder (not verified)");
	printf("  %s\n", what);
}

static void service_print(const struct service *service, const struct song *songs,
			  int count)
{
	struct gauge *all = memory_zeroed(1, sizeof(*all));
	int several = 0;

	printf("  %s: %g LUFS (%s: %s%s%s)\n", service->name, service->loudness,
	       service->trust, service->source, service->date[0] ? ", " : "",
	       service->date);
	for (int i = 0; i < count; i++) {
		if (!counts(&songs[i]))
			continue;
		const struct service_play play =
			service_play(service, gauge_integrated(&songs[i].after),
				     gauge_true_peak(&songs[i].after));
		play_print(service, &play,
			   songs[i].out[0] ? songs[i].out : songs[i].in);
		several++;
	}
	if (several > 1 && service->album != SERVICE_ALBUM_NO) {
		const struct service_play play =
			delivery_album(service, songs, count, all);
		play_print(service, &play, "the album");
	}
	free(all);
}

void delivery_services(const struct song *songs, int count,
		       const struct session *session)
{
	const struct services *services = session->services;

	printf("services, as of %s:\n", services->as_of);
	for (int i = 0; i < services->count; i++)
		service_print(&services->list[i], songs, count);
}

/* ---- JSON ------------------------------------------------------------------------ */

static void level(const char *before, double value)
{
	fputs(before, stdout);
	json_number(stdout, isfinite(value) ? rint(value * 1000) / 1000 : value);
}

static void codecs_json(const struct song *song, const struct session *session)
{
	const char *between = "";

	fputs(",\n  \"codecs\": {", stdout);
	for (int i = 0; i < session->options->codec_count; i++) {
		const struct codec_result *r = &song->codecs[i];
		if (!r->done)
			continue;
		printf("%s\n    \"%s\": {", between, session->options->codecs[i].name);
		level("\"true_peak_dbtp\": ", r->true_peak);
		level(", \"overs_per_minute\": ", r->overs);
		level(", \"loudness_lu\": ", r->loudness);
		level(", \"ceiling_dbtp\": ", r->ceiling);
		putchar('}');
		between = ",";
	}
	fputs("\n  }", stdout);
}

static void services_json(const struct song *song, const struct services *services)
{
	fputs(",\n  \"services_as_of\": ", stdout);
	json_string(stdout, services->as_of);
	fputs(",\n  \"services\": {", stdout);
	for (int i = 0; i < services->count; i++) {
		const struct service *service = &services->list[i];
		const struct service_play play =
			service_play(service, gauge_integrated(&song->after),
				     gauge_true_peak(&song->after));
		fputs(i ? ",\n    " : "\n    ", stdout);
		json_string(stdout, service->name);
		level(": {\"gain_db\": ", play.gain);
		level(", \"loudness_lufs\": ", play.loudness);
		level(", \"true_peak_dbtp\": ", play.peak - play.limits);
		level(", \"limited_db\": ", play.limits);
		putchar('}');
	}
	fputs("\n  }", stdout);
}

void delivery_json(const struct song *song, const struct session *session)
{
	if (session->options->codec_count)
		codecs_json(song, session);
	if (session->services)
		services_json(song, session->services);
}

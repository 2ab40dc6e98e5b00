/* report.c - what lathe-render prints of songs: faults, results, meters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/report.h"

#include "daemon/rack/param.h"
#include "daemon/render/delivery.h"
#include "daemon/render/riding.h"
#include "share/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Levellers that moved further than this in the first minute had not settled, dB. */
static const double rode_much_db = 1.0;

/* ---- faults ---------------------------------------------------------------------- */

static double peak_dbfs(const struct song *song)
{
	return 20 * log10((double)song->peak);
}

static bool is_a(const struct node *node, unsigned role)
{
	return (node->module->flags & MODULE_ROLE) == role;
}

static double value_of(const struct node *node, const char *param)
{
	return (double)node->values[param_find(node->module, true, param)];
}

/* The rack's last loudness meter, if the rack rides to a target; else -1. */
static int target_meter(const struct rack *rack)
{
	int meter = -1;
	bool rides = false;

	for (int i = 0; i < rack->node_count; i++) {
		if (is_a(&rack->nodes[i], MODULE_LOUDNESS))
			meter = i;
		rides |= is_a(&rack->nodes[i], MODULE_LEVELLER);
	}
	return rides ? meter : -1;
}

static void target_say(const struct song *song, const struct session *session)
{
	const int meter = target_meter(session->rack);
	const double floor = -100;
	const double found =
		tally_get(&song->tally, session->rack, meter, "integrated", floor);

	if (meter < 0 || found <= floor)
		return;
	const struct node *node = &session->rack->nodes[meter];
	const double target = value_of(node, "target");
	if (fabs(found - target) <= value_of(node, "tolerance"))
		return;
	fprintf(stderr,
		"lathe-render: %s: %.1f LUFS, %+.1f LU off the target of %s/target; "
		"--loudness %g holds it for the whole file\n",
		song->in, found, found - target, node->path, target);
}

static void rack_say(const struct song *song, const struct session *session)
{
	if (session->options->has_loudness || !song->written)
		return;
	target_say(song, session);
	if (song->rode > rode_much_db)
		fprintf(stderr,
			"lathe-render: %s: a leveller moved by %.1f dB in the first "
			"%d s, before it knew the programme; --loudness LUFS gives the "
			"file one gain instead\n",
			song->in, song->rode, RIDING_SECONDS);
}

void report_say(const struct song *song, const struct session *session)
{
	for (const char *at = song->said; *at;) {
		const int length = (int)strcspn(at, "\n");
		fprintf(stderr, "lathe-render: %.*s\n", length, at);
		at += length + (at[length] == '\n');
	}
	if (song->skipped || song->status)
		return;
	if (song->note[0])
		fprintf(stderr, "lathe-render: %s: %s\n", song->in, song->note);
	if (song->strays)
		fprintf(stderr,
			"lathe-render: %s: %lld samples are not numbers or above +60 "
			"dBFS; silence was played instead\n",
			song->in, (long long)song->strays);
	if (song->clipped)
		fprintf(stderr,
			"lathe-render: %s: %lld samples were clipped, the highest by "
			"%.2f dB; a limiter, less gain or --format float keeps them\n",
			song->out, (long long)song->clipped, peak_dbfs(song));
	if (song->replaces && song->written && !session->options->force)
		fprintf(stderr,
			"lathe-render: %s: the file that was there was replaced "
			"(--force: without a word)\n",
			song->out);
	rack_say(song, session);
}

/* ---- results --------------------------------------------------------------------- */

static void gauge_print(const struct gauge *gauge)
{
	printf("I %.1f LUFS, LRA %.1f LU, TP %.2f dBTP, PLR %.1f LU",
	       gauge_integrated(gauge), gauge_range(gauge), gauge_true_peak(gauge),
	       gauge_plr(gauge));
}

void report_line(const struct song *song)
{
	if (song->skipped)
		printf("%s: is done: %s\n", song->in, song->out);
	if (song->skipped || song->status)
		return;
	printf("%s%s%s: ", song->in, song->out[0] ? " -> " : "", song->out);
	gauge_print(&song->after);
	printf(", gain %+.2f dB, limiting %.1f dB\n", song->gain, song->limiting);
}

void report_album(const struct gauge *album, double loudness, double gain, int songs)
{
	printf("album of %d: ", songs);
	gauge_print(album);
	if (fabs(loudness - gauge_integrated(album)) > 0.001)
		printf(", loudest %.1f LUFS", loudness);
	printf(", gain %+.2f dB\n", gain);
}

/* ---- meters ---------------------------------------------------------------------- */

static void node_print(const struct song *song, const struct session *session, int n,
		       bool *first)
{
	const bool json = session->options->json;
	const struct node *node = &session->rack->nodes[n];
	const float *slots = song->tally.nodes[n].slots;

	for (int slot = 0; slot < node_meters(node); slot++) {
		const struct meter *meter =
			meter_row(node->module, node->channels, slot);
		const float reading = meter_reading(meter, slots[slot]);
		char path[128], text[64];
		if (strcmp(meter->id, "load") == 0)
			continue; /* of this computer, not of the sound */
		if (meter->flags & METER_VECTOR && !json)
			continue; /* hundreds, for programs */
		meter_path(node->module, node->channels, slot, path, sizeof(path));
		if (!json) {
			meter_text(meter, reading, text, sizeof(text));
			printf("%s/meter/%s %s\n", node->path, path, text);
			continue;
		}
		number_text(reading, text, sizeof(text));
		printf("%s\n    \"%s/meter/%s\": %s", *first ? "" : ",", node->path,
		       path, isfinite(reading) ? text : "null");
		*first = false;
	}
}

static void meters_print(const struct song *song, const struct session *session)
{
	bool first = true;

	for (int n = 0; n < session->rack->node_count; n++)
		if (song->tally.nodes[n].slots && *song->tally.nodes[n].any)
			node_print(song, session, n, &first);
}

/* A number with at most three decimals; null if it isn't finite. */
static void json_level(const char *name, double value)
{
	printf(",\n  \"%s\": ", name);
	json_number(stdout, isfinite(value) ? rint(value * 1000) / 1000 : value);
}

static void json_results(const struct gauge *gauge, double gain)
{
	json_level("integrated_lufs", gauge_integrated(gauge));
	json_level("range_lu", gauge_range(gauge));
	json_level("true_peak_dbtp", gauge_true_peak(gauge));
	json_level("plr_lu", gauge_plr(gauge));
	json_level("momentary_max_lufs", gauge->momentary_max);
	json_level("short_term_max_lufs", gauge->short_term_max);
	json_level("gain_db", gain);
}

static void json_song(const struct song *song, const struct session *session)
{
	const bool many = session->options->out_is_many;

	printf("{\n  \"frames\": %lld,\n  \"rate\": %d,\n  \"latency\": %lld,\n"
	       "  \"seconds\": %.3f,\n  \"strays\": %lld,\n  \"note\": ",
	       (long long)song->read, song->rate, (long long)song->latency,
	       song->seconds, (long long)song->strays);
	json_string(stdout, song->note);
	if (many) {
		fputs(",\n  \"in\": ", stdout);
		json_string(stdout, song->in);
		fputs(",\n  \"out\": ", stdout);
		json_string(stdout, song->out);
		printf(",\n  \"status\": %d,\n  \"skipped\": %s,\n  \"said\": ",
		       song->status, song->skipped ? "true" : "false");
		json_string(stdout, song->said);
	}
	if (song->written && song->out[0]) {
		printf(",\n  \"clipped\": %lld", (long long)song->clipped);
		json_level("peak_dbfs", peak_dbfs(song));
	}
	if (session->options->measures && !song->status && !song->skipped) {
		json_results(&song->after, song->gain);
		json_level("limiting_db", song->limiting);
		json_level("rode_db", song->rode);
		delivery_json(song, session);
	}
	fputs(",\n  \"meters\": {", stdout);
	meters_print(song, session);
	fputs("\n  }\n}", stdout);
}

void report_song(const struct song *song, const struct session *session)
{
	if (session->options->json) {
		json_song(song, session);
		putchar('\n');
	} else {
		meters_print(song, session);
	}
}

void report_songs(const struct song *songs, int count, const struct session *session,
		  const struct gauge *album, double loudness, double gain)
{
	fputs("{\"files\": [\n", stdout);
	for (int i = 0; i < count; i++) {
		if (i)
			fputs(",\n", stdout);
		json_song(&songs[i], session);
	}
	fputs("\n]", stdout);
	if (album) {
		printf(",\n\"album\": {\n  \"songs\": %d", count);
		json_level("loudness_lufs", loudness);
		json_results(album, gain);
		fputs("\n}", stdout);
	}
	fputs("}\n", stdout);
}

bool report_end(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	fputs("lathe-render: the meters could not be written\n", stderr);
	return false;
}

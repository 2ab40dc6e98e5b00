/* metrics.c - a rack's status, alarms and meters in Prometheus' text format 0.0.4 or in
 * OpenMetrics 1.0.0. Each sample carries the rack's name, so that several racks of one machine
 * can be told apart.
 *
 *   /rack/status, /rack/alarm, /<node>/meter/<name> --> samples --> families of lines */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/metrics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum family_type { GAUGE, COUNTER, INFO };

/* Word: of /rack/status; NULL: from elsewhere. A counter's and an info's samples have an ending
 * of their own. */
static const struct family {
	const char *word, *name, *help;
	enum family_type type;
} families[] = {
	{ "version", "lathe", "Version of lathed.", INFO },
	{ "uptime", "lathe_uptime_seconds", "Time since lathed started.", GAUGE },
	{ "load", "lathe_load_ratio", "Share of a period that the rack takes.", GAUGE },
	{ "worst", "lathe_load_worst_ratio", "The highest share of late.", GAUGE },
	{ "rate", "lathe_rate_hertz", "Sample rate.", GAUGE },
	{ "block", "lathe_block_frames", "Frames of a period; 0: no audio runs.",
	  GAUGE },
	{ "xruns", "lathe_xruns", "Xruns of the JACK server.", COUNTER },
	{ "late", "lathe_late", "Periods in which the rack was late.", COUNTER },
	{ "reconnects", "lathe_jack_reconnects",
	  "How often JACK was lost and found again.", COUNTER },
	{ "clients", "lathe_osc_clients", "OSC subscribers.", GAUGE },
	{ "lost", "lathe_osc_lost", "OSC messages that found no room.", COUNTER },
	{ "unsent", "lathe_osc_unsent", "OSC datagrams that could not be sent.",
	  COUNTER },
	{ "refused", "lathe_osc_refused",
	  "OSC datagrams from senders who are not allowed.", COUNTER },
	{ "challenges", "lathe_osc_challenges",
	  "Challenges sent to hosts that have not confirmed their address.", COUNTER },
	{ NULL, "lathe_alarms", "Alarms that stand.", GAUGE },
	{ NULL, "lathe_alarm", "1 for each alarm that stands.", GAUGE },
	{ NULL, "lathe_meter",
	  "Readings of meters, in the unit that lathectl describe says.", GAUGE },
};
enum {
	FAMILIES = sizeof(families) / sizeof(*families),
	ALARMS = FAMILIES - 3,
	ALARM,
	METER,
	LABELS_BYTES = 512,
};

struct sample {
	int family;
	double value;
	char *labels; /* "code=\"xruns\",node=\"\"", or "" */
};

struct metrics {
	struct sample *samples;
	size_t count, room;
	char rack[64]; /* the rack's name; "" until the status has come */
};

struct metrics *metrics_create(void)
{
	return calloc(1, sizeof(struct metrics));
}

void metrics_destroy(struct metrics *metrics)
{
	for (size_t i = 0; metrics && i < metrics->count; i++)
		free(metrics->samples[i].labels);
	if (metrics)
		free(metrics->samples);
	free(metrics);
}

void metrics_ask(struct client *client, int number)
{
	static const char *const asked[] = {
		"/rack/status",
		"/rack/alarms",
		"/*/meter/*",
		"/*/meter/*/*",
		"/*/meter/*/*/*",
		"/rack/output/*/meter/*",
		"/rack/output/*/meter/*/*",
	};

	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++)
		client_send(client, asked[i], "");
	client_send(client, "/rack/ping", "i", number);
}

/* ---- samples ----------------------------------------------------------------------------- */

/* A sample that came twice is kept once. Without memory it is left out. */
static void sample_add(struct metrics *metrics, int family, const char *labels,
		       double value)
{
	for (size_t i = 0; i < metrics->count; i++) {
		struct sample *sample = &metrics->samples[i];
		if (sample->family == family && strcmp(sample->labels, labels) == 0) {
			sample->value = value;
			return;
		}
	}
	if (metrics->count == metrics->room) {
		const size_t room = metrics->room ? 2 * metrics->room : 256;
		void *more = realloc(metrics->samples, room * sizeof(struct sample));
		if (!more)
			return;
		metrics->samples = more;
		metrics->room = room;
	}
	char *copy = strdup(labels);
	if (copy)
		metrics->samples[metrics->count++] =
			(struct sample) { family, value, copy };
}

/* Adds `name="text"`, with a comma before it where it is not the first; backslash, quote and
 * newline are escaped. */
static void label_add(char labels[LABELS_BYTES], const char *name, const char *text)
{
	size_t used = strlen(labels);

	used += (size_t)snprintf(labels + used, LABELS_BYTES - used, "%s%s=\"",
				 used ? "," : "", name);
	for (; text && *text && used < LABELS_BYTES - 4; text++) {
		if (*text == '\n' || *text == '"' || *text == '\\')
			labels[used++] = '\\';
		labels[used++] = *text == '\n' ? 'n' : *text;
	}
	labels[used++] = '"';
	labels[used] = '\0';
}

static void status_take(struct metrics *metrics, const struct message *message)
{
	for (int i = 0; i + 1 < message->argc; i += 2) {
		const char *word = message_string(message, i);
		const char *text = message_string(message, i + 1);
		char labels[LABELS_BYTES] = "";

		if (word && text && strcmp(word, "name") == 0)
			snprintf(metrics->rack, sizeof(metrics->rack), "%s", text);
		for (int f = 0; word && f < FAMILIES; f++) {
			if (!families[f].word || strcmp(word, families[f].word) != 0)
				continue;
			if (families[f].type == INFO)
				label_add(labels, word, text);
			sample_add(metrics, f, labels,
				   text ? 1.0 : message_number(message, i + 1));
		}
	}
}

/* code, node, level, since, seen, ... */
static void alarm_take(struct metrics *metrics, const struct message *message)
{
	char labels[LABELS_BYTES] = "";

	label_add(labels, "code", message_string(message, 0));
	label_add(labels, "node", message_string(message, 1));
	label_add(labels, "level", level_word(message_number(message, 2)));
	label_add(labels, "seen", message_number(message, 4) > 0 ? "yes" : "no");
	sample_add(metrics, ALARM, labels, 1.0);
}

static void meter_take(struct metrics *metrics, const struct message *message)
{
	const char *split = message_meter(message->path);
	char labels[LABELS_BYTES] = "", node[160];

	if (!split || message->argc != 1 || message_string(message, 0))
		return;
	snprintf(node, sizeof(node), "%.*s", (int)(split - message->path - 1),
		 message->path + 1);
	label_add(labels, "node", node);
	label_add(labels, "meter", split + strlen("/meter/"));
	sample_add(metrics, METER, labels, message_number(message, 0));
}

void metrics_take(struct metrics *metrics, const struct message *message)
{
	if (strcmp(message->path, "/rack/status") == 0)
		status_take(metrics, message);
	else if (strcmp(message->path, "/rack/alarm") == 0 && message->argc >= 5)
		alarm_take(metrics, message);
	else if (strcmp(message->path, "/rack/alarms/listed") == 0)
		sample_add(metrics, ALARMS, "", message_number(message, 0));
	else
		meter_take(metrics, message);
}

/* ---- lines ------------------------------------------------------------------------------- */

/* OpenMetrics names a family without its samples' ending; 0.0.4 with it, and has no infos. */
static void head_print(const struct family *family, enum metrics_format format,
		       FILE *to)
{
	static const char *const types[] = { "gauge", "counter", "info" };
	static const char *const endings[] = { "", "_total", "_info" };
	const bool open = format == METRICS_OPENMETRICS;
	const char *ending = open ? "" : endings[family->type];
	const char *type =
		family->type == INFO && !open ? "gauge" : types[family->type];

	fprintf(to, "# HELP %s%s %s\n# TYPE %s%s %s\n", family->name, ending,
		family->help, family->name, ending, type);
}

static void sample_print(const struct metrics *metrics, const struct sample *sample,
			 FILE *to)
{
	static const char *const endings[] = { "", "_total", "_info" };
	const struct family *family = &families[sample->family];
	char labels[LABELS_BYTES] = "";

	if (*metrics->rack)
		label_add(labels, "rack", metrics->rack);
	fprintf(to, "%s%s{%s%s%s}", family->name, endings[family->type], labels,
		*labels && *sample->labels ? "," : "", sample->labels);
	if (isfinite(sample->value))
		fprintf(to, " %.9g\n", sample->value);
	else
		fprintf(to, " %s\n",
			isnan(sample->value) ? "NaN"
			: sample->value > 0  ? "+Inf"
					     : "-Inf");
}

void metrics_print(struct metrics *metrics, enum metrics_format format, FILE *to)
{
	for (int f = 0; f < FAMILIES; f++) {
		bool any = false;

		for (size_t i = 0; i < metrics->count; i++) {
			if (metrics->samples[i].family != f)
				continue;
			if (!any)
				head_print(&families[f], format, to);
			any = true;
			sample_print(metrics, &metrics->samples[i], to);
		}
	}
	if (format == METRICS_OPENMETRICS)
		fputs("# EOF\n", to);
}

const char *metrics_content_type(enum metrics_format format)
{
	return format == METRICS_OPENMETRICS
		       ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
		       : "text/plain; version=0.0.4; charset=utf-8";
}

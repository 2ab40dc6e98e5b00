/* metrics.c - lathectl metrics: the rack in Prometheus' text format 0.0.4, for the node
 * exporter's textfile collector. */
#include "control/lathectl/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double late_seconds = 0.1; /* for answers that a pong overtook */

/* A status word and its metric. */
static const struct family {
	const char *word, *name, *type, *help;
} families[] = {
	{ "load", "lathe_load_ratio", "gauge",
	  "Share of a period that the rack takes." },
	{ "worst", "lathe_load_worst_ratio", "gauge", "The highest of late." },
	{ "xruns", "lathe_xruns_total", "counter", "Xruns of the JACK server." },
	{ "late", "lathe_late_total", "counter",
	  "Periods in which the rack was late." },
	{ "lost", "lathe_osc_lost_total", "counter",
	  "OSC messages that found no room." },
	{ "unsent", "lathe_osc_unsent_total", "counter",
	  "OSC datagrams that could not be sent." },
	{ "refused", "lathe_osc_refused_total", "counter",
	  "OSC datagrams from senders who are not allowed." },
	{ "challenges", "lathe_osc_challenges_total", "counter",
	  "Challenges sent to hosts that have not confirmed their address." },
	{ "clients", "lathe_osc_clients", "gauge", "OSC subscribers." },
	{ "rate", "lathe_rate_hertz", "gauge", "Sample rate." },
	{ "block", "lathe_block_frames", "gauge",
	  "Frames of a period; 0: no audio runs." },
};
enum { FAMILIES = sizeof(families) / sizeof(*families) };

struct metrics {
	struct session *session;
	int nonce;
	double values[FAMILIES];
	bool heard[FAMILIES];
	/* Lines of samples. */
	FILE *meters, *alarms;
	char *meter_text, *alarm_text;
	size_t meter_length, alarm_length;
};

/* As the format wants it: backslash, quote and newline escaped. */
static void label_print(FILE *to, const char *name, const char *text)
{
	fprintf(to, "%s=\"", name);
	for (; text && *text; text++) {
		if (*text == '\n')
			fputs("\\n", to);
		else if (*text == '"' || *text == '\\')
			fprintf(to, "\\%c", *text);
		else
			fputc(*text, to);
	}
	fputc('"', to);
}

static void number_print(FILE *to, double value)
{
	if (isfinite(value))
		fprintf(to, " %.9g\n", value);
	else
		fprintf(to, " %s\n",
			isnan(value) ? "NaN"
			: value > 0  ? "+Inf"
				     : "-Inf");
}

static void status_take(struct metrics *metrics, const struct message *message)
{
	for (int i = 0; i + 1 < message->argc; i += 2) {
		const char *word = message_string(message, i);
		for (int f = 0; word && f < FAMILIES; f++)
			if (strcmp(word, families[f].word) == 0) {
				metrics->values[f] = message_number(message, i + 1);
				metrics->heard[f] = true;
			}
	}
}

/* /rack/alarm ,ssiddsss: code, node, level, since, seen, ... */
static void alarm_take(struct metrics *metrics, const struct message *message)
{
	FILE *to = metrics->alarms;

	fputs("lathe_alarm{", to);
	label_print(to, "code", message_string(message, 0));
	fputc(',', to);
	label_print(to, "node", message_string(message, 1));
	fputc(',', to);
	label_print(to, "level", level_word(message_number(message, 2)));
	fputc(',', to);
	label_print(to, "seen", message_number(message, 4) > 0 ? "yes" : "no");
	fputs("}", to);
	number_print(to, 1);
}

/* "/limit/meter/gr": node, meter. */
static void meter_take(struct metrics *metrics, const struct message *message)
{
	const char *split = strstr(message->path, "/meter/");
	char node[PATH_BYTES];

	if (!split || message->argc != 1 || message_string(message, 0))
		return;
	snprintf(node, sizeof(node), "%.*s", (int)(split - message->path - 1),
		 message->path + 1);
	fputs("lathe_meter{", metrics->meters);
	label_print(metrics->meters, "node", node);
	fputc(',', metrics->meters);
	label_print(metrics->meters, "meter", split + 7);
	fputs("}", metrics->meters);
	number_print(metrics->meters, message_number(message, 0));
}

static bool on_message(void *context, const struct message *message)
{
	struct metrics *metrics = context;

	if (strcmp(message->path, "/rack/pong") == 0)
		return message_number(message, 0) == metrics->nonce;
	if (strcmp(message->path, "/rack/status") == 0)
		status_take(metrics, message);
	else if (strcmp(message->path, "/rack/alarm") == 0 && message->argc >= 5)
		alarm_take(metrics, message);
	else
		meter_take(metrics, message);
	return false;
}

static void head_print(const char *name, const char *type, const char *help)
{
	printf("# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void metrics_print(const struct metrics *metrics)
{
	for (int f = 0; f < FAMILIES; f++) {
		if (!metrics->heard[f])
			continue;
		head_print(families[f].name, families[f].type, families[f].help);
		fputs(families[f].name, stdout);
		number_print(stdout, metrics->values[f]);
	}
	if (metrics->alarm_length) {
		head_print("lathe_alarm", "gauge", "1 for each alarm that stands.");
		fputs(metrics->alarm_text, stdout);
	}
	if (metrics->meter_length) {
		head_print(
			"lathe_meter", "gauge",
			"Readings of meters, in the unit that lathectl describe says.");
		fputs(metrics->meter_text, stdout);
	}
}

int command_metrics(struct session *session, int argc, char **argv)
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
	struct metrics metrics = { .session = session, .nonce = session_number() };

	(void)argc;
	(void)argv;
	metrics.meters = open_memstream(&metrics.meter_text, &metrics.meter_length);
	metrics.alarms = open_memstream(&metrics.alarm_text, &metrics.alarm_length);
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++)
		client_send(&session->client, asked[i], "");
	client_send(&session->client, "/rack/ping", "i", metrics.nonce);
	const bool answered =
		session_listen(session, on_message, &metrics) == CLIENT_DONE;
	if (answered)
		client_run(&session->client, late_seconds, on_message, &metrics);
	fclose(metrics.meters);
	fclose(metrics.alarms);
	if (answered)
		metrics_print(&metrics);
	free(metrics.meter_text);
	free(metrics.alarm_text);
	return answered ? EXIT_DONE : session_no_answer(session);
}

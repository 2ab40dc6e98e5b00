/* metrics.c - lathectl metrics: the rack as Prometheus reads it, for the node exporter's textfile
 * collector. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/metrics.h"

#include "control/metrics.h"

#include <string.h>

static const double late_seconds = 0.1; /* for answers that a pong overtook */

struct asking {
	struct metrics *metrics;
	int number;
};

static bool on_message(void *context, const struct message *message)
{
	struct asking *asking = context;

	if (strcmp(message->path, "/rack/pong") == 0)
		return message_number(message, 0) == asking->number;
	metrics_take(asking->metrics, message);
	return false;
}

static int print_answers(struct session *session, struct metrics *metrics,
			 enum metrics_format format)
{
	struct asking asking = { .metrics = metrics, .number = session_number() };

	metrics_ask(&session->client, asking.number);
	if (session_listen(session, on_message, &asking) != CLIENT_DONE)
		return session_no_answer(session);
	client_run(&session->client, late_seconds, on_message, &asking);
	metrics_print(metrics, format, stdout);
	return EXIT_DONE;
}

int command_metrics(struct session *session, int argc, char **argv)
{
	const bool open = argc > 0 && strcmp(argv[0], "openmetrics") == 0;
	struct metrics *metrics;

	if (argc > 0 && !open) {
		fprintf(stderr,
			"lathectl: metrics: found %s, would accept openmetrics, or "
			"nothing for Prometheus' own format\n",
			argv[0]);
		return EXIT_USAGE;
	}
	metrics = metrics_create();
	if (!metrics)
		return EXIT_REFUSED;
	const int status = print_answers(
		session, metrics, open ? METRICS_OPENMETRICS : METRICS_PROMETHEUS);
	metrics_destroy(metrics);
	return status;
}

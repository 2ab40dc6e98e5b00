/* metrics.h - a rack's status, alarms and meters as Prometheus reads them: the one printer, for
 * lathectl and for whoever else answers a scrape. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_METRICS_H
#define LATHE_METRICS_H

#include "control/client.h"

#include <stdio.h>

enum metrics_format {
	METRICS_PROMETHEUS,  /* the text format 0.0.4 */
	METRICS_OPENMETRICS, /* OpenMetrics 1.0.0, for those whose Accept asks for it */
};

struct metrics;

struct metrics *metrics_create(void); /* NULL: no memory */
void metrics_destroy(struct metrics *metrics);
/* Asks the rack for all that is printed; a pong with this number ends its answers. */
void metrics_ask(struct client *client, int number);
/* Takes what the rack answered; answers to others change nothing. */
void metrics_take(struct metrics *metrics, const struct message *message);
void metrics_print(struct metrics *metrics, enum metrics_format format, FILE *to);
/* What an HTTP header says of the format. */
const char *metrics_content_type(enum metrics_format format);

#endif

/* print.c - lathed --describe and --graph: prints a rack that is not played. Before any thread
 * starts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lathed/print.h"

#include "daemon/rack/describe.h"
#include "daemon/rack/graph.h"

#include <stdio.h>

static void line_print(struct text *line)
{
	puts(line->bytes);
	text_finish(line);
}

static void describe_row(void *context, const struct description *row)
{
	struct text line = { 0 };

	(void)context;
	describe_line(row, &line);
	line_print(&line);
}

static void graph_row(void *context, const struct graph_row *row)
{
	struct text line = { 0 };

	(void)context;
	graph_line(row, &line);
	line_print(&line);
}

bool rack_print(const struct rack *rack, const struct options *options)
{
	if (options->describe)
		describe_rack(rack, describe_row, NULL);
	if (options->graph)
		graph_rack(rack, graph_row, NULL);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	fputs("lathed: not all of it could be written\n", stderr);
	return false;
}

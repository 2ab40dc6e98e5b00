/* report.c - lathe-render's report: faults of the files, and the meters. */
#include "daemon/render/report.h"

#include "daemon/rack/param.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double peak_dbfs(const struct report *report)
{
	return 20 * log10((double)report->out->peak);
}

void report_say(const struct report *report)
{
	const struct render_options *options = report->options;

	if (report->in->note[0])
		fprintf(stderr, "lathe-render: %s: %s\n", options->in,
			report->in->note);
	if (report->strays)
		fprintf(stderr,
			"lathe-render: %s: %lld samples are not numbers or above +60 "
			"dBFS; silence was played instead\n",
			options->in, (long long)report->strays);
	if (report->out && report->out->clipped)
		fprintf(stderr,
			"lathe-render: %s: %lld samples were clipped, the highest by "
			"%.2f dB; a limiter, less gain or --format float keeps them\n",
			options->out, (long long)report->out->clipped,
			peak_dbfs(report));
	if (report->out && report->out->replaces && !options->force)
		fprintf(stderr,
			"lathe-render: %s: the file that was there was replaced "
			"(--force: without a word)\n",
			options->out);
}

/* As a JSON string. */
static void json_text(const char *text)
{
	putchar('"');
	for (const char *c = text; *c; c++)
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if ((unsigned char)*c < ' ')
			printf("\\u%04x", (unsigned)*c);
		else
			putchar(*c);
	putchar('"');
}

static void node_print(const struct report *report, int n, bool *first)
{
	const struct node *node = &report->rack->nodes[n];

	for (int slot = 0; slot < node_meters(node); slot++) {
		const struct meter *meter =
			meter_row(node->module, node->channels, slot);
		float reading = meter_reading(meter, report->folded[n][slot]);
		char path[128], text[64];
		if (strcmp(meter->id, "load") == 0)
			continue; /* of this computer, not of the sound */
		if (meter->flags & METER_VECTOR && !report->options->json)
			continue; /* hundreds, for programs */
		meter_path(node->module, node->channels, slot, path, sizeof(path));
		if (!report->options->json) {
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

static void json_begin(const struct report *report)
{
	printf("{\n  \"frames\": %lld,\n  \"rate\": %d,\n  \"latency\": %lld,\n"
	       "  \"seconds\": %.3f,\n  \"strays\": %lld,\n  \"note\": ",
	       (long long)report->in->read, report->in->rate,
	       (long long)report->latency, report->seconds, (long long)report->strays);
	json_text(report->in->note);
	if (report->out) {
		printf(",\n  \"clipped\": %lld,\n  \"peak_dbfs\": ",
		       (long long)report->out->clipped);
		if (report->out->peak > 0)
			printf("%.3f", peak_dbfs(report));
		else
			fputs("null", stdout);
	}
	fputs(",\n  \"meters\": {", stdout);
}

int report_print(const struct report *report)
{
	bool first = true;

	if (report->options->json)
		json_begin(report);
	for (int n = 0; n < report->rack->node_count; n++)
		if (report->measured[n])
			node_print(report, n, &first);
	if (report->options->json)
		puts("\n  }\n}");
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fputs("lathe-render: the meters could not be written\n", stderr);
	return EXIT_FILE;
}

/* spectrum.c - lathectl spectrum: what goes into a node and what comes out, live. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/spectrum.h"

#include "control/lathectl/picture.h"
#include "share/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* As docs/osc.md has it: band k is at 1000 * 10^((k - MIDDLE) / PER_DECADE) Hz. */
enum { BANDS = 121, MIDDLE = 68, PER_DECADE = 40 };
enum { HEAD_COLUMNS = 50 }; /* of what follows the node's name */

static const double renew_seconds = 4;

struct sight {
	struct session *session;
	const char *node;
	bool terminal, fresh;
	int lines; /* drawn, to draw over */
	double began;
	float in[VALUES_MAX], out[VALUES_MAX];
};

static bool on_spectrum(void *context, const struct message *message)
{
	struct sight *sight = context;
	float in[VALUES_MAX], out[VALUES_MAX];

	if (session_error(sight->session, message))
		return true;
	if (strcmp(message->path, "/rack/spectrum") != 0 ||
	    blob_values(message, 1, in) != BANDS ||
	    blob_values(message, 2, out) != BANDS)
		return false;
	memcpy(sight->in, in, sizeof(in));
	memcpy(sight->out, out, sizeof(out));
	sight->fresh = true;
	return true;
}

static double band_hz(int band)
{
	return 1000 * pow(10, (double)(band - MIDDLE) / PER_DECADE);
}

/* A column for each band, or for the louder of as many as the terminal's width asks for. */
static void sight_draw(struct sight *sight)
{
	struct winsize size = { 0 };
	struct picture picture = { .width = 0 };
	float in[BANDS], out[BANDS];
	const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col;
	const int columns = known ? size.ws_col : 80;
	const int each = (BANDS + columns - 1) / columns;
	const int count = (BANDS + each - 1) / each;

	for (int k = 0; k < count; k++) {
		in[k] = out[k] = -HUGE_VALF;
		for (int band = each * k; band < each * (k + 1) && band < BANDS;
		     band++) {
			in[k] = fmaxf(in[k], sight->in[band]);
			out[k] = fmaxf(out[k], sight->out[band]);
		}
	}
	if (sight->lines)
		printf("\033[%dA", sight->lines);
	printf("\r%.*s%s\033[K\n", columns > HEAD_COLUMNS ? columns - HEAD_COLUMNS : 0,
	       sight->node,
	       columns > HEAD_COLUMNS
		       ? "   █ out  ░ in, where it is louder   0 to -60 dBFS"
		       : "");
	picture_bands(&picture, out, in, count, 1, (double)MIDDLE / each,
		      (double)PER_DECADE / each, !getenv("NO_COLOR"));
	sight->lines = 1 + picture_draw(&picture, 0);
	fflush(stdout);
}

static void sight_json(const struct sight *sight)
{
	printf("{\"node\": ");
	json_string(stdout, sight->node);
	printf(", \"seconds\": %.2f, \"bands\": [", client_now() - sight->began);
	for (int k = 0; k < BANDS; k++)
		printf("%s{\"hz\": %.1f, \"in\": %.2f, \"out\": %.2f}", k ? ", " : "",
		       band_hz(k), (double)sight->in[k], (double)sight->out[k]);
	puts("]}");
	fflush(stdout);
}

static void sight_table(const struct sight *sight)
{
	printf("%9s %8s %8s %8s\n", "Hz", "in", "out", "change");
	for (int k = 0; k < BANDS; k++)
		printf("%9.1f %8.1f %8.1f %+8.1f\n", band_hz(k), (double)sight->in[k],
		       (double)sight->out[k], (double)(sight->out[k] - sight->in[k]));
}

/* Waits until a spectrum has come. */
static enum client_end sight_wait(struct sight *sight, double seconds)
{
	sight->fresh = false;
	return client_run(&sight->session->client, seconds, on_spectrum, sight);
}

static int sight_follow(struct sight *sight)
{
	struct session *session = sight->session;
	double seconds = session->options.seconds, renew = 0, next = 0;
	double rate = session->options.rate > 0 ? session->options.rate : 25;
	double every = session->options.json ? 1 / fmin(rate, 1) : 0;
	bool any = false;

	while (!stop_asked && !ferror(stdout)) {
		double now = client_now();
		if (seconds >= 0 && now >= sight->began + seconds)
			return any ? EXIT_DONE : session_no_answer(session);
		if (now >= renew) {
			client_send(&session->client, "/rack/spectrum", "sf",
				    sight->node, rate);
			renew = now + renew_seconds;
		}
		enum client_end end = sight_wait(sight, 0.5);
		if (session->refused)
			return EXIT_REFUSED;
		if (end == CLIENT_GONE ||
		    (!any &&
		     client_now() > sight->began + session->options.patience + 4))
			return session_no_answer(session);
		if (!sight->fresh || client_now() < next)
			continue;
		any = true;
		next = client_now() + every;
		if (sight->terminal)
			sight_draw(sight);
		else if (session->options.json)
			sight_json(sight);
		else
			return sight_table(sight), EXIT_DONE;
	}
	return EXIT_DONE;
}

int command_spectrum(struct session *session, int argc, char **argv)
{
	bool terminal = isatty(STDOUT_FILENO) && !session->options.json;
	struct sight sight = { .session = session,
			       .node = argv[0] + (argv[0][0] == '/'),
			       .terminal = terminal,
			       .began = client_now() };

	(void)argc;
	if (terminal)
		fputs("\033[?25l", stdout);
	int status = sight_follow(&sight);
	client_send(&session->client, "/rack/spectrum", "sf", sight.node, 0.0);
	if (terminal)
		fputs("\033[?25h", stdout);
	return status;
}

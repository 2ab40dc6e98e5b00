/* compare.c - lathectl compare, abx: honest comparison, and whether anybody hears it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/compare.h"

#include "control/lathectl/command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char address[] = "rack/compare";

int command_compare(struct session *session, int argc, char **argv)
{
	char *words[] = { (char *)(argc ? "set" : "get"), (char *)address,
			  argc ? argv[0] : NULL };

	return command_words(session, argc ? 3 : 2, words);
}

/* The probability of at least `right` right answers by guessing. */
static double chance(int right, int trials)
{
	double sum = 0;

	for (int k = right; k <= trials; k++)
		sum += exp(lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1) -
			   trials * log(2));
	return fmin(sum, 1);
}

static int coin(void)
{
	unsigned char byte;

	return getrandom(&byte, 1, 0) == 1 ? byte & 1 : rand() & 1;
}

static void play(struct session *session, const char *what)
{
	client_send(&session->client, "/rack/compare", "s", what);
}

struct start {
	struct session *session;
	int nonce;
};

static bool on_answer(void *context, const struct message *message)
{
	const struct start *start = context;

	return session_error(start->session, message) ||
	       (strcmp(message->path, "/rack/pong") == 0 &&
		message_number(message, 0) == start->nonce);
}

/* Plays both once: fails when the rack does not know one of them, or does not answer. */
static int begin(struct session *session, const char *const what[2])
{
	struct start start = { session, session_number() };

	play(session, what[1]);
	play(session, what[0]);
	client_send(&session->client, "/rack/ping", "i", start.nonce);
	enum client_end end = session_listen(session, on_answer, &start);
	if (end != CLIENT_DONE)
		return session_no_answer(session);
	return session->refused ? EXIT_REFUSED : EXIT_DONE;
}

static void tally(const struct session *session, int right, int trials)
{
	if (session->options.json)
		printf("{\"trials\": %d, \"right\": %d, \"p\": %.4g}\n", trials, right,
		       chance(right, trials));
	else
		printf("%d of %d right; by guessing alone with p = %.3g\n", right,
		       trials, chance(right, trials));
	fflush(stdout);
}

int command_abx(struct session *session, int argc, char **argv)
{
	const char *const what[2] = { argc > 0 ? argv[0] : "a",
				      argc > 1 ? argv[1] : "b" };
	char line[64];
	int right = 0, trials = 0, hidden = coin();

	if (session->places.count > 1) {
		fputs("lathectl: abx takes one host: one listener compares two sounds "
		      "of one rack\n",
		      stderr);
		return EXIT_USAGE;
	}
	int status = begin(session, what);

	if (status != EXIT_DONE)
		return status;
	fprintf(stderr,
		"A is %s, B is %s, X is one of them. Listen: a, b, x. Say which: xa or "
		"xb. End: q.\n",
		what[0], what[1]);
	while (!stop_asked && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, " \r\n")] = '\0';
		if (strcmp(line, "q") == 0)
			break;
		if (strcmp(line, "a") == 0 || strcmp(line, "b") == 0) {
			play(session, what[line[0] == 'b']);
		} else if (strcmp(line, "x") == 0) {
			play(session, what[hidden]);
		} else if (strcmp(line, "xa") == 0 || strcmp(line, "xb") == 0) {
			right += (line[1] == 'b') == hidden;
			trials++;
			hidden = coin();
			fprintf(stderr, "%d answered; X was chosen anew: A or B\n",
				trials);
		} else {
			fputs("a, b or x to listen; xa or xb to answer; q to end\n",
			      stderr);
		}
	}
	play(session, "off");
	tally(session, right, trials);
	return EXIT_DONE;
}

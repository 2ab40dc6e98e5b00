/* script.c - lathectl script: commands from a file, each at its time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/script.h"

#include "control/lathectl/bom.h"
#include "control/lathectl/command.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 32 };

/* Splits at spaces, but not within "..." or '...'; # begins a comment. */
static int split(char *line, char **words)
{
	int count = 0;

	while (count < WORDS_MAX) {
		line += strspn(line, " \t\r\n");
		if (!*line || *line == '#')
			break;
		char quote = *line == '"' || *line == '\'' ? *line++ : '\0';
		const char end[2] = { quote, '\0' };
		words[count++] = line;
		line += strcspn(line, quote ? end : " \t\r\n");
		if (!*line)
			break;
		*line++ = '\0';
	}
	return count;
}

/* Waits until `seconds` on client_now()'s clock, or a signal. */
static void wait_until(double seconds)
{
	double left;

	while (!stop_asked && (left = seconds - client_now()) > 0)
		poll(NULL, 0, (int)ceil(fmin(left, 1) * 1000));
}

/* "@2.5" from the script's start, "+2.5" from now. */
static bool is_time(const char *word, double start, double *when)
{
	char *end;

	if (word[0] != '@' && word[0] != '+')
		return false;
	*when = strtod(word + 1, &end) + (word[0] == '@' ? start : client_now());
	return end != word + 1 && !*end;
}

int command_script(struct session *session, int argc, char **argv)
{
	FILE *file = strcmp(argv[0], "-") == 0 ? stdin : fopen(argv[0], "r");
	char text[1024], *words[WORDS_MAX];
	double start = client_now(), when;
	int status = EXIT_DONE;

	(void)argc;
	if (!file) {
		fprintf(stderr, "lathectl: %s: %s\n", argv[0], strerror(errno));
		return EXIT_USAGE;
	}
	for (int line = 1;
	     status == EXIT_DONE && !stop_asked && fgets(text, sizeof(text), file);
	     line++) {
		int count = split(line == 1 ? bom_skip(text) : text, words), first = 0;
		if (count && is_time(words[0], start, &when)) {
			wait_until(when);
			first = 1;
		}
		if (count > first && !stop_asked)
			status = command_words(session, count - first, words + first);
		if (status != EXIT_DONE)
			fprintf(stderr, "lathectl: %s:%d: ended here\n", argv[0], line);
	}
	if (ferror(file)) {
		fprintf(stderr, "lathectl: %s: %s\n", argv[0], strerror(errno));
		status = EXIT_USAGE;
	}
	if (file != stdin)
		fclose(file);
	return status;
}

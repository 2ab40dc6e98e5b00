/* test_log.c - what reaches stderr, and the ring of asides. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/log.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static char found[65536];

/* Runs `scene` with stderr in a file and reads it back. */
static void capture(void (*scene)(void))
{
	char path[] = "/tmp/lathe-log-XXXXXX";
	int file = mkstemp(path), saved = dup(STDERR_FILENO);

	dup2(file, STDERR_FILENO);
	scene();
	dup2(saved, STDERR_FILENO);
	ssize_t length = pread(file, found, sizeof(found) - 1, 0);
	found[length > 0 ? length : 0] = '\0';
	close(saved);
	close(file);
	unlink(path);
}

static void quiet(void)
{
	log_open(false);
	log_line(LOG_WARNING, "port %d", 3);
	log_line(LOG_DEBUG, "unseen");
}

static void long_line(void)
{
	char text[4000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_open(true);
	log_line(LOG_INFO, "%s", text);
	log_aside("one");
	log_aside(text);
	log_asides();
	log_asides();
}

static void overflow(void)
{
	for (int i = 0; i < 1000; i++) {
		char text[16];

		snprintf(text, sizeof(text), "n%d", i);
		log_aside(text);
	}
	log_asides();
}

int main(void)
{
	setenv("JOURNAL_STREAM", "8:1", 1);
	capture(quiet);
	CHECK_TEXT(found, "<4>port 3\n");
	capture(long_line);
	CHECK(found[strlen(found) - 1] == '\n', "a long line ends");
	CHECK(strstr(found, "\n<7>one\n<7>xxx"), "asides come in order");
	capture(overflow);
	CHECK(strstr(found, "<7>n936\n") == found, "found \"%.20s\"", found);
	CHECK(strstr(found, "<7>n999\n"), "the newest is kept");
	return test_result();
}

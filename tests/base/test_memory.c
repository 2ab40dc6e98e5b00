/* test_memory.c - memory that is there, and what happens when there is none. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/memory.h"

#include "tests/support/test.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_there(void)
{
	char *bytes = memory_zeroed(100, 1), *text;

	CHECK(bytes[0] == 0 && bytes[99] == 0, "not zeroed");
	bytes = memory_resize(bytes, 200, 1);
	CHECK(bytes[99] == 0, "not kept");
	free(bytes);
	free(memory_zeroed(0, 0));
	free(memory_resize(NULL, 0, 8));
	text = memory_print("%s %d", "one", 2);
	CHECK_TEXT(text, "one 2");
	char *copy = memory_string(text);
	CHECK_TEXT(copy, "one 2");
	free(copy);
	free(text);
}

static void ask_too_much(void)
{
	memory_resize(NULL, SIZE_MAX / 2, 4);
}

static void ask_for_no_text(void)
{
	memory_out("a test");
}

/* The process ends with status 1 and one sentence, so that systemd starts it again. */
static void test_none(void (*ask)(void), const char *wanted)
{
	char said[200] = "";
	int ends[2], status = 0;

	CHECK(pipe(ends) == 0, "pipe");
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		ask();
		_exit(0);
	}
	close(ends[1]);
	waitpid(child, &status, 0);
	size_t got = 0;
	ssize_t more;
	while ((more = read(ends[0], said + got, sizeof(said) - 1 - got)) > 0)
		got += (size_t)more;
	close(ends[0]);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %x", status);
	CHECK_TEXT(said, wanted);
}

int main(void)
{
	test_there();
	test_none(ask_too_much, "<3>out of memory for data; lathe ends\n");
	test_none(ask_for_no_text, "<3>out of memory for a test; lathe ends\n");
	return test_result();
}

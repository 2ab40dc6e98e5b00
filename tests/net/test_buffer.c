/* test_buffer.c - a socket's buffers never become smaller, whoever made them large. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/buffer.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/test.h"

enum { HUGE_BYTES = 64 << 20, WANTED = 1 << 20 };

static void test_grow(enum buffer buffer)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int few = buffer_grow(fd, buffer, 1000), many = buffer_grow(fd, buffer, WANTED);

	CHECK(few > 1000, "it has more already: %d", few);
	CHECK(many > few || few >= WANTED, "%d, then %d", few, many);
	CHECK(buffer_grow(fd, buffer, 1000) == many, "not smaller");
	close(fd);
}

/* systemd makes it larger than lathed, without its rights, could. */
static void test_inherited(enum buffer buffer, int force)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), huge = HUGE_BYTES, status;

	if (setsockopt(fd, SOL_SOCKET, force, &huge, sizeof(huge)) != 0) {
		printf("skipped: only root may make it larger than the limit\n");
		close(fd);
		return;
	}
	pid_t child = fork();
	if (child == 0) {
		if (setuid(65534) != 0)
			_exit(2);
		_exit(buffer_grow(fd, buffer, 2 * HUGE_BYTES) < HUGE_BYTES);
	}
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d", status);
	close(fd);
}

int main(void)
{
	test_grow(BUFFER_RECEIVE);
	test_grow(BUFFER_SEND);
	test_inherited(BUFFER_RECEIVE, SO_RCVBUFFORCE);
	test_inherited(BUFFER_SEND, SO_SNDBUFFORCE);
	return test_result();
}

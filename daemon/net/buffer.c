/* buffer.c - the kernel's buffers of a socket. Any thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/buffer.h"

#include <sys/socket.h>
#include <unistd.h>

/* The kernel reports twice what it was asked for; half is its own overhead. */
static int buffer_bytes(int fd, int option)
{
	int bytes = 0;
	socklen_t size = sizeof(bytes);

	return getsockopt(fd, SOL_SOCKET, option, &bytes, &size) == 0 ? bytes / 2 : 0;
}

/* What the kernel gives a process that may not force it: it cuts the wish to its limit,
 * which may be less than a socket has already. Another socket shows how much that is. */
static int granted(int option, int bytes)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof(bytes));
	int given = buffer_bytes(fd, option);
	close(fd);
	return given;
}

int buffer_grow(int fd, enum buffer buffer, int bytes)
{
	int plain = buffer == BUFFER_SEND ? SO_SNDBUF : SO_RCVBUF;
	int force = buffer == BUFFER_SEND ? SO_SNDBUFFORCE : SO_RCVBUFFORCE;
	int before = buffer_bytes(fd, plain);

	if (before >= bytes)
		return before;
	if (setsockopt(fd, SOL_SOCKET, force, &bytes, sizeof(bytes)) == 0)
		return buffer_bytes(fd, plain);
	if (granted(plain, bytes) > before)
		setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof(bytes));
	return buffer_bytes(fd, plain);
}

/* buffer.h - the kernel's buffers of a socket. Any thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_NET_BUFFER_H
#define LATHE_NET_BUFFER_H

enum buffer { BUFFER_RECEIVE, BUFFER_SEND };

/* Makes the buffer as large as this process may, up to `bytes`, and never smaller than it
 * is: systemd may have given a socket more than the process could ask for. Returns the
 * bytes that it has. */
int buffer_grow(int fd, enum buffer buffer, int bytes);

#endif

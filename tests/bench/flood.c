/* flood.c - a crowd on one lathed: 32 subscribers at 20 Hz, and sets from 50 senders.
 *
 *   lathed --config FILE --describe | flood PORT SETS RATE
 *
 * Every sender has params of its own. Prints the rate that was reached, how long a client
 * beside them waits for replies, what the kernel and lathed lost, and whether each param
 * ends at its last value. Exit 1: one doesn't. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/net/gate.h"
#include "daemon/net/packet.h"
#include "tests/support/random.h"

enum {
	SENDERS = 50,
	SUBSCRIBERS = 32,
	ROWS_MAX = 2048,
	PATH_BYTES = 128,
	SLICES = 1000, /* of a second */
	PINGS_MAX = 200000,
};

struct row {
	char path[PATH_BYTES];
	float min, max, last;
	bool sent;
};

static struct row rows[ROWS_MAX];
static int row_count, port;
static atomic_bool done;
static atomic_long heard;
static double waits[PINGS_MAX];
static int wait_count;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Params that take any number and build nothing. */
static void rows_read(FILE *lines)
{
	char line[2048], path[PATH_BYTES], kind[16], curve[16];
	float min, max;

	while (row_count < ROWS_MAX && fgets(line, sizeof(line), lines)) {
		const char *curve_at = strstr(line, "curve="),
			   *min_at = strstr(line, "min=");

		if (!curve_at || !min_at || strstr(line, "look") ||
		    strncmp(line, "/rack/", 6) == 0 ||
		    sscanf(line, "%127s %15s", path, kind) != 2 ||
		    strcmp(kind, "param") != 0 ||
		    sscanf(curve_at, "curve=%15s", curve) != 1 ||
		    sscanf(min_at, "min=%f max=%f", &min, &max) != 2 ||
		    (strcmp(curve, "linear") != 0 && strcmp(curve, "log") != 0))
			continue;
		struct row *row = &rows[row_count++];
		*row = (struct row) { .min = min, .max = max };
		snprintf(row->path, sizeof(row->path), "%s", path);
	}
}

static int client(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 4 << 20;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		exit(2);
	return fd;
}

static void say(int fd, struct packet *packet)
{
	const size_t head = PACKET_HEAD_BYTES + 4;

	while (send(fd, packet->bytes + head, (size_t)packet->size - head, 0) < 0)
		;
	packet_clear(packet);
}

/* ---- those who listen ------------------------------------------------------------------ */

static void *listen_all(void *unused)
{
	struct pollfd fds[SUBSCRIBERS];
	struct packet packet;
	uint8_t bytes[2048];
	double due = 0;

	for (int i = 0; i < SUBSCRIBERS; i++)
		fds[i] = (struct pollfd) { client(), POLLIN, 0 };
	packet_clear(&packet);
	while (!atomic_load(&done)) {
		if (now() >= due) {
			due = now() + 4;
			for (int i = 0; i < SUBSCRIBERS; i++) {
				packet_add(&packet, "/rack/subscribe", "sf", "/*",
					   20.0);
				say(fds[i].fd, &packet);
			}
		}
		usleep(5000);
		poll(fds, SUBSCRIBERS, 5);
		for (int i = 0; i < SUBSCRIBERS; i++)
			while (recv(fds[i].fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
				atomic_fetch_add(&heard, 1);
	}
	for (int i = 0; i < SUBSCRIBERS; i++)
		close(fds[i].fd);
	return unused;
}

/* Asks every 5 ms, and waits at most a second. */
static void *ask_all(void *unused)
{
	struct packet packet;
	uint8_t bytes[2048];
	int fd = client();

	packet_clear(&packet);
	for (int i = 0; !atomic_load(&done) && wait_count < PINGS_MAX; i++) {
		double from = now();
		struct pollfd one = { fd, POLLIN, 0 };
		packet_add(&packet, "/rack/ping", "i", i);
		say(fd, &packet);
		for (;;) {
			if (poll(&one, 1, 1000) <= 0)
				break;
			ssize_t size = recv(fd, bytes, sizeof(bytes), 0);
			if (size < 20)
				continue;
			struct message message = message_read(bytes, (size_t)size);
			if ((int)message_next(&message).number == i)
				break;
		}
		waits[wait_count++] = now() - from;
		usleep(5000);
	}
	close(fd);
	return unused;
}

/* ---- those who set --------------------------------------------------------------------- */

static double flood(const int fds[SENDERS], long sets, double rate)
{
	struct packet packet;
	uint32_t seed = 1;
	double began = now();
	long sent = 0;

	packet_clear(&packet);
	while (sent < sets) {
		long due = rate > 0 ? (long)((now() - began) * rate) : sets;
		for (; sent < due && sent < sets; sent++) {
			int sender = (int)(sent % SENDERS);
			int mine = (row_count - sender - 1) / SENDERS + 1;
			uint32_t random = random_bits(&seed);
			struct row *row =
				&rows[sender + SENDERS * ((int)(random >> 8) % mine)];
			float share = (float)(random >> 16) / 65536.0f;
			row->last = row->min + (row->max - row->min) * share;
			row->sent = true;
			packet_add(&packet, row->path, "f", (double)row->last);
			say(fds[sender], &packet);
		}
		if (rate > 0)
			usleep(1000000 / SLICES);
	}
	return (double)sets / (now() - began);
}

/* ---- what came of it ------------------------------------------------------------------- */

/* The drops column of our daemon's socket. */
static long kernel_drops(void)
{
	FILE *file = fopen("/proc/net/udp", "r");
	char line[512];
	long drops = -1, found;
	unsigned local;

	while (file && fgets(line, sizeof(line), file)) {
		const char *last = strrchr(line, ' ');
		size_t length = strlen(line);
		while (length && (line[length - 1] == '\n' || line[length - 1] == ' '))
			line[--length] = '\0';
		last = strrchr(line, ' ');
		if (sscanf(line, " %*d: %*x:%x", &local) == 1 && (int)local == port &&
		    last && sscanf(last, "%ld", &found) == 1)
			drops = found;
	}
	if (file)
		fclose(file);
	return drops;
}

/* The answer to one question: a datagram's first message. */
static bool ask(int fd, const char *path, const char *answer, struct message *message,
		uint8_t bytes[2048])
{
	struct packet packet;

	packet_clear(&packet);
	for (int attempt = 0; attempt < 5; attempt++) {
		struct pollfd one = { fd, POLLIN, 0 };
		packet_add(&packet, path, "");
		say(fd, &packet);
		while (poll(&one, 1, 1000) > 0) {
			ssize_t size = recv(fd, bytes, 2048, 0);
			if (size <= 0)
				break;
			*message = message_read(bytes, (size_t)size);
			if (strcmp(message->path, answer) == 0)
				return true;
		}
	}
	return false;
}

static double status(int fd, const char *word)
{
	uint8_t bytes[2048];
	struct message message;

	if (!ask(fd, "/rack/status", "/rack/status", &message, bytes))
		return -1;
	while (message.count > 0) {
		struct argument name = message_next(&message);
		struct argument value = message_next(&message);
		if (name.text && strcmp(name.text, word) == 0)
			return value.number;
	}
	return -1;
}

/* lathed keeps up to a megabyte of each sender, seconds of work, and answers others
 * meanwhile: a sender's sets are done when its own question is answered. */
static bool settled(const int fds[SENDERS])
{
	uint8_t bytes[2048];
	struct message message;
	bool all = true;

	for (int i = 0; i < SENDERS; i++)
		all &= ask(fds[i], "/rack/ping", "/rack/pong", &message, bytes);
	return all;
}

static int wrong_values(int fd)
{
	uint8_t bytes[2048];
	struct message message;
	int wrong = 0;

	for (int i = 0; i < row_count; i++) {
		const struct row *row = &rows[i];
		if (!row->sent)
			continue;
		bool got = ask(fd, row->path, row->path, &message, bytes);
		double value = got ? message_next(&message).number : 0;
		if (got && fabs(value - (double)row->last) <= 1e-6)
			continue;
		wrong++;
		fprintf(stderr, "%s: %g, sent %g\n", row->path, value,
			(double)row->last);
	}
	return wrong;
}

static int compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

int main(int argc, char **argv)
{
	pthread_t listener, asker;
	int fds[SENDERS];

	if (argc != 4)
		return 2;
	port = atoi(argv[1]);
	rows_read(stdin);
	if (row_count < SENDERS)
		return 2;
	for (int i = 0; i < SENDERS; i++)
		fds[i] = client();
	int fd = client();
	long drops = kernel_drops();
	double lost = status(fd, "lost"), xruns = status(fd, "xruns");
	pthread_create(&listener, NULL, listen_all, NULL);
	usleep(500000);
	pthread_create(&asker, NULL, ask_all, NULL);
	double rate = flood(fds, atol(argv[2]), atof(argv[3]));
	atomic_store(&done, true);
	pthread_join(listener, NULL);
	pthread_join(asker, NULL);
	if (!settled(fds))
		fprintf(stderr, "a sender of sets gets no answer\n");
	int wrong = wrong_values(fd);
	qsort(waits, (size_t)wait_count, sizeof(*waits), compare);
	printf("rate %.0f sets/s, told %ld, replies p50 %.2f ms p99 %.2f ms max %.2f "
	       "ms, "
	       "kernel drops %ld, lost %.0f, xruns %.0f, wrong %d of %d\n",
	       rate, atomic_load(&heard), waits[wait_count / 2] * 1e3,
	       waits[wait_count * 99 / 100] * 1e3,
	       waits[wait_count ? wait_count - 1 : 0] * 1e3, kernel_drops() - drops,
	       status(fd, "lost") - lost, status(fd, "xruns") - xruns, wrong,
	       row_count);
	return wrong > 0;
}

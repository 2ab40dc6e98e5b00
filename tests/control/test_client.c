/* test_client.c - the programs' side of the challenge against the daemon's own judge, on a
 * clock that is put forward: nothing is lost, and nothing said twice. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/access.h"
#include "daemon/net/gate.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <time.h>

static double forward; /* seconds */

static int forward_gettime(clockid_t clock, struct timespec *now)
{
	int outcome = clock_gettime(clock, now);

	now->tv_sec += (time_t)forward;
	return outcome;
}
#define clock_gettime forward_gettime
#include "control/client.c"

/* A daemon that only judges, and answers what it takes. */
static struct allow nets[] = { { 0x0a000000, 0xff000000, ROLE_CONTROL, false } };
static const struct osc_settings settings = { .allow = nets, .allow_count = 1 };
static struct access *access_now;
static int server, challenges;
static int taken[256]; /* of each path's last byte */
static bool mute;      /* what we send gets lost */

static struct client client;
static int answers;

static bool on_answer(void *context, const struct message *message)
{
	(void)context;
	answers += strcmp(message->path, "/rack/pong") == 0;
	return false;
}

static void answer(const struct sockaddr_in *to, const char *path, int number)
{
	lo_message message = lo_message_new();
	size_t size;
	lo_message_add_int32(message, number);
	void *bytes = lo_message_serialise(message, path, NULL, &size);
	if (!mute)
		sendto(server, bytes, size, 0, (const struct sockaddr *)to,
		       sizeof(*to));
	free(bytes);
	lo_message_free(message);
}

static bool serve(void)
{
	bool some = false;
	uint8_t bytes[GATE_BYTES_MAX];
	struct sockaddr_in from;
	socklen_t room = sizeof(from);
	ssize_t size;

	while ((size = recvfrom(server, bytes, sizeof(bytes), 0,
				(struct sockaddr *)&from, &room)) > 0) {
		struct sockaddr_in as = from;
		as.sin_addr.s_addr = htonl(0x0a000005);
		struct verdict verdict = access_judge(access_now, &settings, &as, bytes,
						      (size_t)size, client_now());
		challenges += verdict.challenge;
		some = true;
		if (verdict.challenge)
			answer(&from, "/rack/challenge", verdict.number);
		if (!verdict.taken || memcmp(bytes, "/rack/confirm", 14) == 0)
			continue;
		taken[bytes[strlen((const char *)bytes) - 1]]++;
		answer(&from, "/rack/pong", 1);
	}
	return some;
}

/* Both, until neither has anything to say. */
static void talk(void)
{
	while (serve())
		client_run(&client, 0.0005, on_answer, NULL);
}

static void begin(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	socklen_t size = sizeof(here);
	char port[8], error[128];

	server = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(server, (struct sockaddr *)&here, sizeof(here)) != 0)
		abort();
	getsockname(server, (struct sockaddr *)&here, &size);
	snprintf(port, sizeof(port), "%d", ntohs(here.sin_port));
	CHECK(client_open(&client, "127.0.0.1", port, error, sizeof(error)), "%s",
	      error);
	access_now = access_create();
	memset(taken, 0, sizeof(taken));
	challenges = answers = 0;
}

static void end(void)
{
	client_close(&client);
	access_destroy(access_now);
	close(server);
}

/* An hour of one message every so often, of a client that never subscribes. */
static void test_never_subscribes(double every, const char *path)
{
	int said = 0, wrong = 0;

	begin();
	for (double at = 0; at < 3600; at += every, forward += every) {
		int before = taken[(uint8_t)path[strlen(path) - 1]];
		client_send(&client, path, "");
		said++;
		talk();
		wrong += taken[(uint8_t)path[strlen(path) - 1]] != before + 1;
	}
	CHECK(wrong == 0 && answers == said, "%s every %g s: %d of %d were not once",
	      path, every, wrong, said);
	CHECK(challenges >= 6, "a stranger again and again: %d", challenges);
	end();
}

/* Subscribes and sets: it is asked again before it is a stranger, and says nothing twice. */
static void test_subscribes(void)
{
	int said = 0;

	begin();
	for (double at = 0; at < 3600; at += 4, forward += 4) {
		client_send(&client, "/rack/subscribe", "");
		client_send(&client, "/a/long/address/toggle", "i", 1);
		said++;
		talk();
	}
	CHECK(taken['e'] == 2 * said, "%d of %d", taken['e'], 2 * said);
	CHECK(challenges > 10 && challenges < 20, "asked %d times", challenges);
	end();
}

/* The daemon was started anew: who was heard a moment ago is a stranger. */
static void test_restarted(void)
{
	begin();
	client_send(&client, "/a/long/address/toggle", "i", 1);
	talk();
	CHECK(taken['e'] == 1, "%d", taken['e']);
	access_destroy(access_now);
	access_now = access_create();
	forward += 5;
	client_send(&client, "/a/long/address/toggle", "i", 1);
	talk();
	CHECK(taken['e'] == 2, "%d", taken['e']);
	end();
}

/* Too short to be challenged, and the first that is heard of us. */
static void test_short(void)
{
	begin();
	client_send(&client, "/rack/ping", "");
	talk();
	CHECK(taken['g'] == 1 && answers == 1, "%d taken, %d answers", taken['g'],
	      answers);
	end();
}

/* What was meant for now isn't said later. */
static void test_too_late(void)
{
	begin();
	mute = true;
	client_send(&client, "/a/long/address/toggle", "i", 1);
	talk();
	mute = false;
	forward += 5;
	client_send(&client, "/rack/ping", "i", 1);
	talk();
	CHECK(taken['e'] == 0 && taken['g'] == 1, "%d, %d", taken['e'], taken['g']);
	end();
}

int main(void)
{
	test_never_subscribes(20, "/a/long/address/toggle");
	test_never_subscribes(1.5 * 17, "/rack/ping");
	test_never_subscribes(100, "/a/long/address/toggle");
	test_subscribes();
	test_restarted();
	test_short();
	test_too_late();
	return test_result();
}

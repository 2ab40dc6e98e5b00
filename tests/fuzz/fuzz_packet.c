/* fuzz_packet.c - any bytes as a datagram from anybody: whether he is let in, the gate, and
 * what passes it through dispatch, subscriptions and answers. libFuzzer; see fuzz.sh.
 * The program stands in for the network and the clock. What is sent must be OSC, short
 * enough, to somebody on the list, and to who has not confirmed no more than he sent. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "daemon/desk/lock.h"
#include "daemon/net/gate.h"
#include "daemon/net/lane.h"
#include "daemon/osc/osc.h"
#include "daemon/net/packet.h"
#include "tests/support/fake_desk.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOST(c_, d_) (UINT32_C(10) << 24 | (c_) << 8 | (d_))

enum {
	DATAGRAM_MAX = 1400,
	OUTSIDER = 0,
	LIAR, /* never sends its number back */
	HONEST,
	VIEWER,
	TRUSTED,
	REGULAR,
	LOCAL, /* and all above: this machine */
	PEOPLE = 10,
};

static const uint32_t who[LOCAL] = { HOST(9, 9), HOST(1, 1), HOST(2, 1),
				     HOST(3, 1), HOST(4, 1), HOST(5, 1) };
static struct desk desk;
static struct osc_parts parts;
static struct osc *osc;
static double now = 1000.0;
static const uint8_t *coming; /* not read yet */
static size_t coming_size;
static struct sockaddr_in coming_from;
static long liar_credit;
static int number; /* what the honest one is to send back, or 0 */
static unsigned sends;

/* ---- the network and the clock ------------------------------------------------------------ */

int recvmmsg(int fd, struct mmsghdr *heads, unsigned count, int flags,
	     struct timespec *timeout)
{
	(void)fd, (void)flags, (void)timeout;
	if (!coming || !count) {
		errno = EAGAIN;
		return -1;
	}
	struct msghdr *head = &heads->msg_hdr;
	size_t size = coming_size < head->msg_iov->iov_len ? coming_size
							   : head->msg_iov->iov_len;
	memcpy(head->msg_iov->iov_base, coming, size);
	memcpy(head->msg_name, &coming_from, sizeof(coming_from));
	head->msg_controllen = 0;
	heads->msg_len = (unsigned)size;
	if (coming_from.sin_addr.s_addr == htonl(who[LIAR]))
		liar_credit += (long)size;
	coming = NULL;
	return 1;
}

static void note_challenge(const uint8_t *bytes, size_t size)
{
	struct message message = message_read(bytes, size);
	struct argument argument = message_next(&message);

	if (strcmp(message.path, "/rack/challenge") == 0)
		number = (int)argument.number;
}

ssize_t sendmsg(int fd, const struct msghdr *head, int flags)
{
	const char *why;
	const uint8_t *bytes = head->msg_iov->iov_base;
	size_t size = head->msg_iov->iov_len;
	struct sockaddr_in address;

	(void)fd, (void)flags;
	memcpy(&address, head->msg_name, sizeof(address));
	uint32_t host_address = ntohl(address.sin_addr.s_addr);
	if (size > DATAGRAM_MAX || host_address == who[OUTSIDER])
		abort();
	if (!gate_check(bytes, size, &why) && !strstr(why, "64 arguments"))
		abort();
	if (host_address == who[LIAR] && (liar_credit -= (long)size) < 0)
		abort();
	if (host_address == who[HONEST] && !packet_is_bundle(bytes))
		note_challenge(bytes, size);
	if (++sends % 97)
		return (ssize_t)size;
	errno = EAGAIN;
	return -1;
}

/* libFuzzer keeps its own time by the other clocks. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, time);
	time->tv_sec = (time_t)now;
	time->tv_nsec = (long)((now - floor(now)) * 1e9);
	return 0;
}

/* ---- one lane, of one datagram, exactly as long: ASan sees a byte too far ------------------- */

static uint8_t *waiting;
static size_t waiting_size;
static struct sockaddr_in waiting_from;

struct lanes *lanes_create(void)
{
	return NULL;
}

void lanes_destroy(struct lanes *lanes)
{
	(void)lanes;
}

bool lane_put(struct lanes *lanes, const struct sockaddr_in *from, const uint8_t *bytes,
	      size_t size)
{
	(void)lanes;
	free(waiting);
	waiting = malloc(size ? size : 1);
	memcpy(waiting, bytes, size);
	waiting_size = size;
	waiting_from = *from;
	return true;
}

const uint8_t *lane_first(const struct lanes *lanes, int index, size_t *size,
			  struct sockaddr_in *from)
{
	(void)lanes, (void)index;
	*size = waiting_size;
	*from = waiting_from;
	return waiting;
}

void lane_drop(struct lanes *lanes, int index)
{
	(void)lanes, (void)index;
	free(waiting);
	waiting = NULL;
}

bool lane_is_light(const struct lanes *lanes, int index)
{
	(void)lanes, (void)index;
	return true;
}

bool lanes_empty(const struct lanes *lanes)
{
	(void)lanes;
	return !waiting;
}

/* Keeps the real modules out: the fuzzer looks at every counter after each datagram. */
const struct module *const module_registry[] = { &fake_module, &fake_output, NULL };

/* ---- the rack ------------------------------------------------------------------------------ */

static void set_limit(struct limit *limit, enum role role, const char *params)
{
	const char *why;

	*limit = (struct limit) { .role = role, .has_max = true, .max = 3.0 };
	snprintf(limit->params, sizeof(limit->params), "%s", params);
	if (!pattern_compile(&limit->pattern, params, strlen(params), &why))
		abort();
}

static void set_people(struct osc_settings *settings)
{
	static const struct allow allow[] = {
		{ HOST(1, 0), 0xffffff00, ROLE_ADMIN, false },
		{ HOST(2, 0), 0xffffff00, ROLE_CONTROL, false },
		{ HOST(3, 0), 0xffffff00, ROLE_VIEW, true },
		{ HOST(4, 0), 0xffffff00, ROLE_CONTROL, true },
	};

	settings->allow = malloc(sizeof(allow));
	memcpy(settings->allow, allow, sizeof(allow));
	settings->allow_count = sizeof(allow) / sizeof(*allow);
	settings->regulars = malloc(sizeof(*settings->regulars));
	settings->regulars[0] =
		(struct regular) { HOST(5, 1), 9000, ROLE_CONTROL, "/eq/*", 20.0 };
	settings->regular_count = 1;
	settings->limits = malloc(2 * sizeof(*settings->limits));
	set_limit(&settings->limits[0], ROLE_CONTROL, "/*/gain");
	set_limit(&settings->limits[1], ROLE_CONTROL, "/eq/band/[1-3]/gain");
	settings->limits[1].as_config = true;
	settings->limit_count = 2;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char error[256];

	(void)argc, (void)argv;
	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(0),
			       .events = event_log_create() };
	desk.status.block = 64;
	set_people(desk.rack->osc);
	parts.lock = lock_create(&desk);
	osc = osc_create(&desk, &parts, 0, socket(AF_INET, SOCK_DGRAM, 0), error,
			 sizeof(error));
	return 0;
}

static void receive(const uint8_t *data, size_t size, uint32_t address, int port)
{
	coming_from = (struct sockaddr_in) { .sin_family = AF_INET,
					     .sin_addr = { htonl(address) },
					     .sin_port = htons((uint16_t)port) };
	coming = data;
	coming_size = size;
	osc_receive(osc);
}

static void confirm(void)
{
	struct packet packet;

	packet_clear(&packet);
	packet_add(&packet, "/rack/confirm", "i", number);
	number = 0;
	receive(packet.bytes + PACKET_HEAD_BYTES + 4,
		(size_t)packet.size - PACKET_HEAD_BYTES - 4, who[HONEST], 40000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t person = size ? (size / 4 + data[size - 1]) % PEOPLE : LOCAL;

	receive(data, size, person < LOCAL ? who[person] : INADDR_LOOPBACK,
		40000 + (int)(size % 40));
	if (number)
		confirm();
	now += 0.01;
	fake_played = fake_serial;
	desk_tick(&desk);
	osc_tick(osc);
	for (int i = 0; i < desk.rack->node_count; i++)
		for (int p = 0; p < node_params(&desk.rack->nodes[i]); p++)
			if (!isfinite(desk.rack->nodes[i].values[p]))
				abort();
	return 0;
}

/* fuzz_packet.c - any bytes as a datagram: the gate, and what passes it through dispatch,
 * subscriptions and answers. libFuzzer; see fuzz.sh. */
#include <arpa/inet.h>
#include <math.h>
#include <unistd.h>

#include "daemon/dispatch.h"
#include "daemon/feed.h"
#include "daemon/gate.h"
#include "tests/fake_host.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct host host;
static struct dispatch *dispatch;
static double now = 1000.0;

static void on_changed(void *context, const struct change *change)
{
	(void)context;
	watch_changed(
		dispatch->watch,
		address_of_param(dispatch->addresses, change->node, change->param),
		change->origin);
}

static void on_reshaped(void *context)
{
	(void)context;
	dispatch_reshape(dispatch);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	host = (struct host) { .rack = fake_rack(0),
			       .events = event_log_create(),
			       .changed = on_changed,
			       .reshaped = on_reshaped };
	host.status.block = 64;
	dispatch = dispatch_create(&host, socket(AF_INET, SOCK_DGRAM, 0));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
				    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	const char *why;
	/* Exactly as long, so that ASan sees a byte too far. */
	uint8_t *bytes = malloc(size ? size : 1);
	memcpy(bytes, data, size);
	from.sin_port = htons((uint16_t)(40000 + size % 40));
	if (gate_check(bytes, size, &why))
		dispatch_packet(dispatch, bytes, size, &from, now);
	free(bytes);
	now += 0.01;
	fake_played = fake_serial;
	host_tick(&host);
	dispatch_tick(dispatch, now);
	watch_expire(dispatch->watch, now);
	watch_settle(dispatch->watch, now);
	feed_tick(dispatch->watch, now);
	for (int i = 0; i < host.rack->node_count; i++)
		for (int p = 0; p < node_params(&host.rack->nodes[i]); p++)
			if (!isfinite(host.rack->nodes[i].values[p]))
				abort();
	return 0;
}

/* bench_osc.c - what a message costs: dispatch at 10,000 params, sets a second at 5,000, and
 * the round trip of a query beside that of a bare liblo server, in one interleaved run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/desk/lock.h"
#include "daemon/osc/bundle.h"
#include "daemon/osc/commands.h"
#include "daemon/osc/dispatch.h"
#include "daemon/osc/feed.h"
#include "tests/support/fake_desk.h"
#include "tests/support/osc_user.h"

enum { ROUNDS = 9 };

static struct desk desk;
static struct osc_parts parts;
static atomic_bool stop_asked;

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare);
	return values[count / 2];
}

/* As many as asked for, 207 in a node. */
static void desk_open(int params)
{
	static const struct param_group wide_groups[] = { { "band", "Band", 100, 2,
							    fake_rows, NULL } };
	static struct module wide;

	wide = fake_module;
	wide.groups = wide_groups;
	desk = (struct desk) { .player = &fake_player,
			       .rack = rack_create(),
			       .events = event_log_create() };
	desk.rack->osc->port = 0;
	parts.lock = lock_create(&desk);
	rack_add_input(desk.rack, "in", 2);
	for (int i = 0; i * 207 < params; i++) {
		char name[16];
		snprintf(name, sizeof(name), "n%d", i);
		node_set_channels(rack_add_node(desk.rack, NODE_MODULE, name, &wide),
				  2);
	}
}

static void desk_close(void)
{
	lock_destroy(parts.lock);
	rack_destroy(desk.rack);
	event_log_destroy(desk.events);
}

struct set {
	uint8_t bytes[64];
	size_t size;
};

/* Sets of all params in a shuffled order. */
static struct set *make_sets(struct addresses *addresses, int *count)
{
	struct set *sets = calloc((size_t)address_count(addresses), sizeof(*sets));

	*count = 0;
	for (int i = 0; i < address_count(addresses); i++) {
		const struct leaf *leaf = address_leaf(addresses, i);
		struct packet packet;
		packet_clear(&packet);
		if (!leaf->param || leaf->param->flags & PARAM_REBUILD)
			continue;
		packet_add_float(&packet, leaf->path, leaf->length, 1.0f);
		sets[*count].size = (size_t)packet.size - 20;
		memcpy(sets[*count].bytes, packet.bytes + 20, sets[*count].size);
		++*count;
	}
	srand(1);
	for (int i = *count - 1; i > 0; i--) {
		int k = rand() % (i + 1);
		struct set swap = sets[i];
		sets[i] = sets[k];
		sets[k] = swap;
	}
	return sets;
}

/* Gate, lookup and store of one set, without the socket. */
static void bench_dispatch(void)
{
	double gate[ROUNDS], find[ROUNDS], whole[ROUNDS];
	int count;

	desk_open(10000);
	struct outlet *outlet = outlet_create(-1);
	struct dispatch *dispatch =
		dispatch_create(&desk, &parts, outlet, commands_all);
	struct set *sets = make_sets(dispatch->addresses, &count);
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = 1 };
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int round = 0; round < ROUNDS; round++) {
		const char *why;
		enum verb verb;
		long sum = 0;
		double at[4];
		at[0] = clock_seconds();
		for (int i = 0; i < count; i++)
			sum += gate_check(sets[i].bytes, sets[i].size, &why);
		at[1] = clock_seconds();
		for (int i = 0; i < count; i++)
			sum += address_find(
				dispatch->addresses, (const char *)sets[i].bytes,
				(int)strlen((const char *)sets[i].bytes), &verb);
		at[2] = clock_seconds();
		for (int i = 0; i < count; i++)
			if (gate_check(sets[i].bytes, sets[i].size, &why))
				bundle_run_whole(dispatch, sets[i].bytes, sets[i].size,
						 &from, at[2]);
		dispatch_flush(dispatch);
		at[3] = clock_seconds();
		gate[round] = (at[1] - at[0]) / count * 1e9;
		find[round] = (at[2] - at[1]) / count * 1e9;
		whole[round] = (at[3] - at[2]) / count * 1e9;
		if (sum == 42)
			printf("\n");
	}
	printf("dispatch at %d params: gate %.0f ns, address %.0f ns, "
	       "whole set until applied %.0f ns\n",
	       count, median(gate, ROUNDS), median(find, ROUNDS),
	       median(whole, ROUNDS));
	free(sets);
	dispatch_destroy(dispatch);
	outlet_destroy(outlet);
	desk_close();
}

/* Bursts that fit the socket's buffer, then the time until all are applied. */
static void bench_sets(void)
{
	double rates[ROUNDS];
	char error[200];
	int count;

	desk_open(5000);
	struct osc *osc = osc_create(&desk, &parts, 0, -1, error, sizeof(error));
	struct user user = user_open(osc);
	struct addresses *addresses = addresses_create(desk.rack);
	struct set *sets = make_sets(addresses, &count);
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t before = osc_counts(osc).received;
		for (int i = 0; i < 4000; i++)
			user_send_bytes(&user, sets[i % count].bytes,
					sets[i % count].size);
		double from = clock_seconds();
		while (osc_receive(osc))
			;
		rates[round] = (double)(osc_counts(osc).received - before) /
			       (clock_seconds() - from);
		osc_tick(osc);
	}
	printf("sets handled at %d params: %.0f a second, missed %d\n", count,
	       median(rates, ROUNDS), (int)osc_counts(osc).missed);
	close(user.fd);
	free(sets);
	addresses_destroy(addresses);
	osc_destroy(osc);
	desk_close();
}

static void *ours(void *context)
{
	struct osc *osc = context;

	while (!atomic_load(&stop_asked)) {
		struct pollfd fd = { .fd = osc_fd(osc), .events = POLLIN };
		poll(&fd, 1, 10);
		osc_receive(osc);
	}
	return NULL;
}

static int on_query(const char *path, const char *types, lo_arg **values, int count,
		    lo_message message, void *server)
{
	(void)types, (void)values, (void)count;
	return lo_send_from(lo_message_get_source(message), server, LO_TT_IMMEDIATE,
			    path, "f", 1.0);
}

static void *theirs(void *server)
{
	while (!atomic_load(&stop_asked))
		lo_server_recv_noblock(server, 10);
	return NULL;
}

/* Microseconds from sending a query to its answer. */
static double round_trip(struct user *user)
{
	static const char query[] = "/n0/gain\0\0\0\0,\0\0";
	uint8_t bytes[256];
	struct pollfd fd = { .fd = user->fd, .events = POLLIN };
	double from = clock_seconds();

	user_send_bytes(user, query, sizeof(query));
	if (poll(&fd, 1, 1000) != 1 || recv(user->fd, bytes, sizeof(bytes), 0) < 0)
		return 1e6;
	return (clock_seconds() - from) * 1e6;
}

static void bench_round_trip(void)
{
	enum { TRIPS = 4000 };
	static double mine[TRIPS], liblo[TRIPS];
	char error[200];
	pthread_t threads[2];
	desk_open(230);
	struct osc *osc = osc_create(&desk, &parts, 0, -1, error, sizeof(error));
	lo_server server = lo_server_new(NULL, NULL);
	lo_server_add_method(server, "/n0/gain", "", on_query, server);
	struct user here = user_open(osc);
	struct user there = user_open_from("127.0.0.1", lo_server_get_port(server));
	pthread_create(&threads[0], NULL, ours, osc);
	pthread_create(&threads[1], NULL, theirs, server);
	for (int i = 0; i < TRIPS; i++) {
		mine[i] = round_trip(&here);
		liblo[i] = round_trip(&there);
	}
	atomic_store(&stop_asked, true);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	double a = median(mine, TRIPS), b = median(liblo, TRIPS);
	printf("round trip: %.1f us, a bare liblo server %.1f us, ratio %.2f\n", a, b,
	       a / b);
	close(here.fd);
	close(there.fd);
	lo_server_free(server);
	osc_destroy(osc);
	desk_close();
}

/* Encoding and sending all meters of a rack as blobs, per hundred. */
static void bench_blobs(void)
{
	double cost[ROUNDS];
	char error[200];
	int found;
	const char *why;

	desk_open(10000);
	struct osc *osc = osc_create(&desk, &parts, 0, -1, error, sizeof(error));
	struct user user = user_open(osc);
	struct addresses *addresses = addresses_create(desk.rack);
	struct outlet *outlet = outlet_create(osc_fd(osc));
	struct watch *watch = watch_create(&desk, addresses, outlet);
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)user_port(&user)) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct client *client = watch_client(watch, &to, 0.0);
	watch_subscribe(watch, client, "/rack/meters", 50.0, 0, 0.0, &found, &why);
	for (int round = 0; round < ROUNDS; round++) {
		double from = clock_seconds();
		for (int i = 0; i < 100; i++)
			feed_tick(watch, 0.02 * (round * 100 + i));
		cost[round] = (clock_seconds() - from) / 100 / found * 100 * 1e6;
		user_hear(&user);
	}
	printf("meter blob: %.2f us per 100 meters (%d of them), folded and sent\n",
	       median(cost, ROUNDS), found);
	watch_destroy(watch);
	outlet_destroy(outlet);
	addresses_destroy(addresses);
	close(user.fd);
	osc_destroy(osc);
	desk_close();
}

int main(void)
{
	bench_blobs();
	bench_dispatch();
	bench_sets();
	bench_round_trip();
	return 0;
}

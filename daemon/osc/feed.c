/* feed.c - what subscribers are sent, and when. Control thread; never waits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/feed.h"
#include "daemon/osc/alarm_lines.h"

#include "daemon/base/fold.h"
#include "daemon/osc/vector.h"
#include "daemon/rack/param.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
	DATAGRAMS_PER_TURN =
		16, /* to one subscription at one time, so that a snapshot is spread out */
	PLACES_PER_PACKET = PACKET_BYTES_MAX / 12,
	BLOB_VERSION = 1,
	BLOB_FLOATS = 1, /* the only format */
	BLOB_HEAD = 20,
	BLOB_VALUES = 320, /* of one datagram */
};
static const double refresh_seconds =
	1.0; /* a meter that does not change is sent this often */

/* A datagram that is being filled, and the params to send again if it can't be sent. */
struct turn {
	struct watch *watch;
	struct client *client;
	struct subscription *subscription;
	struct packet packet;
	int places[PLACES_PER_PACKET];
	int place_count;
	int left; /* datagrams that may still be sent in this turn */
};

bool feed_add(struct packet *packet, const struct rack *rack, const struct leaf *leaf,
	      enum verb form, float reading)
{
	const struct node *node = &rack->nodes[leaf->node];
	char path[192], text[128];
	float value = leaf->param ? node->values[leaf->index] : reading;

	if (form == VERB_VALUE)
		return packet_add_float(packet, leaf->path, leaf->length, value);
	int length = snprintf(path, sizeof(path), "%s%s", leaf->path,
			      form == VERB_NORM ? "/norm" : "/text");
	if (form == VERB_NORM)
		return packet_add_float(packet, path, length,
					param_norm(leaf->param, value));
	if (leaf->param && leaf->param->curve == CURVE_FILE)
		return packet_add(packet, path, "s", node_file(node, leaf->index));
	if (leaf->param)
		param_text(leaf->param, value, text, sizeof(text));
	else
		meter_text(leaf->meter, value, text, sizeof(text));
	return packet_add(packet, path, "s", text);
}

bool feed_add_vector(struct packet *packet, const struct desk *desk,
		     const struct leaf *leaf)
{
	uint8_t bytes[VECTOR_MESSAGE_MAX];
	float floor[VECTOR_MESSAGE_MAX];
	const float *readings = desk->player->meters(desk->engine, leaf->node);

	for (int i = 0; !readings && i < leaf->count; i++)
		floor[i] = leaf->meter->min;
	size_t size = vector_write(bytes, leaf->path, vector_format(leaf->meter),
				   readings ? readings + leaf->index : floor,
				   leaf->count, desk->player->frame(desk->engine));
	return !size || packet_add_bytes(packet, bytes, size);
}

/* ---- meters ------------------------------------------------------------------------- */

static void fold_meters(const struct watch *watch, struct subscription *subscription)
{
	const float *readings = NULL;
	int node = -1;

	for (int i = 0; i < subscription->meter_count; i++) {
		struct watched_meter *meter = &subscription->meters[i];
		const struct leaf *leaf = address_leaf(watch->addresses, meter->place);
		if (leaf->node != node) {
			node = leaf->node;
			readings =
				watch->desk->player->meters(watch->desk->engine, node);
		}
		if (!readings)
			continue;
		float now = readings[leaf->index];
		if (meter->any)
			now = fold_join(leaf->meter->fold, meter->fold, now);
		meter->fold = now;
		meter->any = true;
	}
}

/* ---- turns --------------------------------------------------------------------------- */

/* False: nothing more may be sent in this turn. */
static bool turn_send(struct turn *turn)
{
	struct watch *watch = turn->watch;

	if (!turn->packet.count)
		return turn->left > 0;
	bool sent = packet_send(&turn->packet, watch->outlet, &turn->client->target);
	if (!sent)
		for (int i = 0; i < turn->place_count; i++)
			turn->subscription->dirty[turn->places[i] / 64] |=
				UINT64_C(1) << (turn->places[i] % 64);
	turn->place_count = 0;
	turn->left--;
	return sent && turn->left > 0;
}

static bool turn_add(struct turn *turn, const struct leaf *leaf, enum verb form,
		     float reading)
{
	const struct rack *rack = turn->watch->desk->rack;

	if (turn->place_count < PLACES_PER_PACKET - 3 &&
	    feed_add(&turn->packet, rack, leaf, form, reading))
		return true;
	return turn_send(turn) && feed_add(&turn->packet, rack, leaf, form, reading);
}

static bool turn_add_vector(struct turn *turn, const struct leaf *leaf)
{
	const struct desk *desk = turn->watch->desk;

	return feed_add_vector(&turn->packet, desk, leaf) ||
	       (turn_send(turn) && feed_add_vector(&turn->packet, desk, leaf));
}

/* Adds all forms that the subscription asks for. */
static bool turn_add_forms(struct turn *turn, const struct leaf *leaf, float reading)
{
	unsigned forms = turn->subscription->forms;

	if (leaf->count)
		return !(forms & FORM_VALUE) || turn_add_vector(turn, leaf);
	return (!(forms & FORM_VALUE) || turn_add(turn, leaf, VERB_VALUE, reading)) &&
	       (!(forms & FORM_NORM) || leaf->meter ||
		turn_add(turn, leaf, VERB_NORM, reading)) &&
	       (!(forms & FORM_TEXT) || turn_add(turn, leaf, VERB_TEXT, reading));
}

static bool send_values(struct turn *turn)
{
	struct subscription *subscription = turn->subscription;
	int words = address_count(turn->watch->addresses) / 64 + 1;

	for (int n = 0; n < words; n++) {
		int word = (subscription->dirty_from + n) % words;
		while (subscription->dirty[word]) {
			int bit = __builtin_ctzll(subscription->dirty[word]);
			int place = word * 64 + bit;
			if (!turn_add_forms(turn,
					    address_leaf(turn->watch->addresses, place),
					    0.0f)) {
				subscription->dirty_from = word;
				return false;
			}
			subscription->dirty[word] &= ~(UINT64_C(1) << bit);
			turn->places[turn->place_count++] = place;
		}
	}
	return true;
}

static bool send_meters(struct turn *turn, bool refresh)
{
	struct subscription *subscription = turn->subscription;
	int count = subscription->meter_count;

	for (int n = 0; n < count; n++) {
		int at = (subscription->meter_from + n) % count;
		struct watched_meter *meter = &subscription->meters[at];
		const struct leaf *leaf =
			address_leaf(turn->watch->addresses, meter->place);
		if (!meter->any)
			continue;
		float reading = meter_reading(leaf->meter, meter->fold);
		bool rests = meter->told && !(reading < meter->sent) &&
			     !(reading > meter->sent);
		if (!rests || refresh || leaf->count) {
			if (!turn_add_forms(turn, leaf, reading)) {
				subscription->meter_from = at;
				return false;
			}
			meter->told = true;
			meter->sent = reading;
		}
		meter->any = false;
	}
	subscription->meter_from = 0;
	return true;
}

/* ---- all meters as bytes ---------------------------------------------------------------- */

static uint8_t *put_big(uint8_t *at, uint64_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		*at++ = (uint8_t)(value >> (8 * i));
	return at;
}

/* "/rack/meters ,b": version and format (16 bits each), the first value's slot and how many
 * values (32 bits each), frame (64 bits), values; all of it big-endian. */
static void send_blob(struct turn *turn, int first, int count)
{
	static const char head[] = "/rack/meters\0\0\0\0,b\0";
	struct watched_meter *meters = turn->subscription->meters;
	uint8_t bytes[sizeof(head) + 4 + BLOB_HEAD + 4 * BLOB_VALUES], *at = bytes;

	memcpy(at, head, sizeof(head));
	at = put_big(at + sizeof(head), BLOB_HEAD + 4 * (uint64_t)count, 4);
	at = put_big(at, BLOB_VERSION, 2);
	at = put_big(at, BLOB_FLOATS, 2);
	at = put_big(at, (uint64_t)first, 4);
	at = put_big(at, (uint64_t)count, 4);
	at = put_big(at, turn->watch->desk->player->frame(turn->watch->desk->engine),
		     8);
	for (int i = first; i < first + count; i++) {
		const struct meter *row =
			address_leaf(turn->watch->addresses, meters[i].place)->meter;
		float reading =
			meters[i].any ? meter_reading(row, meters[i].fold) : row->min;
		uint32_t bits;
		memcpy(&bits, &reading, sizeof(bits));
		at = put_big(at, bits, 4);
		meters[i].any = false;
	}
	packet_add_bytes(&turn->packet, bytes, (size_t)(at - bytes));
	turn_send(turn);
}

static void send_blobs(struct turn *turn)
{
	int count = turn->subscription->meter_count;

	for (int first = 0; first < count; first += BLOB_VALUES)
		send_blob(turn, first,
			  count - first < BLOB_VALUES ? count - first : BLOB_VALUES);
}

static void send_alarms(struct turn *turn)
{
	struct alarm_lines lines;

	alarm_lines_make(turn->watch->desk->alarms, &lines);
	const uint64_t hash = alarm_lines_hash(&lines);
	if (hash == turn->subscription->told)
		return;
	alarm_lines_add(&turn->packet, &lines);
	if (packet_send(&turn->packet, turn->watch->outlet, &turn->client->target))
		turn->subscription->told = hash;
}

static void take_turn(struct watch *watch, struct client *client,
		      struct subscription *subscription, double now)
{
	struct turn turn = { .watch = watch,
			     .client = client,
			     .subscription = subscription,
			     .left = DATAGRAMS_PER_TURN };
	bool refresh = now >= subscription->refresh;

	packet_clear(&turn.packet);
	if (subscription->blob)
		send_blobs(&turn);
	else if (subscription->alarms)
		send_alarms(&turn);
	else if (send_values(&turn) && send_meters(&turn, refresh))
		turn_send(&turn);
	if (refresh)
		subscription->refresh = now + refresh_seconds;
	/* The rate stays even when ticks are late; after a long pause there is no
	 * burst. */
	subscription->due += subscription->period;
	if (subscription->due < now)
		subscription->due = now;
}

void feed_tick(struct watch *watch, double now)
{
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &watch->clients[i];
		for (int s = 0; s < client->subscription_count; s++) {
			struct subscription *subscription = client->subscriptions[s];
			fold_meters(watch, subscription);
			if (now >= subscription->due)
				take_turn(watch, client, subscription, now);
		}
	}
}

double feed_due(const struct watch *watch)
{
	double due = HUGE_VAL;

	for (int i = 0; i < CLIENTS_MAX; i++) {
		const struct client *client = &watch->clients[i];
		for (int s = 0; s < client->subscription_count; s++)
			due = fmin(due, client->subscriptions[s]->due);
	}
	return due;
}

void feed_all(struct watch *watch, const struct packet *packet)
{
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &watch->clients[i];
		if (!client->subscription_count)
			continue;
		struct packet copy = *packet;
		packet_send(&copy, watch->outlet, &client->target);
	}
}

void feed_event(struct watch *watch, const struct event *event)
{
	struct packet packet;

	packet_clear(&packet);
	packet_add(&packet, "/rack/event", "dhissss", event->time, event->frame,
		   (int)event->level, event->code, event->text, event->address,
		   event_edge_word(event->edge));
	feed_all(watch, &packet);
}

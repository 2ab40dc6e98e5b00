/* watch.c - clients and their subscriptions. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/watch.h"
#include "daemon/base/memory.h"

#include "daemon/base/ipv4.h"
#include "daemon/net/access.h"
#include "daemon/net/packet.h"
#include "daemon/osc/alarm_lines.h"
#include "daemon/osc/feed.h"
#include "daemon/rack/param.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double subscription_seconds = 10.0;
static const double settle_seconds = 0.2;
static const double idle_seconds =
	1.0; /* a sender without a subscription is kept this long at least */

struct touch {
	int place;
	enum verb form;
	float value;
	double at;
};

struct watch *watch_create(struct desk *desk, const struct addresses *addresses,
			   struct outlet *outlet)
{
	struct watch *watch = memory_zeroed(1, sizeof(*watch));

	watch->desk = desk;
	watch->addresses = addresses;
	watch->outlet = outlet;
	return watch;
}

static void subscription_destroy(struct subscription *subscription)
{
	free(subscription->matched);
	free(subscription->dirty);
	free(subscription->meters);
	free(subscription);
}

static void client_forget(struct client *client)
{
	for (int i = 0; i < client->subscription_count; i++)
		subscription_destroy(client->subscriptions[i]);
	free(client->touches);
	free(client->touch_at);
	memset(client, 0, sizeof(*client));
}

void watch_destroy(struct watch *watch)
{
	if (!watch)
		return;
	for (int i = 0; i < CLIENTS_MAX; i++)
		client_forget(&watch->clients[i]);
	free(watch);
}

/* ---- clients ------------------------------------------------------------------------- */

static bool is_of_host(const struct client *client, const struct sockaddr_in *source)
{
	return client->used &&
	       client->source.sin_addr.s_addr == source->sin_addr.s_addr;
}

static bool is_here(const struct sockaddr_in *source)
{
	return ipv4_is_local(ntohl(source->sin_addr.s_addr));
}

/* Whether its record can't be given to another client. */
static bool is_kept(const struct client *client)
{
	return client->fixed || client->subscription_count;
}

static int count_of_host(const struct watch *watch, const struct sockaddr_in *source)
{
	int count = 0;

	for (int i = 0; i < CLIENTS_MAX; i++)
		count += is_of_host(&watch->clients[i], source);
	return count;
}

/* A new client gets a free record, else that of the client that was silent longest: of its
 * own host, when that has as many as one may have. NULL: there is none. */
static struct client *client_spare(struct watch *watch,
				   const struct sockaddr_in *source, double now,
				   double idle)
{
	struct client *spare = NULL;
	bool own = !is_here(source) && count_of_host(watch, source) >= CLIENTS_OF_HOST;

	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &watch->clients[i];
		if (is_kept(client) || (own && !is_of_host(client, source)) ||
		    (client->used && now - client->heard < idle))
			continue;
		if (!spare ||
		    (spare->used && (!client->used || client->heard < spare->heard)))
			spare = client;
	}
	return spare;
}

static struct client *client_seat(struct watch *watch, const struct sockaddr_in *source,
				  double now, double idle)
{
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &watch->clients[i];
		if (client->used && ipv4_same(&client->source, source)) {
			client->heard = now;
			return client;
		}
	}
	struct client *spare = client_spare(watch, source, now, idle);
	if (!spare)
		return NULL;
	client_forget(spare);
	spare->used = true;
	spare->source = spare->target = *source;
	spare->heard = now;
	return spare;
}

struct client *watch_client(struct watch *watch, const struct sockaddr_in *source,
			    double now)
{
	return client_seat(watch, source, now, idle_seconds);
}

/* Listeners, counted for who may take another place. The config's own do not count for their
 * host. */
struct listeners {
	int of_host, others, plain; /* others: not of this machine; plain: nor admins */
};

static struct listeners listeners_count(const struct watch *watch,
					const struct sockaddr_in *source)
{
	struct listeners found = { 0 };

	for (int i = 0; i < CLIENTS_MAX; i++) {
		const struct client *client = &watch->clients[i];
		if (!is_kept(client) || is_here(&client->source))
			continue;
		found.of_host += !client->fixed && is_of_host(client, source);
		found.others++;
		found.plain += access_role(watch->desk->rack->osc, &client->source) <
			       ROLE_ADMIN;
	}
	return found;
}

/* NULL: one more may listen. */
static const char *too_many(const struct watch *watch, const struct sockaddr_in *source)
{
	struct listeners listeners = listeners_count(watch, source);
	bool admin = access_role(watch->desk->rack->osc, source) == ROLE_ADMIN;

	if (is_here(source))
		return NULL;
	if (listeners.of_host >= CLIENTS_OF_HOST)
		return "16 clients of this host listen, and one host may have 16: one "
		       "of them must leave first";
	if (listeners.others >= CLIENTS_MAX - CLIENTS_KEPT_HERE)
		return "56 clients of other machines listen, the last places are kept "
		       "for this machine: one must leave first";
	if (!admin &&
	    listeners.plain >= CLIENTS_MAX - CLIENTS_KEPT_HERE - CLIENTS_KEPT_ADMIN)
		return "48 clients listen, the last places are kept for admins and "
		       "this machine: one must leave first";
	return NULL;
}

/* The client that listens there already: a sender that names its port is the same client.
 * NULL: none does. */
static struct client *client_known(struct watch *watch,
				   const struct sockaddr_in *source, int port)
{
	struct sockaddr_in target = *source;

	if (port)
		target.sin_port = htons((uint16_t)port);
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &watch->clients[i];
		if (is_kept(client) && (ipv4_same(&client->source, source) ||
					ipv4_same(&client->target, &target)))
			return client;
	}
	return NULL;
}

struct client *watch_listener(struct watch *watch, const struct sockaddr_in *source,
			      int port, double now, const char **why)
{
	struct client *known = client_known(watch, source, port);

	*why = known ? NULL : too_many(watch, source);
	if (*why)
		return NULL;
	struct client *client = client_seat(watch, source, now, 0);
	if (!client && known) {
		known->source = *source;
		known->heard = now;
		client = known;
	}
	*why = "64 clients listen already; one must leave first";
	return client;
}

int watch_subscribers(const struct watch *watch)
{
	int count = 0;

	for (int i = 0; i < CLIENTS_MAX; i++)
		count += watch->clients[i].subscription_count > 0;
	return count;
}

/* ---- subscriptions --------------------------------------------------------------------- */

static int match_meters(const struct addresses *addresses, uint64_t *bits)
{
	int found = 0, count = address_count(addresses);

	for (int i = 0; i < count; i++) {
		const struct leaf *leaf = address_leaf(addresses, i);
		if (!leaf->meter || leaf_is_apart(leaf))
			continue;
		bits[i / 64] |= UINT64_C(1) << (i % 64);
		found++;
	}
	return found;
}

/* Finds what matches in the present tree. All of it is to be sent. */
static int subscription_match(const struct watch *watch,
			      struct subscription *subscription)
{
	int count = address_count(watch->addresses);
	size_t words = (size_t)count / 64 + 1;

	free(subscription->matched);
	free(subscription->dirty);
	free(subscription->meters);
	subscription->matched = memory_zeroed(words, sizeof(uint64_t));
	subscription->dirty = memory_zeroed(words, sizeof(uint64_t));
	subscription->meters = NULL;
	subscription->meter_count = subscription->meter_from = 0;
	subscription->dirty_from = 0;
	int found = subscription->blob
			    ? match_meters(watch->addresses, subscription->matched)
			    : address_match(watch->addresses, &subscription->pattern,
					    true, subscription->matched);
	subscription->meters =
		memory_zeroed((size_t)found + 1, sizeof(*subscription->meters));
	for (int i = 0; i < count; i++) {
		if (!(subscription->matched[i / 64] >> (i % 64) & 1) ||
		    !address_leaf(watch->addresses, i)->meter)
			continue;
		subscription->matched[i / 64] &= ~(UINT64_C(1) << (i % 64));
		subscription->meters[subscription->meter_count++].place = i;
	}
	memcpy(subscription->dirty, subscription->matched, words * sizeof(uint64_t));
	return subscription->alarms ? ALARM_LINES : found;
}

/* Two stars mean one star in all forms; a final "/norm" or "/text" chooses that form. */
static bool subscription_compile(struct subscription *subscription, const char **why)
{
	const char *text = subscription->text;
	int length = (int)strlen(text), stem;

	subscription->forms = FORM_VALUE;
	subscription->blob = strcmp(text, "/rack/meters") == 0;
	subscription->alarms = strcmp(text, "/rack/alarms") == 0;
	if (strcmp(text, "/**") == 0) {
		subscription->forms = FORM_ALL;
		length--;
	}
	enum verb verb = address_verb(text, length, &stem);
	if (verb == VERB_NORM || verb == VERB_TEXT) {
		subscription->forms = verb == VERB_NORM ? FORM_NORM : FORM_TEXT;
		length = stem;
	}
	return pattern_compile(&subscription->pattern, text, (size_t)length, why);
}

static struct subscription *subscription_find(const struct client *client,
					      const char *pattern)
{
	for (int i = 0; i < client->subscription_count; i++)
		if (strcmp(client->subscriptions[i]->text, pattern) == 0)
			return client->subscriptions[i];
	return NULL;
}

/* A tablet may send from one port and listen on another, and a script sends from a new
 * port each time. A sender with the same target is the same client. */
static void adopt_target(struct watch *watch, struct client *client)
{
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *other = &watch->clients[i];
		if (other == client || !other->subscription_count ||
		    !ipv4_same(&other->target, &client->target))
			continue;
		for (int s = 0; s < other->subscription_count; s++)
			client->subscriptions[s] = other->subscriptions[s];
		client->subscription_count = other->subscription_count;
		client->fixed |= other->fixed;
		other->subscription_count = 0;
		client_forget(other);
		return;
	}
}

bool watch_subscribe(struct watch *watch, struct client *client, const char *pattern,
		     double rate_hz, int port, double now, int *found, const char **why)
{
	struct sockaddr_in target = client->source;

	if (port)
		target.sin_port = htons((uint16_t)port);
	client->target = target;
	if (!client->subscription_count)
		adopt_target(watch, client);
	struct subscription *subscription = subscription_find(client, pattern);
	*found = 1;
	if (!subscription) {
		if (strlen(pattern) > PATTERN_BYTES_MAX ||
		    client->subscription_count == SUBSCRIPTIONS_MAX) {
			*why = strlen(pattern) > PATTERN_BYTES_MAX
				       ? "the pattern is longer than 128 characters"
				       : "a client may have 16 subscriptions";
			return false;
		}
		subscription = memory_zeroed(1, sizeof(*subscription));
		snprintf(subscription->text, sizeof(subscription->text), "%s", pattern);
		if (!subscription_compile(subscription, why)) {
			subscription_destroy(subscription);
			return false;
		}
		*found = subscription_match(watch, subscription);
		client->subscriptions[client->subscription_count++] = subscription;
		subscription->due = now;
	}
	subscription->period = 1.0 / fmin(fmax(rate_hz, 0.1), (double)WATCH_RATE_MAX);
	if (subscription->due > now + subscription->period)
		subscription->due = now + subscription->period;
	if (!subscription->fixed)
		subscription->expires = now + subscription_seconds;
	return true;
}

static void subscription_drop(struct client *client, int index)
{
	subscription_destroy(client->subscriptions[index]);
	client->subscriptions[index] =
		client->subscriptions[--client->subscription_count];
}

bool watch_unsubscribe(struct watch *watch, struct client *client, const char *pattern)
{
	bool any = false;

	(void)watch;
	for (int i = client->subscription_count - 1; i >= 0; i--) {
		if (client->subscriptions[i]->fixed ||
		    (pattern && strcmp(client->subscriptions[i]->text, pattern) != 0))
			continue;
		subscription_drop(client, i);
		any = true;
	}
	return any;
}

/* Ends what the old config subscribed; the new config may subscribe it again. Its own
 * subscriptions stay. */
static void free_regular(struct client *client)
{
	for (int s = client->subscription_count - 1; s >= 0; s--)
		if (client->subscriptions[s]->fixed)
			subscription_drop(client, s);
	client->fixed = false;
}

static void add_regular(struct watch *watch, const struct regular *regular, double now)
{
	struct sockaddr_in target = { .sin_family = AF_INET,
				      .sin_port = htons((uint16_t)regular->port) };
	const char *why;
	int found;

	target.sin_addr.s_addr = htonl(regular->address);
	struct client *client = watch_client(watch, &target, now);
	if (!client || !watch_subscribe(watch, client, regular->pattern, regular->rate,
					0, now, &found, &why))
		return;
	struct subscription *subscription = subscription_find(client, regular->pattern);
	client->fixed = subscription->fixed = true;
	subscription->expires = (double)INFINITY;
}

void watch_regulars(struct watch *watch, double now)
{
	const struct osc_settings *osc = watch->desk->rack->osc;

	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &watch->clients[i];
		if (client->used && access_role(osc, &client->source) == ROLE_NONE)
			client_forget(client);
		else if (client->fixed)
			free_regular(client);
	}
	for (int i = 0; i < osc->regular_count; i++)
		add_regular(watch, &osc->regulars[i], now);
}

void watch_reshape(struct watch *watch, const struct addresses *addresses)
{
	watch->addresses = addresses;
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &watch->clients[i];
		free(client->touch_at);
		client->touch_at = NULL;
		client->touch_count = 0;
		for (int s = 0; s < client->subscription_count; s++)
			subscription_match(watch, client->subscriptions[s]);
	}
}

/* ---- changes ---------------------------------------------------------------------------- */

/* A client of the config may send from another port than it listens on. */
static bool is_origin(const struct client *client, const struct client *origin)
{
	return client == origin ||
	       (client->fixed && origin && !origin->subscription_count &&
		client->target.sin_addr.s_addr == origin->source.sin_addr.s_addr);
}

void watch_changed(struct watch *watch, int place, const struct client *origin)
{
	uint64_t bit = UINT64_C(1) << (place % 64);

	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &watch->clients[i];
		for (int s = 0; s < client->subscription_count; s++) {
			struct subscription *subscription = client->subscriptions[s];
			/* The client that set it needs no value back, neither the new
			 * one nor an older one. But it may not know the text. */
			if (is_origin(client, origin) &&
			    subscription->forms != FORM_TEXT)
				subscription->dirty[place / 64] &= ~bit;
			else
				subscription->dirty[place / 64] |=
					subscription->matched[place / 64] & bit;
		}
	}
}

void watch_touch(struct watch *watch, struct client *client, int place, enum verb form,
		 float value, double now)
{
	if (!client->touch_at)
		client->touch_at =
			memory_zeroed((size_t)address_count(watch->addresses) + 1,
				      sizeof(*client->touch_at));
	int at = client->touch_at[place] - 1;
	if (at < 0) {
		if (client->touch_count == client->touch_room) {
			client->touch_room =
				client->touch_room ? client->touch_room * 2 : 64;
			client->touches = memory_resize(client->touches,
							(size_t)client->touch_room,
							sizeof(struct touch));
		}
		at = client->touch_count++;
		client->touch_at[place] = at + 1;
	}
	client->touches[at] = (struct touch) { place, form, value, now };
}

bool watch_touched(const struct client *client, int place)
{
	return client && client->touch_at && client->touch_at[place] > 0;
}

/* Whether the value in force is the value that was sent. */
static bool touch_holds(const struct watch *watch, const struct touch *touch)
{
	const struct leaf *leaf = address_leaf(watch->addresses, touch->place);
	float value = watch->desk->rack->nodes[leaf->node].values[leaf->index];
	float within = 0.0f;

	if (touch->form == VERB_NORM) {
		value = param_norm(leaf->param, value);
		within = 1e-4f;
	}
	return fabsf(value - touch->value) <= within;
}

static const struct sockaddr_in *ear_of(const struct watch *watch,
					const struct client *client)
{
	if (client->subscription_count)
		return &client->target;
	for (int i = 0; i < CLIENTS_MAX; i++)
		if (is_origin(&watch->clients[i], client) && watch->clients[i].fixed)
			return &watch->clients[i].target;
	return &client->source;
}

static void settle(struct watch *watch, struct client *client, double now)
{
	struct packet packet;
	const struct sockaddr_in *to = ear_of(watch, client);

	packet_clear(&packet);
	for (int i = 0; i < client->touch_count; i++) {
		struct touch *touch = &client->touches[i];
		if (now - touch->at < settle_seconds)
			continue;
		const struct leaf *leaf = address_leaf(watch->addresses, touch->place);
		if (!touch_holds(watch, touch) &&
		    !feed_add(&packet, watch->desk->rack, leaf, touch->form, 0.0f)) {
			packet_send(&packet, watch->outlet, to);
			feed_add(&packet, watch->desk->rack, leaf, touch->form, 0.0f);
		}
		client->touch_at[touch->place] = 0;
		*touch = client->touches[--client->touch_count];
		if (i < client->touch_count)
			client->touch_at[touch->place] = i + 1;
		i--;
	}
	packet_send(&packet, watch->outlet, to);
}

void watch_settle(struct watch *watch, double now)
{
	for (int i = 0; i < CLIENTS_MAX; i++)
		if (watch->clients[i].touch_count)
			settle(watch, &watch->clients[i], now);
}

/* ---- time ------------------------------------------------------------------------------- */

void watch_expire(struct watch *watch, double now)
{
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &watch->clients[i];
		for (int s = client->subscription_count - 1; s >= 0; s--)
			if (now >= client->subscriptions[s]->expires)
				subscription_drop(client, s);
	}
}

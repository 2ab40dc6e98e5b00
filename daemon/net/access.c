/* access.c - who may talk to us, and as what. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/access.h"
#include "daemon/base/memory.h"

#include "daemon/base/ipv4.h"
#include "daemon/base/siphash.h"
#include "daemon/net/gate.h"
#include "daemon/net/packet.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const double quiet_seconds =
	60.0; /* a peer that is silent so long must confirm its address again */
static const double lasts_seconds =
	600.0; /* and so must any peer that has confirmed so long ago */
static const double renew_seconds = 300.0; /* after this a subscriber is asked again */
static const double again_seconds = 5.0;   /* least time between two such questions */
static const double key_seconds =
	60.0; /* a number is accepted for one to two of these */
static const double leave_seconds =
	15.0; /* a peer that is silent so long may lose its place: subscribers renew in 10 s */
static const double half_seconds = 10.0; /* so long a second number is waited for */

enum {
	HALVES = 16,
	HALF_GUESSES_MAX =
		1000, /* wrong numbers from a host that owes its second one */
};

/* A host that has confirmed its address. */
struct peer {
	bool used;
	uint32_t who;
	double since, heard, asked;
};

/* Bytes that came from unconfirmed hosts and have not been used up by challenges. */
struct credit {
	uint32_t who;
	int bytes;
};

/* A host that has sent the right number while wrong ones were coming. A number that is
 * guessed is the right one now and then (a float holds 24 bits of it); two are not. So
 * wrong numbers never delay the right one: it is asked for twice. */
struct half {
	uint32_t who; /* 0: none */
	int number;   /* the second one */
	int guesses;
	double since;
};

struct access {
	struct siphash_key keys[2]; /* keys: the present one, the one before */
	struct siphash_key rows, seconds;
	double rekeyed;
	struct peer peers[ACCESS_PEERS];
	struct credit credits[ACCESS_CREDITS];
	struct half halves[HALVES];
	int guesses; /* wrong numbers since `counted` */
	double counted;
	uint64_t drawn; /* second numbers so far */
};

/* Without random numbers anybody could compute the challenges. */
static void draw(struct siphash_key *key)
{
	if (getrandom(key, sizeof(*key), 0) != sizeof(*key))
		abort();
}

struct access *access_create(void)
{
	struct access *access = memory_zeroed(1, sizeof(*access));
	draw(&access->keys[0]);
	draw(&access->keys[1]);
	draw(&access->rows);
	draw(&access->seconds);
	return access;
}

void access_destroy(struct access *access)
{
	free(access);
}

/* ---- the lists --------------------------------------------------------------------------- */

static const struct allow *allow_of(const struct osc_settings *settings,
				    uint32_t address)
{
	const struct allow *found = NULL;

	for (int i = 0; i < settings->allow_count; i++) {
		const struct allow *entry = &settings->allow[i];
		if (((address ^ entry->address) & entry->mask) == 0 &&
		    (!found || entry->mask > found->mask))
			found = entry;
	}
	return found;
}

static const struct regular *regular_of(const struct osc_settings *settings,
					uint32_t address)
{
	for (int i = 0; i < settings->regular_count; i++)
		if (settings->regulars[i].address == address)
			return &settings->regulars[i];
	return NULL;
}

/* *trust: the host need not confirm its address. */
static enum role role_of(const struct osc_settings *settings, uint32_t address,
			 bool *trust)
{
	*trust = true;
	if (ipv4_is_local(address))
		return ROLE_ADMIN;
	const struct regular *regular = regular_of(settings, address);
	if (regular)
		return regular->role;
	const struct allow *allow = allow_of(settings, address);
	*trust = allow && allow->trust;
	return allow ? allow->role : ROLE_NONE;
}

enum role access_role(const struct osc_settings *settings,
		      const struct sockaddr_in *from)
{
	bool trust;

	return role_of(settings, ntohl(from->sin_addr.s_addr), &trust);
}

/* ---- strangers and peers ----------------------------------------------------------------- */

static void rekey(struct access *access, double now)
{
	double age = now - access->rekeyed;

	if (now - access->counted >= key_seconds) {
		access->counted = now;
		access->guesses = 0;
	}
	if (age < key_seconds)
		return;
	access->keys[1] = access->keys[0];
	draw(&access->keys[0]);
	/* After a long pause both keys are too old. */
	if (age >= 2 * key_seconds)
		draw(&access->keys[1]);
	access->rekeyed = now;
}

/* A number above 0 in 31 bits: a tablet can hold no more. */
static int number_of(const struct siphash_key *key, uint32_t who)
{
	return (int)(siphash(key, who) % 0x7fffffff) + 1;
}

static struct peer *peer_find(struct access *access, uint32_t who, double now)
{
	for (int i = 0; i < ACCESS_PEERS; i++) {
		struct peer *peer = &access->peers[i];
		if (!peer->used || peer->who != who)
			continue;
		peer->used = now - peer->heard < quiet_seconds &&
			     now - peer->since < lasts_seconds;
		return peer->used ? peer : NULL;
	}
	return NULL;
}

static bool is_gone(const struct peer *peer, double now)
{
	return !peer->used || now - peer->heard >= quiet_seconds ||
	       now - peer->since >= lasts_seconds;
}

/* Whether a peer with a place may lose it to a host that has none: when it has been silent
 * for long, and to an admin. */
static bool may_leave(const struct osc_settings *settings, const struct peer *peer,
		      enum role role, double now)
{
	bool trust;

	return now - peer->heard >= leave_seconds ||
	       (role == ROLE_ADMIN &&
		role_of(settings, peer->who, &trust) != ROLE_ADMIN);
}

/* The host's own record, else a free one, else that of the host that was silent longest.
 * NULL: there is none. */
static struct peer *peer_place(struct access *access,
			       const struct osc_settings *settings, uint32_t who,
			       enum role role, double now)
{
	struct peer *place = NULL, *spare = NULL;
	int others = 0;
	bool trust;

	for (int i = 0; i < ACCESS_PEERS; i++) {
		struct peer *peer = &access->peers[i];
		bool gone = is_gone(peer, now);
		if (peer->used && peer->who == who)
			return peer;
		if (gone)
			spare = peer;
		else
			others += role_of(settings, peer->who, &trust) != ROLE_ADMIN;
		if (!gone && may_leave(settings, peer, role, now) &&
		    (!place || peer->heard < place->heard))
			place = peer;
	}
	if (role != ROLE_ADMIN && others >= ACCESS_PEERS - ACCESS_KEPT_ADMIN)
		return place;
	return spare ? spare : place;
}

/* Hosts share rows: a new host takes a row over. That can only make less be sent to
 * them. */
static struct credit *credit_of(struct access *access, uint32_t who)
{
	struct credit *row =
		&access->credits[siphash(&access->rows, who) % ACCESS_CREDITS];

	if (row->who != who)
		*row = (struct credit) { .who = who };
	return row;
}

static bool is_path(const uint8_t *bytes, size_t size, const char *path)
{
	size_t length = strlen(path) + 1;

	return size >= length && memcmp(bytes, path, length) == 0;
}

/* A tablet may send floats or texts where a number is meant. */
static bool is_number(const struct argument *argument, int number)
{
	if (argument->text)
		return strtod(argument->text, NULL) == (double)number;
	return argument->number ==
	       (argument->type == 'f' ? (double)(float)number : (double)number);
}

static struct half *half_find(struct access *access, uint32_t who, double now)
{
	for (int i = 0; i < HALVES; i++)
		if (access->halves[i].who == who &&
		    now - access->halves[i].since < half_seconds)
			return &access->halves[i];
	return NULL;
}

/* Its record, a new one in place of the oldest. */
static struct half *half_make(struct access *access, uint32_t who, double now)
{
	struct half *half = half_find(access, who, now);

	if (half)
		return half;
	half = access->halves;
	for (int i = 1; i < HALVES; i++)
		if (access->halves[i].since < half->since)
			half = &access->halves[i];
	*half = (struct half) { .who = who,
				.number = number_of(&access->seconds,
						    (uint32_t)++access->drawn),
				.since = now };
	return half;
}

/* Counts a wrong number. */
static void note_guess(struct access *access, struct half *half)
{
	access->guesses++;
	if (half && ++half->guesses >= HALF_GUESSES_MAX)
		*half = (struct half) { 0 };
}

/* Whether the host has proved its address. If not, *second may be a number that it has to
 * send back, too; else it is 0. */
static bool is_proved(struct access *access, uint32_t who, const uint8_t *bytes,
		      size_t size, double now, int *second)
{
	const char *why;
	struct half *half = half_find(access, who, now);

	*second = 0;
	if (!gate_check(bytes, size, &why))
		return false;
	struct message message = message_read(bytes, size);
	struct argument argument = message_next(&message);
	/* A client sends 0 to ask for its number; that is no guess. */
	if (is_number(&argument, 0))
		return false;
	if (half && is_number(&argument, half->number)) {
		*half = (struct half) { 0 };
		return true;
	}
	if (!is_number(&argument, number_of(&access->keys[0], who)) &&
	    !is_number(&argument, number_of(&access->keys[1], who))) {
		note_guess(access, half);
		return false;
	}
	if (access->guesses < ACCESS_GUESSES_MAX)
		return true;
	*second = half_make(access, who, now)->number;
	return false;
}

/* The port that a subscription names, or 0. */
static int port_of(const uint8_t *bytes, size_t size)
{
	const char *why;

	if (!is_path(bytes, size, "/rack/subscribe") || !gate_check(bytes, size, &why))
		return 0;
	struct message message = message_read(bytes, size);
	struct argument argument = message_next(&message);
	if (argument.text && argument.text[0] == '/')
		message_next(&message);
	argument = message_next(&message);
	double port = argument.text ? strtod(argument.text, NULL) : argument.number;
	return port >= 1.0 && port <= 65535.0 ? (int)port : 0;
}

static struct verdict judge_stranger(struct access *access, uint32_t who,
				     const uint8_t *bytes, size_t size, double now)
{
	struct verdict verdict = { .allowed = true };
	const struct half *half = half_find(access, who, now);
	struct credit *row = credit_of(access, who);

	row->bytes += size < CHALLENGE_BYTES ? (int)size : CHALLENGE_BYTES;
	if (row->bytes < CHALLENGE_BYTES)
		return verdict;
	row->bytes = 0;
	verdict.challenge = true;
	/* A host that owes its second number is not asked for the first one again. */
	verdict.number = half ? half->number : number_of(&access->keys[0], who);
	verdict.port = port_of(bytes, size);
	return verdict;
}

/* True: nothing is left to judge. */
static bool judge_confirm(struct access *access, const struct osc_settings *settings,
			  uint32_t address, enum role role, const uint8_t *bytes,
			  size_t size, double now, struct verdict *verdict)
{
	int second;

	if (is_proved(access, address, bytes, size, now, &second)) {
		struct peer *place = peer_place(access, settings, address, role, now);
		verdict->full = !place;
		verdict->taken = place != NULL;
		if (place)
			*place = (struct peer) { true, address, now, now, now };
		return true;
	}
	if (!second)
		return false;
	*verdict = (struct verdict) { .allowed = true,
				      .challenge = true,
				      .number = second };
	return true;
}

struct verdict access_judge(struct access *access, const struct osc_settings *settings,
			    const struct sockaddr_in *from, const uint8_t *bytes,
			    size_t size, double now)
{
	uint32_t address = ntohl(from->sin_addr.s_addr);
	struct verdict verdict = { .allowed = true, .taken = true };
	bool trust;
	enum role role = role_of(settings, address, &trust);

	if (role == ROLE_NONE)
		return (struct verdict) { .allowed = false };
	if (trust)
		return verdict;
	rekey(access, now);
	if (is_path(bytes, size, "/rack/confirm") &&
	    judge_confirm(access, settings, address, role, bytes, size, now, &verdict))
		return verdict;
	struct peer *peer = peer_find(access, address, now);
	if (!peer)
		return judge_stranger(access, address, bytes, size, now);
	peer->heard = now;
	/* A forged sender must not keep a client subscribed that has left. */
	if (now - peer->since >= renew_seconds && now - peer->asked >= again_seconds &&
	    is_path(bytes, size, "/rack/subscribe")) {
		peer->asked = now;
		verdict.challenge = true;
		verdict.number = number_of(&access->keys[0], address);
		verdict.port = port_of(bytes, size);
	}
	return verdict;
}

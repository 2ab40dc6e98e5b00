/* answer.c - what one client is told. Control thread; never waits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/answer.h"
#include "daemon/base/memory.h"

#include "daemon/base/ipv4.h"
#include "daemon/osc/feed.h"
#include "daemon/rack/describe.h"
#include "daemon/rack/param.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DATAGRAMS_PER_TICK = 8, /* for each long answer */
	PART_BYTES = 1200,      /* of a long text */
	COMPLAINTS_PER_SECOND = 100,
	FAILURES_MAX = 200, /* ticks until a client that takes nothing is given up */
};

enum kind { ANSWER_NONE, ANSWER_DESCRIPTION, ANSWER_VALUES, ANSWER_TEXT };

struct job {
	enum kind kind;
	struct sockaddr_in to;
	uint64_t order; /* counts the long answers that have begun */
	size_t at;
	int count;    /* rows or parts sent so far */
	int failures; /* to send, in a row */
	bool filtered;
	struct pattern pattern;
	uint64_t *bits;
	enum verb form;
	const char *path;
	int ok; /* 0 or 1 of a /rack/result; -1: another path */
	struct text text;
};

struct answers {
	struct desk *desk;
	const struct addresses *addresses;
	struct outlet *outlet;
	uint64_t withheld;
	struct packet packet;
	struct sockaddr_in to;
	struct client everyone; /* counts the errors sent to clients without a record */
	struct job jobs[ANSWERS_MAX];
	int under_way;
	uint64_t begun;
	/* All descriptions as messages, each after its size; made for the first
	 * question. */
	uint8_t *tree;
	size_t tree_size, tree_room;
};

const char answer_busy[] = "too many long answers are under way; ask again";

struct answers *answers_create(struct desk *desk, struct outlet *outlet)
{
	struct answers *answers = memory_zeroed(1, sizeof(*answers));
	answers->desk = desk;
	answers->outlet = outlet;
	packet_clear(&answers->packet);
	return answers;
}

static void job_finish(struct answers *answers, struct job *job)
{
	answers->under_way -= job->kind != ANSWER_NONE;
	free(job->bits);
	text_finish(&job->text);
	memset(job, 0, sizeof(*job));
}

void answers_destroy(struct answers *answers)
{
	if (!answers)
		return;
	for (int i = 0; i < ANSWERS_MAX; i++)
		job_finish(answers, &answers->jobs[i]);
	free(answers->tree);
	free(answers);
}

void answers_reshape(struct answers *answers, const struct addresses *addresses,
		     double now)
{
	answers->addresses = addresses;
	answers->tree_size = 0;
	for (int i = 0; i < ANSWERS_MAX; i++) {
		struct job *job = &answers->jobs[i];
		struct sender sender = { .address = job->to };
		if (job->kind == ANSWER_NONE || job->kind == ANSWER_TEXT)
			continue;
		answer_error(answers, &sender,
			     job->kind == ANSWER_VALUES ? "/*" : "/rack/describe",
			     "busy", now, "the rack was replaced meanwhile; ask again");
		job_finish(answers, job);
	}
}

uint64_t answers_withheld(const struct answers *answers)
{
	return answers->withheld;
}

/* ---- short answers --------------------------------------------------------------------- */

void answer_send(struct answers *answers)
{
	packet_send(&answers->packet, answers->outlet, &answers->to);
}

struct packet *answer_packet(struct answers *answers, const struct sender *sender)
{
	if (answers->packet.count &&
	    memcmp(&answers->to, &sender->address, sizeof(answers->to)) != 0)
		answer_send(answers);
	answers->to = sender->address;
	return &answers->packet;
}

static float reading_of(const struct answers *answers, const struct leaf *leaf)
{
	if (!leaf->meter)
		return 0.0f;
	const float *readings =
		answers->desk->player->meters(answers->desk->engine, leaf->node);
	return readings ? meter_reading(leaf->meter, readings[leaf->index])
			: leaf->meter->min;
}

static bool add_leaf(const struct answers *answers, struct packet *packet,
		     const struct leaf *leaf, enum verb form)
{
	if (leaf->count)
		return feed_add_vector(packet, answers->desk, leaf);
	return feed_add(packet, answers->desk->rack, leaf, form,
			reading_of(answers, leaf));
}

void answer_value(struct answers *answers, const struct sender *sender, int index,
		  enum verb form)
{
	const struct leaf *leaf = address_leaf(answers->addresses, index);
	struct packet *packet = answer_packet(answers, sender);

	if (add_leaf(answers, packet, leaf, form))
		return;
	answer_send(answers);
	add_leaf(answers, packet, leaf, form);
}

bool answer_may_complain(struct answers *answers, const struct sender *sender,
			 double now)
{
	struct client *client = sender->client ? sender->client : &answers->everyone;

	if (now - client->complained >= 1.0) {
		client->complained = now;
		client->complaints = 0;
	}
	if (client->complaints < COMPLAINTS_PER_SECOND)
		return true;
	answers->withheld++;
	return false;
}

void answer_error(struct answers *answers, const struct sender *sender,
		  const char *address, const char *code, double now, const char *format,
		  ...)
{
	char text[512];
	va_list list;

	if (!answer_may_complain(answers, sender, now))
		return;
	(sender->client ? sender->client : &answers->everyone)->complaints++;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	struct packet *packet = answer_packet(answers, sender);
	if (packet_add(packet, "/rack/error", "sss", address, code, text))
		return;
	answer_send(answers);
	packet_add(packet, "/rack/error", "sss", address, code, text);
}

void answer_forbidden(const struct sender *sender, enum role needed, char *text,
		      size_t size)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &sender->address.sin_addr, address, sizeof(address));
	snprintf(text, size,
		 "it takes the role %s; %s has %s (osc/allow in the config)",
		 role_word(needed), address, role_word(sender->role));
}

/* ---- long answers ----------------------------------------------------------------------- */

static bool has_many(const struct answers *answers, const struct sockaddr_in *to)
{
	int count = 0;

	for (int i = 0; i < ANSWERS_MAX && answers->under_way; i++)
		count += answers->jobs[i].kind != ANSWER_NONE &&
			 answers->jobs[i].to.sin_addr.s_addr == to->sin_addr.s_addr;
	return count >= ANSWERS_OF_HOST_MAX &&
	       !ipv4_is_local(ntohl(to->sin_addr.s_addr));
}

static struct job *job_begin(struct answers *answers, const struct sender *sender,
			     enum kind kind)
{
	if (has_many(answers, &sender->address))
		return NULL;
	for (int i = 0; i < ANSWERS_MAX; i++) {
		struct job *job = &answers->jobs[i];
		if (job->kind != ANSWER_NONE)
			continue;
		answers->under_way++;
		job->order = ++answers->begun;
		job->kind = kind;
		job->to = sender->address;
		return job;
	}
	return NULL;
}

static void tree_add(void *context, const struct description *row)
{
	struct answers *answers = context;
	struct packet packet;

	packet_clear(&packet);
	packet_add(&packet, "/rack/description", "sssssffffsssi", row->path, row->type,
		   row->access, row->unit, row->curve, (double)row->min,
		   (double)row->max, (double)row->def, (double)row->step, row->choices,
		   row->label, row->help, row->count);
	/* Kept with the message's size before it. */
	size_t head = PACKET_HEAD_BYTES;
	uint32_t size = (uint32_t)((size_t)packet.size - head - 4);
	if (!packet.count)
		return;
	if (answers->tree_size + 4 + size > answers->tree_room) {
		answers->tree_room = answers->tree_room * 2 + 64 * 1024;
		answers->tree = memory_resize(answers->tree, answers->tree_room, 1);
	}
	memcpy(answers->tree + answers->tree_size, &size, 4);
	memcpy(answers->tree + answers->tree_size + 4, packet.bytes + head + 4, size);
	answers->tree_size += 4 + size;
}

bool answer_describe(struct answers *answers, const struct sender *sender,
		     const struct pattern *pattern)
{
	struct job *job = job_begin(answers, sender, ANSWER_DESCRIPTION);

	if (!job)
		return false;
	if (!answers->tree_size)
		describe_rack(answers->desk->rack, tree_add, answers);
	job->filtered = pattern != NULL;
	if (pattern)
		job->pattern = *pattern;
	return true;
}

bool answer_values(struct answers *answers, const struct sender *sender,
		   const uint64_t *bits, enum verb form)
{
	size_t words = (size_t)address_count(answers->addresses) / 64 + 1;
	struct job *job = job_begin(answers, sender, ANSWER_VALUES);

	if (!job)
		return false;
	job->bits = memory_zeroed(1, words * sizeof(*bits));
	memcpy(job->bits, bits, words * sizeof(*bits));
	job->form = form;
	return true;
}

bool answer_text(struct answers *answers, const struct sender *sender, const char *path,
		 int ok, struct text *text)
{
	struct job *job = job_begin(answers, sender, ANSWER_TEXT);

	if (!job) {
		text_finish(text);
		return false;
	}
	job->path = path;
	job->ok = ok;
	job->text = *text;
	memset(text, 0, sizeof(*text));
	return true;
}

/* Each of these adds what fits into one datagram. True: the answer is complete. */
static bool say_description(struct answers *answers, struct job *job,
			    struct packet *packet)
{
	while (job->at < answers->tree_size) {
		uint32_t size;
		memcpy(&size, answers->tree + job->at, 4);
		const uint8_t *bytes = answers->tree + job->at + 4;
		struct message message = message_read(bytes, size);
		const char *path = message_next(&message).text;
		if (!job->filtered || pattern_covers(&job->pattern, path)) {
			if (!packet_add_bytes(packet, bytes, size))
				return false;
			job->count++;
		}
		job->at += 4 + size;
	}
	return packet_add(packet, "/rack/described", "i", job->count);
}

static bool say_values(struct answers *answers, struct job *job, struct packet *packet)
{
	size_t count = (size_t)address_count(answers->addresses);

	for (; job->at < count; job->at++) {
		if (!(job->bits[job->at / 64] >> (job->at % 64) & 1))
			continue;
		const struct leaf *leaf =
			address_leaf(answers->addresses, (int)job->at);
		if (!add_leaf(answers, packet, leaf, job->form))
			return false;
	}
	return true;
}

/* The bytes of the next part; it ends with a line where possible. */
static size_t part_length(const char *text, size_t left)
{
	if (left <= PART_BYTES)
		return left;
	for (size_t length = PART_BYTES; length > PART_BYTES / 2; length--)
		if (text[length - 1] == '\n')
			return length;
	return PART_BYTES;
}

static int part_count(const struct text *text)
{
	int parts = 0;

	for (size_t at = 0; at < text->length; parts++)
		at += part_length(text->bytes + at, text->length - at);
	return parts ? parts : 1;
}

/* "/rack/config ,iis part parts text"; "/rack/result ,isii ok text part parts". */
static bool say_text(struct job *job, struct packet *packet)
{
	char part[PART_BYTES + 1] = "";
	size_t left = job->text.length - job->at;
	size_t length = left ? part_length(job->text.bytes + job->at, left) : 0;
	int parts = part_count(&job->text);

	if (length)
		memcpy(part, job->text.bytes + job->at, length);
	part[length] = '\0';
	job->count++;
	if (job->ok < 0)
		packet_add(packet, job->path, "iis", job->count, parts, part);
	else
		packet_add(packet, job->path, "isii", job->ok, part, job->count, parts);
	job->at += length;
	return job->at >= job->text.length;
}

static void job_go_on(struct answers *answers, struct job *job)
{
	for (int i = 0; i < DATAGRAMS_PER_TICK && job->kind != ANSWER_NONE; i++) {
		struct packet packet;
		size_t before = job->at;
		int count = job->count;
		bool done;
		packet_clear(&packet);
		if (job->kind == ANSWER_DESCRIPTION)
			done = say_description(answers, job, &packet);
		else if (job->kind == ANSWER_VALUES)
			done = say_values(answers, job, &packet);
		else
			done = say_text(job, &packet);
		if (!packet_send(&packet, answers->outlet, &job->to)) {
			/* It is sent again at the next tick. */
			job->at = before;
			job->count = count;
			if (++job->failures >= FAILURES_MAX)
				job_finish(answers, job);
			return;
		}
		job->failures = 0;
		if (done)
			job_finish(answers, job);
	}
}

void answers_tick(struct answers *answers)
{
	for (int i = 0; i < ANSWERS_MAX && answers->under_way; i++)
		if (answers->jobs[i].kind != ANSWER_NONE)
			job_go_on(answers, &answers->jobs[i]);
}

uint64_t answer_newest(const struct answers *answers)
{
	return answers->begun;
}

bool answer_goes_on(const struct answers *answers, const struct sockaddr_in *to,
		    uint64_t newest)
{
	for (int i = 0; i < ANSWERS_MAX && answers->under_way; i++) {
		const struct job *job = &answers->jobs[i];
		if (job->kind != ANSWER_NONE && job->order <= newest &&
		    ipv4_same(&job->to, to))
			return true;
	}
	return false;
}

bool answers_busy(const struct answers *answers)
{
	return answers->under_way > 0;
}

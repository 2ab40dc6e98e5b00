/* test_lock.c - who holds the lock, and whom it keeps out. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/lock.h"

#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

#include <arpa/inet.h>

static struct desk desk;

static struct sockaddr_in from(const char *address)
{
	struct sockaddr_in sender = { .sin_family = AF_INET };

	inet_pton(AF_INET, address, &sender.sin_addr);
	return sender;
}

static void set_lock(float value)
{
	struct node *all = &desk.rack->nodes[desk.rack->node_count - 1];

	all->values[lock_param(desk.rack)] = value;
}

int main(void)
{
	char text[LOCK_TEXT_BYTES];
	struct sockaddr_in one = from("10.0.0.1"), two = from("10.0.0.2");

	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(0),
			       .events = event_log_create() };
	struct lock *lock = lock_create(&desk);
	lock_text(lock, text);
	CHECK_TEXT(text, "off");
	CHECK(!lock_shuts(lock, false, ROLE_CONTROL, &two), "open");
	lock_note(lock, false, true, &one);
	set_lock(1);
	lock_text(lock, text);
	CHECK_TEXT(text, "by 10.0.0.1");
	CHECK(lock_shuts(lock, true, ROLE_CONTROL, &two), "another is kept out");
	CHECK(!lock_shuts(lock, true, ROLE_CONTROL, &one), "the holder is not");
	CHECK(!lock_shuts(lock, true, ROLE_ADMIN, &two), "nor is an admin");
	follow_moved(desk.followers, desk.rack, desk.rack);
	CHECK(lock_holder(lock) == one.sin_addr.s_addr, "a reload leaves it locked");
	set_lock(0);
	follow_moved(desk.followers, desk.rack, desk.rack);
	CHECK(lock_holder(lock) == 0, "or unlocks it");
	set_lock(1);
	lock_text(lock, text);
	CHECK_TEXT(text, "by the config");
	lock_hold(lock, two.sin_addr.s_addr);
	lock_text(lock, text);
	CHECK_TEXT(text, "by 10.0.0.2");
	lock_destroy(lock);
	CHECK(!desk.followers, "nobody follows");
	event_log_destroy(desk.events);
	rack_destroy(desk.rack);
	return test_result();
}

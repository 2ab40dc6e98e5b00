/* meter.c - the meter thread: empties the taps, runs measure(). It may be late. It may
 * not touch the rack, sockets or files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/engine/meter.h"
#include "daemon/base/memory.h"

#include <stdlib.h>

enum { METER_WATCH, METER_FORGET, METER_SEE, METER_UNSEE, METER_QUIT };
enum { LOOK_MS = 40, HURRY_MS = 1 };

struct metering {
	struct metering_options options;
	struct mail mail;
	pthread_t thread;
	struct resident **watched;
	int count, room;
	struct spectrum *seen[VIEW_SLOTS];
	int seen_count;
};

static void watch(struct metering *metering, struct resident *resident)
{
	if (!resident || !resident->tap || resident->watched++ > 0)
		return;
	if (metering->count == metering->room) {
		metering->room = metering->room ? 2 * metering->room : 16;
		metering->watched =
			memory_resize(metering->watched, (size_t)metering->room,
				      sizeof(*metering->watched));
	}
	metering->watched[metering->count++] = resident;
}

static void forget(struct metering *metering, struct resident *resident)
{
	if (!resident || !resident->tap || --resident->watched > 0)
		return;
	for (int i = 0; i < metering->count; i++)
		if (metering->watched[i] == resident)
			metering->watched[i] = metering->watched[--metering->count];
}

/* True: the taps fill so fast, as in freewheel, that it must look again without a
 * pause. */
static bool drain(struct resident *resident)
{
	float values[1024], audio[CHANNELS_MAX * GRID_FRAMES];
	struct tap_record record;
	bool hurry = tap_room(resident->tap) < resident->tap->size / 4 * 3;

	while (tap_read(resident->tap, &record, values, audio)) {
		resident->module->measure(resident->handle, audio, record.frames,
					  values, resident->meters);
		folds_add(&resident->measured, resident->meters);
	}
	folds_publish(&resident->measured);
	return hurry;
}

bool metering_drain(struct metering *metering)
{
	bool hurry = false;

	for (int i = 0; i < metering->count; i++)
		hurry |= drain(metering->watched[i]);
	for (int i = 0; i < metering->seen_count; i++)
		spectrum_drain(metering->seen[i]);
	return hurry;
}

static void see(struct metering *metering, int what, struct spectrum *spectrum)
{
	if (what == METER_SEE) {
		metering->seen[metering->seen_count++] = spectrum;
		return;
	}
	for (int i = 0; i < metering->seen_count; i++)
		if (metering->seen[i] == spectrum)
			metering->seen[i] = metering->seen[--metering->seen_count];
	mail_post(metering->options.freed, metering->options.unseen_what, spectrum);
}

/* False: the meter thread is to end. */
static bool obey(struct metering *metering, struct letter letter)
{
	struct plan *plan = letter.item;

	if (letter.what == METER_QUIT)
		return false;
	if (letter.what == METER_SEE || letter.what == METER_UNSEE) {
		see(metering, letter.what, letter.item);
		return true;
	}
	for (int i = 0; i < plan->node_count; i++) {
		if (letter.what == METER_WATCH)
			watch(metering, plan->residents[i]);
		else
			forget(metering, plan->residents[i]);
	}
	if (letter.what == METER_FORGET)
		mail_post(metering->options.freed, metering->options.freed_what, plan);
	return true;
}

static void *metering_run(void *context)
{
	struct metering *metering = context;
	struct letter letter;
	bool more = true, hurry = false;

	pthread_setname_np(pthread_self(), "lathe-meter");
	while (more) {
		int wait_ms = hurry ? HURRY_MS : LOOK_MS;
		bool found = mail_take(
			&metering->mail, &letter,
			metering->count + metering->seen_count > 0 ? wait_ms : -1);
		while (found && more) {
			more = obey(metering, letter);
			found = more && mail_take(&metering->mail, &letter, 0);
		}
		hurry = metering_drain(metering);
	}
	return NULL;
}

static void tell(struct metering *metering, int what, void *item)
{
	if (metering->options.in_line)
		obey(metering, (struct letter) { what, item });
	else
		mail_post(&metering->mail, what, item);
}

void metering_watch(struct metering *metering, struct plan *plan)
{
	tell(metering, METER_WATCH, plan);
}

void metering_forget(struct metering *metering, struct plan *plan)
{
	tell(metering, METER_FORGET, plan);
}

void metering_see(struct metering *metering, struct spectrum *spectrum)
{
	tell(metering, METER_SEE, spectrum);
}

void metering_unsee(struct metering *metering, struct spectrum *spectrum)
{
	tell(metering, METER_UNSEE, spectrum);
}

struct metering *metering_create(const struct metering_options *options)
{
	struct metering *metering = memory_zeroed(1, sizeof(*metering));

	metering->options = *options;
	mail_init(&metering->mail);
	if (!options->in_line &&
	    pthread_create(&metering->thread, NULL, metering_run, metering) != 0)
		memory_out("the meter thread");
	return metering;
}

void metering_destroy(struct metering *metering)
{
	if (!metering)
		return;
	if (!metering->options.in_line) {
		tell(metering, METER_QUIT, NULL);
		pthread_join(metering->thread, NULL);
	}
	mail_finish(&metering->mail);
	free(metering->watched);
	free(metering);
}

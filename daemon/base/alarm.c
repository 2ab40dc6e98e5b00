/* alarm.c - what is wrong now: the registry of alarms. Control thread only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/alarm.h"

#include "daemon/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct alarm_kind kinds[ALARM_CODES] = {
	[ALARM_NO_AUDIO] = { "no_audio", EVENT_ERROR,
			     "no audio runs: JACK does not call the rack",
			     "start or restart JACK; the rack joins it by itself",
			     "audio runs again", false },
	[ALARM_LOAD] = { "load", EVENT_WARNING, "DSP load is over 85 %",
			 "bypassed nodes cost as much: remove some, or give JACK a "
			 "longer period",
			 "DSP load is under 80 % again", false },
	[ALARM_INSERT] = { "insert", EVENT_WARNING,
			   "the return of an insert can't be used; the dry programme "
			   "plays",
			   "check the unit, its cables, and the config's ports",
			   "the return is heard again", false },
	[ALARM_INSERT_LATENCY] = { "insert_latency", EVENT_WARNING,
				   "the insert's latency was measured at another rate "
				   "or period",
				   "ping it: set /<node>/ping",
				   "the insert's latency is of this rate and period",
				   false },
	[ALARM_STATE] = { "state", EVENT_ERROR, "the state can't be saved",
			  "look at the disk of --state: full, read-only, or not there",
			  "the state is saved again", false },
	[ALARM_STATE_READ] = { "state_read", EVENT_ERROR,
			       "the saved state can't be read; nothing is saved over "
			       "it",
			       "look at the owner and the mode of the file, then "
			       "restart; "
			       "the config's values play",
			       "the saved state was read", false },
	[ALARM_DISK] = { "disk_hung", EVENT_ERROR, "a disk does not answer",
			 "look at the disk of the folder that is named; what was asked "
			 "of "
			 "it is done when it answers",
			 "the disk answers again", false },
	[ALARM_XRUNS] = { "xruns", EVENT_WARNING, "more than 5 xruns in a minute",
			  "give JACK a longer period, and look what else this machine "
			  "does",
			  "no xruns for a minute", false },
	[ALARM_UNSENT] = { "unsent", EVENT_WARNING,
			   "hosts take none of the OSC datagrams that are sent to "
			   "them",
			   "switch the tablet on, or take it out of osc.clients; look "
			   "at the network. No other client is affected",
			   "every host has taken what was sent to it for 5 s", false },
	[ALARM_UNCONNECTED] = { "unconnected", EVENT_WARNING, "connected to nobody",
				"connect it, or start the client that it is meant for; "
				"what the config's connect asks for is connected when "
				"it appears",
				"it is connected again", false },
	[ALARM_HALF_CONNECTED] = { "half_connected", EVENT_WARNING,
				   "some of its channels are not connected as the "
				   "config asks",
				   "connect them, or change the config's connect; what "
				   "a user pulled is left out",
				   "it is connected as the config asks", false },
	[ALARM_CONFIG] = { "config", EVENT_WARNING,
			   "the config file on the disk is refused; the rack plays on, "
			   "and a start would play the last good one",
			   "mend the file: lathectl check says what is wrong with it",
			   "the config file on the disk is good", false },
	[ALARM_INPUT_ZEROS] = { "input_zeros", EVENT_WARNING,
				"exact zeros: a cable, an encoder or a client is gone",
				"look at what is connected to the input, and whether "
				"it plays",
				"there is sound again", false },
	[ALARM_INPUT_QUIET] = { "input_quiet", EVENT_WARNING,
				"below the threshold, but not zero",
				"look at the source: a fader, a studio, a wrong input; "
				"for quiet programme raise quiet_wait or lower the "
				"threshold",
				"there is sound again", false },
	[ALARM_INPUT_ONE_LEG] = { "input_one_leg", EVENT_WARNING,
				  "one of the first two channels is silent",
				  "look at the cable and the connections of that "
				  "channel",
				  "both channels are there again", false },
	[ALARM_INPUT_INVERTED] = { "input_inverted", EVENT_WARNING,
				   "one channel is the opposite of the other: mono "
				   "listeners lose it",
				   "look for a cable with its wires swapped, or a "
				   "polarity switch",
				   "the channels agree again", false },
	[ALARM_INPUT_TONE] = { "input_tone", EVENT_WARNING,
			       "a steady tone and nothing else",
			       "look whether a line-up tone was left on",
			       "the tone has ended", false },
	[ALARM_INPUT_STATIC] = { "input_static", EVENT_WARNING,
				 "steady noise and nothing else",
				 "look at the receiver or decoder: it has lost its "
				 "signal",
				 "the noise has ended", false },
	[ALARM_INPUT_STUCK] = { "input_stuck", EVENT_ERROR,
				"the same stretch again and again: a stuck buffer",
				"restart the client or the interface that plays it",
				"the programme goes on", false },
	[ALARM_INPUT_DC] = { "input_dc", EVENT_WARNING, "a mean above -40 dBFS",
			     "look at the converter; a high-pass (module filter) takes "
			     "it away",
			     "the mean is gone", false },
	[ALARM_INPUT_IDENTICAL] = { "input_identical", EVENT_NOTICE,
				    "both channels are the same: mono",
				    "look at the connections, if stereo was meant",
				    "it is stereo again", false },
	[ALARM_INPUT_CLIPPING] = { "input_clipping", EVENT_WARNING,
				   "it is cut at full scale, more than 10 times a "
				   "minute",
				   "turn the source down before its converter",
				   "it is not cut any more", false },
	[ALARM_OUTPUT_SILENT] = { "output_silent", EVENT_ERROR,
				  "it is silent, and the inputs are not",
				  "look at the nodes before it: a gain, a mute, a "
				  "failover that holds a dead input",
				  "it plays again", false },
	[ALARM_TRUE_PEAK] = { "true_peak", EVENT_WARNING,
			      "the true peak is over the meter's max_true_peak",
			      "lower the ceiling of the limiter before it",
			      "the true peak is below its limit again", false },
	[ALARM_LOUDNESS] = { "loudness", EVENT_NOTICE,
			     "the loudness is off the meter's target for 5 minutes",
			     "set the gain of the chain, then clear the meter, whose "
			     "integrated loudness begins anew; or correct its target "
			     "and tolerance",
			     "the loudness is on its target again", false },
	[ALARM_FAILOVER] = { "failover", EVENT_WARNING,
			     "another source than main plays",
			     "look at main; with restore = manual set /<node>/return "
			     "when it is well",
			     "failback: main plays again", true },
	[ALARM_FAILOVER_HOLD] = { "failover_hold", EVENT_NOTICE,
				  "a source is held by hand",
				  "let it choose again: lathectl failover NODE auto",
				  "it chooses again", true },
	[ALARM_SCHEDULE] = { "schedule_missed", EVENT_WARNING,
			     "a scene of the schedule was due and was not loaded",
			     "save the scene under the name in the config's schedule, "
			     "or correct the name; then load it by hand",
			     "a scene of the schedule was loaded", false },
	[ALARM_SCHEDULE_SCENE] = { "scene_missing", EVENT_WARNING,
				   "a scene of the schedule is not saved",
				   "save the scene under the name in the config's "
				   "schedule, or correct the name",
				   "all scenes of the schedule are saved", false },
	[ALARM_OSC_ADDRESS] = { "osc_address", EVENT_WARNING,
				"OSC listens elsewhere than the config says",
				"run systemctl daemon-reload, then restart "
				"lathed@NAME.socket and lathed@NAME; without systemd "
				"restart lathed",
				"OSC listens where the config says", false },
	[ALARM_CONFIG_LAST] = { "config_last_good", EVENT_ERROR,
				"the config was refused at start; the last good one "
				"plays",
				"lathectl check says what is wrong: mend the file, "
				"then "
				"lathectl reload (--force, if it is meant)",
				"the config was loaded", false },
	[ALARM_CONFIG_KEPT] = { "config_kept", EVENT_WARNING,
				"no copy of the config can be kept for a start with a "
				"bad file",
				"look at the disk of --state: full, read-only, or not "
				"there",
				"a copy of the config is kept", false },
	[ALARM_OSC] = { "osc", EVENT_ERROR,
			"OSC can't listen: nothing can be asked or set; the rack plays",
			"look whether osc.listen is an address of this machine and "
			"which program has the port (ss -lunp); it is tried every 2 s",
			"OSC listens", false },
	[ALARM_SAFE] = { "safe", EVENT_ERROR,
			 "it ended by mistake again and again: safe mode, the inputs "
			 "go "
			 "through a limiter to the outputs",
			 "look at the journal for why; state and config are as they "
			 "were; then lathectl safe off",
			 "safe mode is left", true },
};

/* What listeners hear while it stands. Without a row: the rack as always. */
static const char *const heard[ALARM_CODES] = {
	[ALARM_NO_AUDIO] = "nothing",
	[ALARM_LOAD] = "gaps, if the load rises further",
	[ALARM_INSERT] = "the programme without the insert's unit",
	[ALARM_INSERT_LATENCY] = "a hollow sound, where dry and wet are mixed",
	[ALARM_STATE_READ] = "the values of the config, not those of yesterday",
	[ALARM_XRUNS] = "short gaps and clicks",
	[ALARM_UNCONNECTED] = "silence from that port; other inputs and outputs play",
	[ALARM_HALF_CONNECTED] = "the other channels alone",
	[ALARM_INPUT_ZEROS] = "silence, unless a failover plays another source",
	[ALARM_INPUT_QUIET] = "hardly anything, unless a failover plays another source",
	[ALARM_INPUT_ONE_LEG] = "one channel alone, unless a failover copies it",
	[ALARM_INPUT_INVERTED] = "stereo without a centre; in mono almost nothing",
	[ALARM_INPUT_TONE] = "the tone, unless a failover plays another source",
	[ALARM_INPUT_STATIC] = "noise, unless a failover plays another source",
	[ALARM_INPUT_STUCK] = "a stutter, unless a failover plays another source",
	[ALARM_INPUT_DC] = "less loud programme; clicks at cuts",
	[ALARM_INPUT_IDENTICAL] = "mono",
	[ALARM_INPUT_CLIPPING] = "distortion",
	[ALARM_OUTPUT_SILENT] = "nothing from that output",
	[ALARM_TRUE_PEAK] = "the programme; encoders and receivers may distort it",
	[ALARM_LOUDNESS] = "the programme, louder or quieter than it should be",
	[ALARM_FAILOVER] = "the second or third source, or the file",
	[ALARM_FAILOVER_HOLD] = "the source that was chosen by hand, alive or not",
	[ALARM_SCHEDULE] = "the scene of before",
	[ALARM_SAFE] = "the inputs, only limited: none of the other nodes plays",
};

/* An alarm that is raised, or one with an event still to come. */
struct slot {
	struct alarm alarm;
	bool stands;
	bool any;            /* true: an event was posted at `told` */
	double told;         /* seconds, monotonic */
	int raised, cleared; /* edges since, not posted yet */
};

struct alarms {
	struct event_log *events;
	struct slot *slots; /* the oldest first */
	int count, room;
	double now; /* time of the newest tick */
};

struct alarms *alarms_create(struct event_log *events)
{
	struct alarms *alarms = memory_zeroed(1, sizeof(*alarms));

	alarms->events = events;
	return alarms;
}

void alarms_destroy(struct alarms *alarms)
{
	if (!alarms)
		return;
	free(alarms->slots);
	free(alarms);
}

const struct alarm_kind *alarm_kind(enum alarm_code code)
{
	return &kinds[code];
}

const char *alarm_heard(enum alarm_code code)
{
	return heard[code] ? heard[code] : "the rack, as always";
}

/* Seconds since 1970. */
static double wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- slots ----------------------------------------------------------------------- */

static struct slot *slot_find(struct alarms *alarms, enum alarm_code code,
			      const char *node)
{
	for (int i = 0; i < alarms->count; i++) {
		const struct alarm *alarm = &alarms->slots[i].alarm;

		if (alarm->code == code && strcmp(alarm->node, node) == 0)
			return &alarms->slots[i];
	}
	return NULL;
}

static struct slot *slot_add(struct alarms *alarms, enum alarm_code code,
			     const char *node)
{
	if (alarms->count == alarms->room) {
		alarms->room = alarms->room ? 2 * alarms->room : 16;
		alarms->slots = memory_resize(alarms->slots, (size_t)alarms->room,
					      sizeof(*alarms->slots));
	}
	struct slot *slot = &alarms->slots[alarms->count++];
	*slot = (struct slot) { .alarm = { .code = code } };
	snprintf(slot->alarm.node, sizeof(slot->alarm.node), "%s", node);
	return slot;
}

static void slot_drop(struct alarms *alarms, int index)
{
	struct slot *slot = &alarms->slots[index];

	memmove(slot, slot + 1,
		(size_t)(--alarms->count - index) * sizeof(*alarms->slots));
}

/* ---- events ---------------------------------------------------------------------- */

/* "box: a return is not connected", and how often it changed since the last event. */
static void slot_tell(struct alarms *alarms, struct slot *slot)
{
	const struct alarm *alarm = &slot->alarm;
	const struct alarm_kind *kind = &kinds[alarm->code];
	char address[ALARM_NODE_BYTES + 1] = "", held[80] = "";

	if (alarm->node[0])
		snprintf(address, sizeof(address), "/%s", alarm->node);
	if (slot->raised + slot->cleared > 1)
		snprintf(held, sizeof(held), " (raised %d and cleared %d times since)",
			 slot->raised, slot->cleared);
	event_post_edge(alarms->events, slot->stands ? kind->level : EVENT_NOTICE,
			kind->code, address,
			slot->stands ? EVENT_RAISED : EVENT_CLEARED, "%s%s%s%s",
			alarm->node, alarm->node[0] ? ": " : "",
			slot->stands ? alarm->text : kind->cleared, held);
	slot->any = true;
	slot->told = alarms->now;
	slot->raised = slot->cleared = 0;
}

static bool may_tell(const struct alarms *alarms, const struct slot *slot)
{
	const struct alarm_kind *kind = &kinds[slot->alarm.code];

	return kind->level <= EVENT_ERROR || kind->is_told_always || !slot->any ||
	       alarms->now - slot->told >= (double)ALARM_EVENT_SECONDS;
}

static void slot_edge(struct alarms *alarms, struct slot *slot)
{
	slot->raised += slot->stands;
	slot->cleared += !slot->stands;
	if (may_tell(alarms, slot))
		slot_tell(alarms, slot);
}

void alarms_tick(struct alarms *alarms, double now)
{
	alarms->now = now;
	for (int i = 0; i < alarms->count; i++) {
		struct slot *slot = &alarms->slots[i];

		if (!may_tell(alarms, slot))
			continue;
		if (slot->raised + slot->cleared)
			slot_tell(alarms, slot);
		else if (!slot->stands)
			slot_drop(alarms, i--);
	}
}

/* ---- edges ----------------------------------------------------------------------- */

void alarm_raise(struct alarms *alarms, enum alarm_code code, const char *node,
		 const char *format, ...)
{
	char text[EVENT_TEXT_BYTES];
	va_list list;

	if (!alarms)
		return;
	va_start(list, format);
	if (format)
		vsnprintf(text, sizeof(text), format, list);
	else
		snprintf(text, sizeof(text), "%s", kinds[code].text);
	va_end(list);
	struct slot *slot = slot_find(alarms, code, node);
	if (!slot)
		slot = slot_add(alarms, code, node);
	struct alarm *alarm = &slot->alarm;
	if (slot->stands && strcmp(alarm->text, text) == 0)
		return;
	if (!slot->stands)
		alarm->since = wall_clock();
	memcpy(alarm->text, text, sizeof(alarm->text));
	alarm->seen = 0.0;
	alarm->seen_by[0] = '\0';
	slot->stands = true;
	slot_edge(alarms, slot);
}

void alarm_clear(struct alarms *alarms, enum alarm_code code, const char *node)
{
	struct slot *slot = alarms ? slot_find(alarms, code, node) : NULL;

	if (!slot || !slot->stands)
		return;
	slot->stands = false;
	slot_edge(alarms, slot);
}

/* ---- the raised alarms ----------------------------------------------------------- */

int alarms_count(const struct alarms *alarms)
{
	int count = 0;

	for (int i = 0; alarms && i < alarms->count; i++)
		count += alarms->slots[i].stands;
	return count;
}

const struct alarm *alarms_at(const struct alarms *alarms, int index)
{
	for (int i = 0; alarms && i < alarms->count; i++)
		if (alarms->slots[i].stands && index-- == 0)
			return &alarms->slots[i].alarm;
	return NULL;
}

bool alarms_see(struct alarms *alarms, const char *code, const char *node,
		const char *who)
{
	for (int i = 0; alarms && i < alarms->count; i++) {
		struct slot *slot = &alarms->slots[i];
		struct alarm *alarm = &slot->alarm;

		if (!slot->stands || strcmp(kinds[alarm->code].code, code) != 0 ||
		    strcmp(alarm->node, node) != 0)
			continue;
		alarm->seen = wall_clock();
		snprintf(alarm->seen_by, sizeof(alarm->seen_by), "%s", who);
		event_post(alarms->events, EVENT_NOTICE, "alarm_seen",
			   "%s%s%s was seen by %s", alarm->node,
			   alarm->node[0] ? ": " : "", code, who);
		return true;
	}
	return false;
}

void alarms_text(const struct alarms *alarms, char *text, size_t size)
{
	const struct alarm *alarm;
	size_t used = 0;

	*text = '\0';
	for (int i = 0; (alarm = alarms_at(alarms, i)) && used < size; i++) {
		int wrote =
			snprintf(text + used, size - used, "%s%s%s%s", used ? "; " : "",
				 alarm->node, alarm->node[0] ? ": " : "", alarm->text);
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

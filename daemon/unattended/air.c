/* air.c - raises the alarms about the programme. Control thread only.
 *
 *   meters of sense, failover, loudness, outputs --> conditions --> alarms
 *
 * sense and failover take their own time before they tell a state, and so these alarms come
 * and go with it. All others are raised when they have lasted for their time, and cleared
 * after HEALTHY_SECONDS without the cause: seconds of audio, counted in frames. Only xruns are
 * counted by the clock. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/unattended/air.h"

#include "daemon/base/alarm.h"
#include "daemon/base/clock.h"
#include "daemon/base/memory.h"
#include "daemon/rack/param.h"
#include "daemon/unattended/lasting.h"
#include "modules/failover/failover.h"
#include "modules/loudness/loudness.h"
#include "modules/output/output.h"
#include "modules/sense/sense.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Peaks, linear: what is below is silent, what is above plays. */
static const float silent_peak = 0.001f, playing_peak = 0.01f;
static const float quiet_lufs = -60.0f; /* nothing that a target is for */

/* Of a node, by its place in the rack. */
struct watched {
	char path[ALARM_NODE_BYTES];
	struct lasting loudness, true_peak, output;
};

struct air {
	struct desk *desk;
	struct follower follower;
	const struct module *sense, *failover, *loudness;
	struct watched watched[NODES_MAX];
	double last;    /* the last look; 0: none yet */
	uint64_t frame; /* of the rack, at the last look */
	double dt;      /* seconds of audio since then */
	uint64_t xruns;
	double xruns_counted; /* of the last minute, about: they leak away */
	bool playing;         /* some input plays, by the last look */
};

static const struct {
	enum sense_state state;
	enum alarm_code code;
} inputs[] = {
	{ SENSE_ZEROS, ALARM_INPUT_ZEROS },
	{ SENSE_QUIET, ALARM_INPUT_QUIET },
	{ SENSE_STATE_ONE_LEG, ALARM_INPUT_ONE_LEG },
	{ SENSE_STATE_INVERTED, ALARM_INPUT_INVERTED },
	{ SENSE_STATE_TONE, ALARM_INPUT_TONE },
	{ SENSE_STATE_STATIC, ALARM_INPUT_STATIC },
	{ SENSE_STATE_STUCK, ALARM_INPUT_STUCK },
	{ SENSE_STATE_DC, ALARM_INPUT_DC },
	{ SENSE_STATE_IDENTICAL, ALARM_INPUT_IDENTICAL },
	{ SENSE_STATE_CLIPPING, ALARM_INPUT_CLIPPING },
};
enum { INPUT_ALARMS = sizeof(inputs) / sizeof(*inputs) };

static void raise_or_clear(struct air *air, enum alarm_code code, const char *node,
			   bool is)
{
	if (is)
		alarm_raise(air->desk->alarms, code, node, NULL);
	else
		alarm_clear(air->desk->alarms, code, node);
}

static void look_lasting(struct air *air, struct lasting *lasting, enum alarm_code code,
			 const char *node, bool is_bad, double seconds)
{
	const enum lasting_verdict verdict =
		lasting_look(lasting, is_bad, air->dt, seconds);

	if (verdict != LASTING_SHORT)
		raise_or_clear(air, code, node, verdict == LASTING_RAISE);
}

/* ---- sense and failover ------------------------------------------------------------------ */

static void look_at_sense(struct air *air, const struct node *node, const float *meters)
{
	const int state = (int)meters[SENSE_STATE];

	for (int i = 0; i < INPUT_ALARMS; i++)
		raise_or_clear(air, inputs[i].code, node->path,
			       state == (int)inputs[i].state);
}

static const char *const names[FAILOVER_SOURCES] = { "main", "second", "third",
						     "the file", "no input" };

/* "main, second": the inputs in this state; "" when none is. */
static void inputs_in(const float *meters, enum sense_state state, char *text,
		      size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (int i = 0; i < FAILOVER_INPUTS && used < size; i++)
		if ((int)meters[FAILOVER_STATE + i] == (int)state)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used ? ", " : "", names[i]);
}

static void look_at_inputs(struct air *air, const struct node *node,
			   const float *meters)
{
	for (int i = 0; i < INPUT_ALARMS; i++) {
		char which[64];

		inputs_in(meters, inputs[i].state, which, sizeof(which));
		if (*which)
			alarm_raise(air->desk->alarms, inputs[i].code, node->path,
				    "%s: %s", which, alarm_kind(inputs[i].code)->text);
		else
			alarm_clear(air->desk->alarms, inputs[i].code, node->path);
	}
}

/* "main is silent (zeros) for 10.0 s" */
static void reason(const struct node *node, const float *meters, char *text,
		   size_t size)
{
	const int state = (int)meters[FAILOVER_STATE];

	if (state == SENSE_ZEROS)
		snprintf(text, size, "main is silent (zeros) for %.1f s",
			 (double)node->values[SENSE_WAIT]);
	else if (state == SENSE_QUIET)
		snprintf(text, size, "main is silent (quiet) for %.1f s",
			 (double)node->values[SENSE_QUIET_WAIT]);
	else if (state == SENSE_UNSEEN)
		snprintf(text, size, "main was never heard");
	else if (state == SENSE_ALIVE)
		snprintf(text, size, "main is alive again");
	else
		snprintf(text, size, "main: %s", sense_states[state]);
}

static void look_at_failover(struct air *air, const struct node *node,
			     const float *meters)
{
	struct alarms *alarms = air->desk->alarms;
	const int source = (int)meters[FAILOVER_SOURCE];
	const int held = (int)node->values[FAILOVER_HOLD];
	char why[96];

	look_at_inputs(air, node, meters);
	if (held)
		alarm_raise(alarms, ALARM_FAILOVER_HOLD, node->path,
			    "%s is held by hand", names[held - 1]);
	else
		alarm_clear(alarms, ALARM_FAILOVER_HOLD, node->path);
	reason(node, meters, why, sizeof(why));
	if (source == FAILOVER_MAIN)
		alarm_clear(alarms, ALARM_FAILOVER, node->path);
	else if (held)
		alarm_raise(alarms, ALARM_FAILOVER, node->path, "%s plays, by hand",
			    names[source]);
	else if ((int)meters[FAILOVER_STATE] != SENSE_ALIVE)
		alarm_raise(alarms, ALARM_FAILOVER, node->path, "%s: %s plays", why,
			    names[source]);
}

/* ---- loudness and outputs ---------------------------------------------------------------- */

/* Only the last meter of a chain is held against its target. */
static bool feeds_an_output(const struct rack *rack, int place)
{
	for (int i = 0; i < rack->node_count; i++) {
		const struct node *node = &rack->nodes[i];

		for (int s = 0; node->kind == NODE_OUTPUT && s < node->source_count[0];
		     s++)
			if (node->sources[0][s].kind == FROM_NODE &&
			    node->sources[0][s].index == place)
				return true;
	}
	return false;
}

static void look_at_loudness(struct air *air, struct watched *watched,
			     const struct node *node, const float *meters)
{
	const float target = node->values[LOUDNESS_TARGET];
	const float off = meters[LOUDNESS_INTEGRATED] - target;
	const float tolerance = node->values[LOUDNESS_TOLERANCE];
	const float limit = powf(10.0f, node->values[LOUDNESS_MAX_TRUE_PEAK] / 20.0f);
	const bool plays = meters[LOUDNESS_SHORT_TERM] > quiet_lufs;
	bool over = false;

	for (int c = 0; c < node->channels; c++)
		over |= meters[LOUDNESS_TRUE_PEAK + c] > limit * 1.0001f;
	look_lasting(air, &watched->true_peak, ALARM_TRUE_PEAK, node->path, over, 0.0);
	look_lasting(air, &watched->loudness, ALARM_LOUDNESS, node->path,
		     plays && (off > tolerance || off < -tolerance),
		     AIR_LOUDNESS_SECONDS);
}

static void look_at_output(struct air *air, struct watched *watched,
			   const struct node *node, int place, const float *meters)
{
	const bool muted = rack_effective(air->desk->rack, place, OUTPUT_MUTE) > 0.5f;
	float peak = 0.0f;

	for (int c = 0; c < node->channels; c++)
		peak = meters[c] > peak ? meters[c] : peak;
	look_lasting(air, &watched->output, ALARM_OUTPUT_SILENT, node->path,
		     air->playing && !muted && peak < silent_peak, AIR_SILENT_SECONDS);
}

/* Does a node that an input feeds hear something? */
static bool hears(const struct node *node, const float *meters)
{
	const int slot = meter_find(node->module, node->channels, true, "in/1");
	bool fed = false;

	for (int i = 0; i < node->source_count[0]; i++)
		fed |= node->sources[0][i].kind == FROM_INPUT;
	for (int c = 0; c < node->channels && fed && slot >= 0; c++)
		if (meters[slot + c] > playing_peak)
			return true;
	return false;
}

/* ---- a look -------------------------------------------------------------------------------- */

/* Alarms of nodes that a reload took away end with them. */
static void follow_node(struct air *air, int place, const char *path)
{
	struct watched *watched = &air->watched[place];

	if (strcmp(watched->path, path) == 0)
		return;
	if (watched->path[0] && rack_find(air->desk->rack, watched->path) < 0)
		for (int code = ALARM_INPUT_ZEROS; code <= ALARM_FAILOVER_HOLD; code++)
			alarm_clear(air->desk->alarms, (enum alarm_code)code,
				    watched->path);
	*watched = (struct watched) { .path = "" };
	snprintf(watched->path, sizeof(watched->path), "%s", path);
}

static void look_at_node(struct air *air, int place)
{
	const struct desk *desk = air->desk;
	const struct node *node = &desk->rack->nodes[place];
	const float *meters = desk->player->meters(desk->engine, place);
	struct watched *watched = &air->watched[place];

	if (!meters || node->kind == NODE_RACK)
		return;
	if (node->kind == NODE_OUTPUT)
		look_at_output(air, watched, node, place, meters);
	else if (node->module == air->sense)
		look_at_sense(air, node, meters);
	else if (node->module == air->failover)
		look_at_failover(air, node, meters);
	else if (node->module == air->loudness && feeds_an_output(desk->rack, place))
		look_at_loudness(air, watched, node, meters);
}

static void look_at_xruns(struct air *air, double dt)
{
	const uint64_t xruns = air->desk->status.xruns;
	const uint64_t more = xruns > air->xruns ? xruns - air->xruns : 0;

	air->xruns = xruns;
	air->xruns_counted += (double)more - dt * AIR_XRUNS / 60.0;
	if (air->xruns_counted < 0.0)
		air->xruns_counted = 0.0;
	if (air->xruns_counted > AIR_XRUNS) {
		raise_or_clear(air, ALARM_XRUNS, "", true);
		air->xruns_counted = AIR_XRUNS; /* which takes a minute to leak away */
	} else if (air->xruns_counted <= 0.0) {
		raise_or_clear(air, ALARM_XRUNS, "", false);
	}
}

void air_look(struct air *air, double now)
{
	const struct desk *desk = air->desk;
	const struct rack *rack = desk->rack;

	look_at_xruns(air, air->last > 0.0 ? now - air->last : 0.0);
	air->last = now;
	for (int i = 0; i < NODES_MAX; i++)
		if (i < rack->node_count || air->watched[i].path[0])
			follow_node(air, i,
				    i < rack->node_count ? rack->nodes[i].path : "");
	if (!desk->status.block)
		return;
	const uint64_t frame = desk->player->frame(desk->engine);
	const uint64_t frames = frame > air->frame ? frame - air->frame : 0;
	air->dt = air->frame && desk->status.rate > 0
			  ? (double)frames / desk->status.rate
			  : 0.0;
	air->frame = frame;
	air->playing = false;
	for (int i = 0; i < rack->node_count && !air->playing; i++) {
		const float *meters = desk->player->meters(desk->engine, i);

		if (meters && rack->nodes[i].kind == NODE_MODULE)
			air->playing = hears(&rack->nodes[i], meters);
	}
	for (int i = 0; i < rack->node_count; i++)
		look_at_node(air, i);
}

static void on_tick(void *context)
{
	air_look(context, clock_seconds());
}

struct air *air_create(struct desk *desk)
{
	struct air *air = memory_zeroed(1, sizeof(*air));

	air->desk = desk;
	air->xruns = desk->status.xruns;
	air->sense = module_of_role(MODULE_SENSE);
	air->failover = module_of_role(MODULE_FAILOVER);
	air->loudness = module_of_role(MODULE_LOUDNESS);
	air->follower = (struct follower) { .context = air, .tick = on_tick };
	follow_add(&desk->followers, &air->follower);
	return air;
}

void air_destroy(struct air *air)
{
	if (!air)
		return;
	follow_drop(&air->desk->followers, &air->follower);
	free(air);
}

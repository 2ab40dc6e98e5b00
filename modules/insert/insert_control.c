/* insert_control.c - insert's tables, its burst and descriptor. Worker and control threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/insert/insert.h"

enum { FADE_MS = 20, BRIDGE_MS = 10 };

static const struct param params[INSERT_PARAMS] = {
	[INSERT_LATENCY] = { .id = "latency",
			     .label = "Latency",
			     .help = "Frames from the send to the return; a ping "
				     "measures and sets it",
			     .unit = "",
			     .curve = CURVE_INTEGER,
			     .max = INSERT_LATENCY_MAX,
			     .step = 1,
			     .flags = PARAM_REBUILD | PARAM_RECALL_SAFE },
	[INSERT_PERIOD] = { .id = "period",
			    .label = "Period",
			    .help = "JACK's period that the latency was measured at; "
				    "with "
				    "another it is no longer true. 0: any",
			    .unit = "",
			    .curve = CURVE_INTEGER,
			    .max = 8192,
			    .step = 1,
			    .flags = PARAM_RECALL_SAFE },
	[INSERT_RATE] = { .id = "rate",
			  .label = "Rate",
			  .help = "The rate that the latency was measured at. 0: any",
			  .unit = "Hz",
			  .curve = CURVE_INTEGER,
			  .max = 384000,
			  .step = 1,
			  .flags = PARAM_RECALL_SAFE },
	[INSERT_PING] = { .id = "ping",
			  .label = "Ping",
			  .help = "Measures the way out and back: for about half a "
				  "second the dry programme plays while bursts of "
				  "noise go "
				  "out",
			  .unit = "",
			  .curve = CURVE_TRIGGER,
			  .max = 1,
			  .step = 1,
			  .flags = PARAM_RECALL_SAFE | PARAM_PASSING },
	[INSERT_LEVEL] = { .id = "level",
			   .label = "Ping level",
			   .help = "Peak of the bursts, which only the gear hears",
			   .unit = "dB",
			   .curve = CURVE_LINEAR,
			   .min = -60,
			   .max = -6,
			   .def = -30,
			   .step = 1,
			   .flags = PARAM_RECALL_SAFE },
	[INSERT_SILENCE] = { .id = "silence",
			     .label = "Silence",
			     .help = "A return below this is silent, which is wrong "
				     "while "
				     "the send is 20 dB above it",
			     .unit = "dB",
			     .curve = CURVE_LINEAR,
			     .min = -140,
			     .max = -40,
			     .def = -80,
			     .step = 1,
			     .flags = PARAM_RECALL_SAFE },
	[INSERT_PATIENCE] = { .id = "patience",
			      .label = "Patience",
			      .help = "How long the return may be silent while the "
				      "send "
				      "is not, before the dry programme takes over",
			      .unit = "ms",
			      .curve = CURVE_LOG,
			      .min = 20,
			      .max = 20000,
			      .def = 500,
			      .step = 1,
			      .flags = PARAM_RECALL_SAFE },
	[INSERT_LATCH] = { .id = "latch",
			   .label = "Latch",
			   .help = "After an alarm the dry programme plays until it is "
				   "armed again",
			   .unit = "",
			   .curve = CURVE_TOGGLE,
			   .max = 1,
			   .step = 1,
			   .flags = PARAM_RECALL_SAFE },
	[INSERT_REARM] = { .id = "rearm",
			   .label = "Arm again",
			   .help = "Lets a latched insert play its return again",
			   .unit = "",
			   .curve = CURVE_TRIGGER,
			   .max = 1,
			   .step = 1,
			   .flags = PARAM_RECALL_SAFE | PARAM_PASSING },
};

static const char *const alarms[] = { "none", "not_connected", "silent", "no_audio",
				      NULL };
static const char *const heard[] = { "dry", "return", NULL };

static const struct meter meters[INSERT_METERS] = {
	[INSERT_METER_ALARM] = { .id = "alarm",
				 .label = "Alarm",
				 .help = "Why the dry programme plays in place of the "
					 "return",
				 .unit = "",
				 .max = INSERT_ALARMS - 1,
				 .fold = FOLD_LAST,
				 .choices = alarms },
	[INSERT_METER_WET] = { .id = "wet",
			       .label = "Heard",
			       .help = "What plays: the return, or the dry programme",
			       .unit = "",
			       .max = 1,
			       .fold = FOLD_LAST,
			       .choices = heard },
	[INSERT_METER_PINGING] = { .id = "pinging",
				   .label = "Pinging",
				   .help = "On during a ping",
				   .unit = "",
				   .max = 1,
				   .fold = FOLD_LAST,
				   .choices = off_on },
	[INSERT_METER_LATENCY] = { .id = "latency",
				   .label = "Measured latency",
				   .help = "Frames that the last ping found; -1 before "
					   "the first one, -2 where nothing came back",
				   .unit = "",
				   .min = INSERT_NOT_HEARD,
				   .max = INSERT_LATENCY_MAX,
				   .fold = FOLD_LAST,
				   .flags = METER_PER_CHANNEL },
};

/* A maximum length sequence: the ten-bit shift register of x^10 + x^3 + 1 runs through
 * all of its 1023 states. It sounds like noise, and correlates only with itself. */
static void make_burst(float *burst)
{
	unsigned bits = 1;

	for (int i = 0; i < INSERT_BURST; i++) {
		burst[i] = bits & 1 ? 1.0f : -1.0f;
		bits = bits >> 1 | ((bits ^ bits >> 3) & 1) << 9;
	}
}

static void *insert_init(struct arena *arena, const struct setup *setup)
{
	struct insert *s = arena_alloc(arena, sizeof(*s));

	s->rate = setup->rate;
	s->channels = setup->channels;
	s->fade_frames = s->send_at = setup->rate * FADE_MS / 1000;
	s->bridge_frames = s->bridge_at = setup->rate * BRIDGE_MS / 1000;
	for (int c = 0; c < CHANNELS_MAX; c++)
		s->ears[c].found = INSERT_NOT_PINGED;
	make_burst(s->burst);
	return s;
}

static int insert_latency(const struct setup *setup)
{
	return (int)setup->values[INSERT_LATENCY];
}

KERNELS_DECLARE(insert);
extern const struct module module_insert;
const struct module module_insert = {
	.id = "insert",
	.label = "Insert",
	.help = "Outboard gear on ports of its own; measures its latency, plays dry "
		"when it fails",
	.flags = MODULE_PORTS | MODULE_INSERT,
	.params = params,
	.param_count = INSERT_PARAMS,
	.meters = meters,
	.meter_count = INSERT_METERS,
	.kernels = KERNELS(insert),
	.init = insert_init,
	.latency = insert_latency,
};

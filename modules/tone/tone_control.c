/* tone_control.c - tone's tables, design and descriptor. Control and worker threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/db.h"
#include "dsp/serial.h"
#include "modules/tone/tone.h"

static const char *const signals[] = { "off",   "ebu_ident", "glits", "pink",
				       "white", "sweep",     "sine",  NULL };
static const char *const references[] = { "minus18", "minus20", "minus23", "custom",
					  NULL };
static const double reference_db[] = { -18, -20, -23 };
static const char *const modes[] = { "replace", "add", NULL };
static const char *const channels[] = { "all", "1", "2", "3", "4",
					"5",   "6", "7", "8", NULL };

static const struct param params[] = {
	[TONE_SIGNAL] = { .id = "signal",
			  .label = "Signal",
			  .help = "ebu_ident: 1 kHz, left interrupted every 3 s; "
				  "glits: "
				  "left once, right twice, every 4 s; noise: its own "
				  "in each channel",
			  .unit = "",
			  .curve = CURVE_CHOICE,
			  .max = 6.0f,
			  .choices = signals,
			  .flags = PARAM_RECALL_SAFE },
	[TONE_REFERENCE] = { .id = "reference",
			     .label = "Reference",
			     .help = "1 kHz at -18 dBFS (EBU R 68), -20 (SMPTE RP 155) "
				     "or -23 (reads -23 LUFS in stereo); custom: "
				     "level and frequency below",
			     .unit = "",
			     .curve = CURVE_CHOICE,
			     .max = 3.0f,
			     .choices = references },
	[TONE_LEVEL] = { .id = "level",
			 .label = "Level",
			 .help = "Custom: peak of the sine, dBFS; noise has a sine's "
				 "RMS",
			 .unit = "dB",
			 .curve = CURVE_LINEAR,
			 .min = -80.0f,
			 .max = 0.0f,
			 .def = -18.0f,
			 .step = 0.1f },
	[TONE_FREQ] = { .id = "freq",
			.label = "Frequency",
			.help = "Custom: of the sine",
			.unit = "Hz",
			.curve = CURVE_LOG,
			.min = 20.0f,
			.max = 20000.0f,
			.def = 1000.0f },
	[TONE_DURATION] = { .id = "duration",
			    .label = "Sweep time",
			    .help = "Of the sweep from 20 Hz to 20 kHz, even in "
				    "octaves; "
				    "it comes again after a pause of 1 s",
			    .unit = "s",
			    .curve = CURVE_LOG,
			    .min = 1.0f,
			    .max = 120.0f,
			    .def = 20.0f },
	[TONE_MODE] = { .id = "mode",
			.label = "Mode",
			.help = "replace: no programme; add: on top of it",
			.unit = "",
			.curve = CURVE_CHOICE,
			.max = 1.0f,
			.choices = modes },
	[TONE_CHANNELS] = { .id = "channels",
			    .label = "Channels",
			    .help = "Where it sounds; replace silences the others",
			    .unit = "",
			    .curve = CURVE_CHOICE,
			    .max = 8.0f,
			    .choices = channels },
};

static const struct meter meters[] = {
	{ .id = "on",
	  .label = "On",
	  .help = "On while a tone is heard",
	  .unit = "",
	  .max = 1.0f,
	  .fold = FOLD_LAST,
	  .choices = off_on },
};

#define EDGE_SECONDS 0.02
#define BREAK_SECONDS 0.25
#define SWEEP_PAUSE_SECONDS 1.0
#define SWEEP_FROM_HZ 20.0
#define SWEEP_TO_HZ 20000.0

/* Pink noise out of white: poles and zeros in turn, evenly spaced in octaves, each moved to
 * where the bilinear transform puts it right (Smith and Smith, "Closed form fractional
 * integration and differentiation via real exponentially spaced pole-zero pairs", 2016). Up
 * to 20 kHz it is within 0.3 dB of 3 dB per octave at 44.1 kHz, nearer above. */
enum { PINK_SECTIONS = 6 };
#define PINK_FROM_HZ 5.0
#define PINK_TO_RATE 0.38

static double pink_place(int i, int rate)
{
	const double span = PINK_TO_RATE * rate / PINK_FROM_HZ;
	const double hz = PINK_FROM_HZ * pow(span, i / (4.0 * PINK_SECTIONS));

	return tan(M_PI * hz / rate);
}

/* Returns the filter's gain of white noise. */
static double pink_design(struct cascade *cascade, int rate)
{
	enum { POINTS = 4000 };
	struct section h[PINK_SECTIONS];
	double power = 0;
	cascade_clear(cascade);
	for (int k = 0; k < PINK_SECTIONS; k++) {
		double place[4];
		for (int i = 0; i < 4; i++)
			place[i] = pink_place(4 * k + i, rate);
		h[k] = (struct section) {
			{ place[1] * place[3], place[1] + place[3], 1 },
			{ place[0] * place[2], place[0] + place[2] }
		};
		cascade_add(cascade, &h[k], k);
	}
	/* Even steps of the logarithm of frequency, from 0.01 Hz. */
	const double span = log(0.5 * rate / 0.01);
	for (int i = 0; i < POINTS; i++) {
		const double hz = 0.01 * exp(span * (i + 0.5) / POINTS);
		const double s = tan(M_PI * hz / rate);
		double here = hz * span / POINTS / (0.5 * rate);
		for (int k = 0; k < PINK_SECTIONS; k++)
			here *= section_power(&h[k], s * s);
		power += here;
	}
	return sqrt(power);
}

/* The sum of four numbers of 16 bits has a power of 4 / 12 of their span squared. */
static double noise_gain(double peak_of_sine)
{
	return peak_of_sine * M_SQRT1_2 * sqrt(3) / 65536;
}

/* EBU Tech 3304: the left channel is interrupted for 250 ms every 3 s. GLITS (G. Haines,
 * BBC): every 4 s for 250 ms the left one; 250 ms later the right one twice, 250 ms apart. */
static void ident_design(struct tone_numbers *t, int rate)
{
	const int quarter = (int)(BREAK_SECONDS * rate);

	t->broken = quarter;
	t->cycle = (t->signal == TONE_GLITS ? 4 : 3) * rate;
	t->breaks[0] = (struct tone_breaks) { 1, { 4 * quarter } };
	if (t->signal == TONE_GLITS)
		t->breaks[1] = (struct tone_breaks) { 2, { 6 * quarter, 8 * quarter } };
}

static void sweep_design(struct tone_numbers *t, double seconds, int rate)
{
	/* At a low rate as near to half of it as at 44.1 kHz. */
	const double to_hz = SWEEP_TO_HZ * fmin(rate / 44100.0, 1);
	const double growth = log(to_hz / SWEEP_FROM_HZ);

	t->sweep_frames = (int)(seconds * rate);
	t->sweep_cycle = t->sweep_frames + (int)(SWEEP_PAUSE_SECONDS * rate);
	t->sweep_growth = growth / t->sweep_frames;
	t->sweep_turns = SWEEP_FROM_HZ / rate / t->sweep_growth;
}

static size_t numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct tone_numbers);
}

static void design(const struct setup *setup, const float *values, void *numbers)
{
	struct tone_numbers *t = numbers;
	const int reference = (int)values[TONE_REFERENCE];
	const bool custom = !references[reference + 1];
	const double db = custom ? (double)values[TONE_LEVEL] : reference_db[reference];

	memset(t, 0, sizeof(*t));
	t->serial = number_serial(values, TONE_PARAMS);
	t->signal = (enum tone_signal)values[TONE_SIGNAL];
	t->adds = values[TONE_MODE] != 0.0f;
	t->only = (int)values[TONE_CHANNELS] - 1;
	t->gain = db_gain(db);
	t->edge = (int)(EDGE_SECONDS * setup->rate);
	const double hz =
		custom && t->signal == TONE_SINE ? (double)values[TONE_FREQ] : 1000;
	t->turn = (uint64_t)(fmin(hz / setup->rate, 0.49) * 0x1p64);
	ident_design(t, setup->rate);
	sweep_design(t, (double)values[TONE_DURATION], setup->rate);
	if (t->signal == TONE_WHITE)
		t->gain = noise_gain(t->gain);
	else if (t->signal == TONE_PINK)
		t->gain = noise_gain(t->gain) / pink_design(&t->pink, setup->rate);
}

static void *init(struct arena *arena, const struct setup *setup)
{
	struct tone *tone = arena_alloc(arena, sizeof(*tone));

	tone->fade_frames = smooth_frames(setup->rate);
	return tone;
}

KERNELS_DECLARE(tone);
extern const struct module module_tone;
const struct module module_tone = {
	.id = "tone",
	.label = "Line-up tone",
	.help = "Line-up tone, idents, noise and sweeps at stated levels",
	.params = params,
	.param_count = TONE_PARAMS,
	.meters = meters,
	.meter_count = 1,
	.kernels = KERNELS(tone),
	.init = init,
	.numbers_bytes = numbers_bytes,
	.design = design,
};

/* demo.c - lathe-demo: makes the programme that `make run` plays when no file is given.
 *
 *   lathe-demo OUT.wav
 *
 * Four short pieces of clearly different loudness and tone, stereo, 48 kHz: a voice
 * that speaks, a few plucked strings, a dense and loud beat, a long crescendo. The same
 * samples on every run.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <sndfile.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, STRING_FRAMES_MAX = 1024, WRITE_FRAMES = 4096 };

#define TWO_PI 6.283185307179586

/* The part of the programme that one piece is written to. */
struct canvas {
	float *left, *right;
	int frames;
};

static uint32_t noise_state = 1;

static double noise(void)
{
	noise_state ^= noise_state << 13;
	noise_state ^= noise_state >> 17;
	noise_state ^= noise_state << 5;
	return (double)noise_state / 2147483648.0 - 1.0;
}

static double note_hz(double midi)
{
	return 440.0 * exp2((midi - 69.0) / 12.0);
}

static double clamp01(double x)
{
	return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* Rises over `attack`, falls over `release` before `length`; seconds. */
static double envelope(double t, double length, double attack, double release)
{
	if (t < 0 || t > length)
		return 0;
	double up = clamp01(t / attack);
	double down = clamp01((length - t) / release);
	return up * up * (3 - 2 * up) * down * down * (3 - 2 * down);
}

static void canvas_add(struct canvas *canvas, int frame, double sample, double pan)
{
	if (frame < 0 || frame >= canvas->frames)
		return;
	canvas->left[frame] += (float)(sample * cos((pan + 1) * TWO_PI / 8));
	canvas->right[frame] += (float)(sample * sin((pan + 1) * TWO_PI / 8));
}

/* Two-pole resonator, unity gain at its centre: one formant of the voice.
 * Source: Klatt, "Software for a cascade/parallel formant synthesizer", 1980. */
struct formant {
	double y1, y2;
};

static double formant_run(struct formant *formant, double x, double hz, double width)
{
	double r = exp(-TWO_PI / 2 * width / RATE);
	double b = 2 * r * cos(TWO_PI * hz / RATE);
	double gain = (1 - r) * sqrt(1 - 2 * r * cos(2 * TWO_PI * hz / RATE) + r * r);
	double y = gain * x + b * formant->y1 - r * r * formant->y2;

	formant->y2 = formant->y1;
	formant->y1 = y;
	return y;
}

struct vowel {
	double hz[4];
};

struct syllable {
	const struct vowel *vowel;
	double seconds; /* 0: a pause of half a second; below 0: of that length */
	double pitch;   /* semitones from the speaker's own */
	double hiss;    /* of the consonant before it */
};

static const struct vowel ah = { { 730, 1090, 2440, 3400 } };
static const struct vowel eh = { { 530, 1840, 2480, 3500 } };
static const struct vowel ee = { { 270, 2290, 3010, 3600 } };
static const struct vowel oh = { { 570, 840, 2410, 3300 } };
static const struct vowel oo = { { 300, 870, 2240, 3200 } };

static const struct syllable sentence[] = {
	{ &oh, .22, 2, 0 },  { &ee, .16, 4, .5 },  { &ah, .30, 1, .2 },
	{ &eh, .18, 0, .7 }, { &oo, .26, -2, 0 },  { NULL, -.45, 0, 0 },
	{ &ah, .15, 3, .4 }, { &eh, .14, 5, .1 },  { &ee, .22, 3, .8 },
	{ &oh, .18, 1, .1 }, { &ah, .36, -1, .3 }, { NULL, -.7, 0, 0 },
	{ &ee, .14, 1, .9 }, { &ah, .2, 4, .2 },   { &oo, .16, 2, 0 },
	{ &eh, .17, 2, .6 }, { &oh, .2, 0, .2 },   { &ah, .16, -1, .1 },
	{ &oo, .42, -4, 0 }, { NULL, -1.1, 0, 0 },
};

static void speak(struct canvas *canvas, int from, const struct syllable *syllable,
		  struct formant formants[4], double hz[4], double *phase)
{
	static const double width[4] = { 70, 90, 120, 180 };
	static const double level[4] = { 1.0, 0.8, 0.6, 0.5 };
	int frames = (int)(syllable->seconds * RATE);
	double breath = 0, closed = 0;

	for (int i = 0; i < frames; i++) {
		double t = (double)i / RATE;
		double f0 = 118 * exp2(syllable->pitch / 12) *
			    (1 - 0.12 * t / syllable->seconds + 0.008 * sin(33 * t));
		double loud = envelope(t, syllable->seconds, .035, .07);
		double sum = 0;

		*phase += f0 / RATE;
		*phase -= floor(*phase);
		/* Rosenberg's glottal pulse, open for 60 % of the cycle. */
		double open = *phase / 0.6;
		double pulse = open < 1 ? open * open * (1 - open) * 4 : 0;
		/* The lips radiate the slope of the flow. */
		double x = (30 * (pulse - closed) + 0.04 * noise()) * loud;
		closed = pulse;
		for (int k = 0; k < 4; k++) {
			hz[k] += (syllable->vowel->hz[k] - hz[k]) * 0.0006;
			sum += level[k] * formant_run(&formants[k], x, hz[k], width[k]);
		}
		double white = noise();
		double hiss = (white - breath) * syllable->hiss * .10 *
			      envelope(t, .09, .02, .05);
		breath = white;
		canvas_add(canvas, from + i, sum + hiss, 0);
		/* The room: one early reflection from each side. */
		canvas_add(canvas, from + i + 701, sum * .12, -.8);
		canvas_add(canvas, from + i + 977, sum * .10, .8);
	}
}

static void make_voice(struct canvas *canvas)
{
	struct formant formants[4] = { 0 };
	double hz[4] = { 500, 1500, 2500, 3400 };
	double phase = 0;
	int count = (int)(sizeof(sentence) / sizeof(sentence[0]));

	for (int frame = RATE / 4, i = 0; frame < canvas->frames - RATE; i++) {
		const struct syllable *syllable = &sentence[i % count];
		if (syllable->vowel)
			speak(canvas, frame, syllable, formants, hz, &phase);
		frame += (int)(fabs(syllable->seconds) * RATE);
	}
}

/* Karplus-Strong: a noise burst in a looped delay line with a gentle low-pass. */
static void pluck(struct canvas *canvas, double start, double midi, double gain,
		  double pan, double decay)
{
	double line[STRING_FRAMES_MAX] = { 0 };
	int length = (int)(RATE / note_hz(midi));
	int from = (int)(start * RATE);
	double last = 0;

	if (length > STRING_FRAMES_MAX)
		length = STRING_FRAMES_MAX;
	for (int i = 0; i < length; i++)
		line[i] = noise();
	for (int i = 0; i < 6 * RATE; i++) {
		int at = i % length;
		double now = line[at];
		line[at] = decay * (0.6 * now + 0.4 * last);
		last = now;
		canvas_add(canvas, from + i, gain * now, pan);
		canvas_add(canvas, from + i + 2903, gain * .2 * now, -pan);
	}
}

static void make_strings(struct canvas *canvas)
{
	static const double notes[] = { 45, 64, 69, 72, 41, 60, 65, 69,
					48, 64, 67, 72, 43, 62, 67, 71 };
	double seconds = (double)canvas->frames / RATE;

	for (int i = 0; 0.3 + i * 0.8 < seconds - 4; i++)
		pluck(canvas, 0.3 + i * 0.8, notes[i % 16], i % 4 ? .5 : .8,
		      .6 * sin(i * 1.7), .9965);
}

/* Detuned saws through a tanh: the dense sound of the loud piece. */
static double saws(const double *notes, int count, double t, double detune)
{
	double sum = 0;

	for (int n = 0; n < count; n++)
		for (int voice = -1; voice <= 1; voice++) {
			double phase = note_hz(notes[n] + voice * detune) * t;
			sum += 2 * (phase - floor(phase)) - 1;
		}
	return sum / (3 * count);
}

static void make_beat(struct canvas *canvas)
{
	static const double chords[4][3] = {
		{ 57, 60, 64 }, { 53, 57, 60 }, { 48, 55, 64 }, { 55, 59, 62 }
	};
	static const double roots[4] = { 33, 29, 36, 31 };
	const double beat = 60.0 / 126;
	double low_left = 0, low_right = 0, hat = 0;

	for (int i = 0; i < canvas->frames; i++) {
		double t = (double)i / RATE;
		double since = fmod(t, beat);
		double off = fmod(t + beat / 2, beat);
		int bar = (int)(t / (4 * beat)) % 4;
		double duck = 0.35 + 0.65 * clamp01(since / 0.2);
		double white = noise();
		double kick = sin(TWO_PI * (48 * since + 9 * (1 - exp(-since * 30)))) *
			      exp(-since * 9);
		double snare = (int)(t / beat) % 2 ? white * exp(-since * 18) : 0;
		double bass = saws(&roots[bar], 1, t, 0.02);

		low_left += 0.28 * (saws(chords[bar], 3, t, .07) - low_left);
		low_right += 0.28 * (saws(chords[bar], 3, t + 3.7, .09) - low_right);
		double cymbal = (white - hat) * exp(-off * 28) * .25;
		hat = white;
		double both = 1.1 * kick + .5 * snare + .55 * duck * bass;
		double gain = envelope(t, (double)canvas->frames / RATE, .01, 1.2);
		canvas->left[i] +=
			(float)(gain *
				tanh(1.6 * (both + 1.3 * duck * low_left + cymbal)));
		canvas->right[i] +=
			(float)(gain * tanh(1.6 * (both + 1.3 * duck * low_right +
						   .8 * cymbal)));
	}
}

/* One orchestra-like tone: ten slowly modulated partials, brighter when louder. */
static void swell(struct canvas *canvas, double start, double length, double midi,
		  double gain, double pan)
{
	int from = (int)(start * RATE), frames = (int)(length * RATE);

	for (int k = 1; k <= 10; k++) {
		double hz = note_hz(midi) * k * (1 + 0.0002 * k * k);
		if (hz > 16000)
			break;
		double level = gain / pow(k, 1.9 - .9 * clamp01(gain));
		for (int i = 0; i < frames; i++) {
			double t = (double)i / RATE;
			double life = 1 + .15 * sin(TWO_PI * (3.9 + .37 * k) * t + k);
			double sample = level * life * sin(TWO_PI * hz * t + k * midi) *
					envelope(t, length, .25, .5);
			canvas_add(canvas, from + i, sample, pan + .1 * (k % 3 - 1));
		}
	}
}

static void make_crescendo(struct canvas *canvas)
{
	static const double chord[5] = { 38, 50, 57, 62, 66 };
	double seconds = (double)canvas->frames / RATE;
	int steps = (int)(seconds - 3.5);

	for (int step = 0; step < steps; step++) {
		double gain = pow(10, -40.0 / 20 * (1 - (double)step / (steps - 1)));
		for (int n = 0; n < 5; n++)
			swell(canvas, .2 + step, n < 2 ? 1.5 : 1.2,
			      chord[n] + (step % 4 == 3 ? (n % 2 ? 2 : -2) : 0),
			      .3 * gain, .35 * (n - 2));
	}
	for (int n = 0; n < 5; n++)
		pluck(canvas, .3 + steps, chord[n] + 12, 1.2, .3 * (n - 2), .998);
}

/* Brings a piece to an RMS level, with peaks at most at -0.2 dBFS. */
static void canvas_level(struct canvas *canvas, double rms_db)
{
	double sum = 0;

	for (int i = 0; i < canvas->frames; i++)
		sum += (double)canvas->left[i] * (double)canvas->left[i] +
		       (double)canvas->right[i] * (double)canvas->right[i];
	double gain = pow(10, rms_db / 20) / sqrt(sum / (2.0 * canvas->frames) + 1e-12);
	for (int i = 0; i < canvas->frames; i++) {
		float *both[2] = { &canvas->left[i], &canvas->right[i] };
		for (int c = 0; c < 2; c++) {
			double x = gain * (double)*both[c];
			double over = fabs(x) - 0.7;
			if (over > 0)
				x = copysign(0.7 + 0.277 * tanh(over / 0.277), x);
			*both[c] = (float)x;
		}
	}
}

static const struct {
	void (*make)(struct canvas *canvas);
	double seconds, rms_db;
} pieces[] = {
	{ make_voice, 17, -26 },
	{ make_strings, 17, -33 },
	{ make_beat, 4 * 4 * 4 * 60.0 / 126 + 0.02, -11 },
	{ make_crescendo, 21, -21 },
};

static int write_file(const char *path, const struct canvas *programme)
{
	SF_INFO info = { .samplerate = RATE,
			 .channels = 2,
			 .format = SF_FORMAT_WAV | SF_FORMAT_PCM_24 };
	SNDFILE *file = sf_open(path, SFM_WRITE, &info);

	if (!file) {
		fprintf(stderr, "lathe-demo: %s: %s\n", path, sf_strerror(NULL));
		return 1;
	}
	for (int at = 0; at < programme->frames;) {
		float block[2 * WRITE_FRAMES] = { 0 };
		int n = 0;
		for (; n < WRITE_FRAMES && at < programme->frames; n++, at++) {
			block[2 * n] = programme->left[at];
			block[2 * n + 1] = programme->right[at];
		}
		if (sf_writef_float(file, block, n) != n) {
			fprintf(stderr, "lathe-demo: %s: %s\n", path,
				sf_strerror(file));
			sf_close(file);
			return 1;
		}
	}
	return sf_close(file) ? 1 : 0;
}

int main(int argc, char **argv)
{
	enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };
	struct canvas whole = { 0 };
	int at = 0;

	if (argc != 2 || argv[1][0] == '-') {
		fprintf(stderr, "usage: lathe-demo OUT.wav\n");
		return 2;
	}
	for (int i = 0; i < PIECES; i++)
		whole.frames += (int)(pieces[i].seconds * RATE);
	whole.left = calloc((size_t)whole.frames, sizeof(float));
	whole.right = calloc((size_t)whole.frames, sizeof(float));
	if (!whole.left || !whole.right) {
		fprintf(stderr, "lathe-demo: out of memory\n");
		return 1;
	}
	for (int i = 0; i < PIECES; i++) {
		struct canvas piece = { whole.left + at, whole.right + at,
					(int)(pieces[i].seconds * RATE) };
		pieces[i].make(&piece);
		canvas_level(&piece, pieces[i].rms_db);
		at += piece.frames;
	}
	int status = write_file(argv[1], &whole);
	free(whole.left);
	free(whole.right);
	return status;
}

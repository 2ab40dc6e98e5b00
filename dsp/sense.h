/* sense.h - what is the matter with a programme: silence and ten other faults.
 *
 *   up to three inputs --> sums of 10 ms bins (sensesums.h) --.
 *                 |--> bits of cells of 64 frames: a hash ----+--> timers --> a verdict each
 *                 '--> a spectrum in turn (slowfft.h) --------'
 *
 * Used by failover and sense. Every threshold stands here, once. A level is the RMS of 100 ms,
 * 0 dBFS for a full-scale sine (AES17). Timers are leaky: a condition that ends takes four
 * seconds to forget, so a click neither ends a silence nor resets a fault. sense_run() counts
 * frames, so what it finds is found at the same frame however the audio is cut. Audio thread,
 * but for sense_init(): worker, and sense_rules_times(): control. Plain data.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_SENSE_H
#define LATHE_DSP_SENSE_H

#include <string.h>

#include "dsp/sensesums.h"
#include "dsp/slowfft.h"

enum sense_fault {
	SENSE_STUCK, /* by how much each matters, the worst first */
	SENSE_DC,
	SENSE_TONE,
	SENSE_STATIC,
	SENSE_ONE_LEG,
	SENSE_INVERTED,
	SENSE_OUT_OF_PHASE, /* less than inverted, for longer */
	SENSE_IDENTICAL,
	SENSE_CLIPPING,
	SENSE_FAULTS,
};

enum sense_state {
	SENSE_UNSEEN,
	SENSE_ALIVE,
	SENSE_QUIET,
	SENSE_ZEROS,
	SENSE_STATE_ONE_LEG,
	SENSE_STATE_INVERTED,
	SENSE_STATE_TONE,
	SENSE_STATE_STATIC,
	SENSE_STATE_STUCK,
	SENSE_STATE_DC,
	SENSE_STATE_IDENTICAL,
	SENSE_STATE_CLIPPING,
	SENSE_STATES,
};

static const unsigned char sense_state_of[SENSE_FAULTS] = {
	[SENSE_STUCK] = SENSE_STATE_STUCK,
	[SENSE_DC] = SENSE_STATE_DC,
	[SENSE_TONE] = SENSE_STATE_TONE,
	[SENSE_STATIC] = SENSE_STATE_STATIC,
	[SENSE_ONE_LEG] = SENSE_STATE_ONE_LEG,
	[SENSE_INVERTED] = SENSE_STATE_INVERTED,
	[SENSE_OUT_OF_PHASE] = SENSE_STATE_INVERTED,
	[SENSE_IDENTICAL] = SENSE_STATE_IDENTICAL,
	[SENSE_CLIPPING] = SENSE_STATE_CLIPPING,
};

/* Seconds that each must last. Stuck and clipping last as long as it takes to find them, and
 * one leg as long as the param leg_wait says. */
static const float sense_seconds[SENSE_FAULTS] = {
	[SENSE_STUCK] = 1.0f,         [SENSE_DC] = 5.0f,
	[SENSE_TONE] = 10.0f,         [SENSE_STATIC] = 20.0f,
	[SENSE_ONE_LEG] = 0.0f,       [SENSE_INVERTED] = 5.0f,
	[SENSE_OUT_OF_PHASE] = 20.0f, [SENSE_IDENTICAL] = 60.0f,
	[SENSE_CLIPPING] = 60.0f,
};
#define SENSE_LEAK_S 4.0 /* in which a full timer is forgotten */
#define SENSE_SEEN_S 1.0 /* of audio, and an input was there */
/* Left and right: side against mid -60 dB (Qualify QC: correlation > .98 and < -60 dB). */
#define SENSE_IDENTICAL_POWER 1e-6
#define SENSE_INVERTED_BELOW (-0.95)
#define SENSE_OUT_OF_PHASE_BELOW (-0.3)
/* Of a spectrum's energy in one line and two beside it. */
#define SENSE_TONE_SHARE 0.98
#define SENSE_TONE_POWER 1.2589   /* 1 dB between the loudest and the softest: +-0.5 */
#define SENSE_STATIC_FLATNESS 0.4 /* MPEG-7's measure, over 300..12000 Hz */
#define SENSE_STATIC_POWER 1.9953 /* 3 dB: +-1.5 */
#define SENSE_DC_MEAN 0.01        /* -40 dBFS */
#define SENSE_CLIP_LEVEL 0.94952f /* -0.45 dBFS */
enum {
	SENSE_CLIP_EQUAL = 3, /* equal samples are a run */
	SENSE_CLIP_RUNS = 10, /* a minute are no fault yet */
	SENSE_CLIP_PARTS = 6, /* of a minute */
	SENSE_WINDOW = 10,    /* bins of a level */
	SENSE_LONG = 30,      /* bins of a correlation */
	SENSE_QUARTER = 25,   /* bins of a mean's part */
	SENSE_QUARTERS = 4,
	SENSE_PERIODS = 128,    /* of 64 frames: the longest loop that is found */
	SENSE_LINES_MAX = 1280, /* of a spectrum, for its flatness */
};

/* What the params ask for. */
struct sense_rules {
	struct sense_band band;
	bool speech;       /* the level is that of the band */
	float alive, dead; /* twice the mean square: at least, below */
	float leg;         /* the louder leg over the other, at least */
	double wait, quiet_wait, back, leg_wait; /* seconds; 0: never */
	unsigned watch, fail; /* bits of enum sense_fault: look for it, leave for it */
};

struct sense_cells { /* hashes of the last cells, the newest at `at` and `at` + 128 */
	uint32_t hash[2 * SENSE_PERIODS];
	int32_t run[SENSE_PERIODS]; /* cells that were equal to one so far before */
	int at, most;               /* the longest run */
	uint32_t under_way;
	bool sound; /* not all zero so far */
};

struct sense_line {     /* what the last spectrum says */
	uint64_t began; /* its first frame */
	bool known, loud, tone, is_static;
	int peak;
	double tone_low, tone_high, static_low, static_high; /* powers in this run */
};

struct sense_input {
	bool seen, failed, silent; /* failed: until it has been alive for `back` */
	bool zeroed;               /* what it is silent of: zeros */
	bool above;                /* its level was, a bin ago */
	bool nonzero;              /* in this bin */
	unsigned raised;           /* bits of enum sense_fault */
	double zeros, quiet, alive,
		mark; /* seconds; `mark`: `quiet` at the last loud bin */
	int since;    /* bins since that */
	double fault[SENSE_FAULTS];
	float level; /* linear, of the loudest channel */
	int leg;     /* the channel that lives while one leg is raised */
	struct sense_line line;
	struct sense_cells cells;
	double dc[SENSE_QUARTERS][SENSE_CHANNELS];
	float clip_last[SENSE_CHANNELS];
	int clip_equal[SENSE_CHANNELS];
	int clips[SENSE_CLIP_PARTS];
};

struct sense_tables {
	struct slowfft_tables fft;
	uint32_t weight[SENSE_PIECE];
};

struct sense {
	const struct sense_tables *tables; /* of the plan; all else adopt() may copy */
	int rate, channels, inputs;
	int bin_frames, bin_filled, box_frames, box_filled;
	uint64_t bins;
	bool running; /* from the first grid line on */
	struct sense_pair pair[SENSE_PAIRS];
	float level[SENSE_WINDOW][SENSE_PAIRS][SENSE_LANES];
	float level_sums[SENSE_PAIRS][SENSE_LANES];
	struct sense_sums past[SENSE_LONG]; /* of the first pair */
	struct sense_sums long_sums;        /* of all of them */
	struct sense_input input[SENSE_INPUTS];
	/* Spectra, the inputs in turn. */
	int cell, filling; /* 0..63; which buffer */
	int of[2], channel[2];
	uint64_t began[2];
	bool full[2];
	double power[8], total, flat_sum, flat_log;
	float most;
	int peak_part, line_first, line_count;
	struct slowfft fft[2];
	float line[SENSE_INPUTS][SENSE_LINES_MAX];
};

/* What a stretch hears. */
struct sense_audio {
	/* [input][channel]; NULL: nothing is connected. */
	const float *x[SENSE_INPUTS][SENSE_CHANNELS];
};

static const float sense_nothing[SENSE_PIECE];

static inline const float *sense_channel(const struct sense_audio *in, int input,
					 int channel)
{
	return in->x[input][channel] ? in->x[input][channel] : sense_nothing;
}

/* ---- laid out -------------------------------------------------------------------------- */

static inline void sense_tables_init(struct sense_tables *tables)
{
	uint32_t x = 1;

	slowfft_init(&tables->fft);
	for (int i = 0; i < SENSE_PIECE; i++) {
		x = x * 1664525u + 1013904223u;
		tables->weight[i] = (x ^ x >> 15) | 1u;
	}
}

/* `s` is zeroed. */
static inline void sense_init(struct sense *s, const struct sense_tables *tables,
			      int rate, int channels, int inputs)
{
	s->tables = tables;
	s->rate = rate;
	s->channels = channels;
	s->inputs = inputs;
	s->bin_frames = (rate + 50) / 100;
	s->box_frames = sense_box_frames(rate);
	const double per_line = (double)rate / SLOWFFT_FRAMES;
	const int last = (int)(fmin(12000.0, 0.444 * rate) / per_line);
	s->line_first = (int)(300.0 / per_line);
	if (s->line_first < 3)
		s->line_first = 3;
	s->line_count = (last - s->line_first + 64) / 128 * 128;
	if (s->line_count > SENSE_LINES_MAX)
		s->line_count = SENSE_LINES_MAX;
	if (s->line_count < 128)
		s->line_count = 128;
}

/* Takes over what `old` knows. */
static inline void sense_adopt(struct sense *s, const struct sense *old)
{
	const struct sense_tables *tables = s->tables;

	memcpy(s, old, sizeof(*s));
	s->tables = tables;
}

/* ---- every sample ---------------------------------------------------------------------- */

typedef uint32_t sense_bits __attribute__((vector_size(VEC_BYTES)));

struct sense_scan {
	uint32_t peak; /* bits of the largest magnitude */
	uint32_t hash;
};

/* Sums of products of whole numbers: their order is all the same. */
static inline struct sense_scan sense_scan(const float *x, const uint32_t *weight,
					   int frames)
{
	struct sense_scan scan = { 0, 0 };

	sense_bits hash = { 0 };
	vi most = { 0 };
	int n = 0;
	for (; n + VEC_FLOATS <= frames; n += VEC_FLOATS) {
		sense_bits bits, w;
		memcpy(&bits, x + n, sizeof(bits));
		memcpy(&w, weight + n, sizeof(w));
		const vi size = (vi)bits & INT32_MAX;
		const vi more = size > most;
		most = (size & more) | (most & ~more);
		hash += bits * w;
	}
	for (int i = 0; i < VEC_FLOATS; i++) {
		scan.hash += hash[i];
		scan.peak =
			(uint32_t)most[i] > scan.peak ? (uint32_t)most[i] : scan.peak;
	}
	for (; n < frames; n++) {
		uint32_t bits;
		memcpy(&bits, x + n, sizeof(bits));
		scan.hash += bits * weight[n];
		bits &= INT32_MAX;
		scan.peak = bits > scan.peak ? bits : scan.peak;
	}
	return scan;
}

/* Runs of equal samples near full scale. */
static inline void sense_clips(struct sense_input *in, int part, int channel,
			       const float *x, int frames)
{
	float last = in->clip_last[channel];
	int equal = in->clip_equal[channel];

	for (int n = 0; n < frames; n++) {
		const bool high = fabsf(x[n]) >= SENSE_CLIP_LEVEL;
		equal = !high ? 0 : x[n] == last && equal > 0 ? equal + 1 : 1;
		in->clips[part] += equal == SENSE_CLIP_EQUAL;
		last = x[n];
	}
	in->clip_last[channel] = last;
	in->clip_equal[channel] = equal;
}

static inline int sense_clip_part(const struct sense *s)
{
	return (int)(s->bins / 1000 % SENSE_CLIP_PARTS);
}

/* One input's frames at `at` of the cell, all channels. */
static inline void sense_input_scan(struct sense *s, int i, int at,
				    const struct sense_audio *audio, int from,
				    int frames)
{
	struct sense_input *in = &s->input[i];
	const uint32_t high = 0x3f731300u; /* 0.9495 */
	const uint32_t *weight = s->tables->weight + at;

	for (int c = 0; c < s->channels; c++) {
		const struct sense_scan scan =
			sense_scan(audio->x[i][c] + from, weight, frames);
		in->nonzero |= scan.peak > 0;
		in->cells.sound |= scan.peak > 0;
		in->cells.under_way += scan.hash * (uint32_t)(2 * c + 1);
		if (scan.peak >= high || in->clip_equal[c] > 0)
			sense_clips(in, sense_clip_part(s), c, audio->x[i][c] + from,
				    frames);
	}
}

/* Four frames of three inputs become four lanes' rows, the fourth lane zero. */
static inline void sense_weave_four(const float *const x[SENSE_INPUTS], int n,
				    float (*woven)[SENSE_LANES], int lane)
{
	typedef float four __attribute__((vector_size(16)));
	four a, b, c;
	const four zero = { 0 };
	memcpy(&a, x[0] + n, sizeof(a));
	memcpy(&b, x[1] + n, sizeof(b));
	memcpy(&c, x[2] + n, sizeof(c));
	const four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
	const four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
	const four c_low = __builtin_shufflevector(c, zero, 0, 4, 1, 5);
	const four c_high = __builtin_shufflevector(c, zero, 2, 6, 3, 7);
	const four row[4] = {
		__builtin_shufflevector(ab_low, c_low, 0, 1, 4, 5),
		__builtin_shufflevector(ab_low, c_low, 2, 3, 6, 7),
		__builtin_shufflevector(ab_high, c_high, 0, 1, 4, 5),
		__builtin_shufflevector(ab_high, c_high, 2, 3, 6, 7),
	};
	for (int k = 0; k < 4; k++)
		memcpy(&woven[n + k][lane], &row[k], sizeof(row[k]));
}

/* woven[frame][lane] of a pair of channels; what is not there is zero. */
static inline void sense_weave(const struct sense *s, int pair,
			       const struct sense_audio *in, int from,
			       float woven[SENSE_PIECE][SENSE_LANES], int frames)
{
	const bool two = 2 * pair + 1 < s->channels;

	for (int side = 0; side < 2; side++) {
		const float *x[SENSE_INPUTS];
		const int lane = side * SENSE_SIDE;
		for (int i = 0; i < SENSE_INPUTS; i++)
			x[i] = side == 0 || two
				       ? sense_channel(in, i, 2 * pair + side) + from
				       : sense_nothing;
		int n = 0;
		for (; n + 4 <= frames; n += 4)
			sense_weave_four(x, n, woven, lane);
		for (; n < frames; n++) {
			for (int i = 0; i < SENSE_INPUTS; i++)
				woven[n][lane + i] = x[i][n];
			woven[n][lane + SENSE_INPUTS] = 0.0f;
		}
	}
}

/* ---- every 64 frames -------------------------------------------------------------------- */

/* A cell is whole: is it one that was played before? */
static inline void sense_cell(struct sense_cells *cells)
{
	const uint32_t hash = cells->under_way;
	const uint32_t *before = cells->hash + cells->at;
	const int32_t add = cells->sound;
	int32_t most = 0;

	for (int k = 0; k < SENSE_PERIODS; k++) {
		const int32_t equal = before[k] == hash ? -1 : 0;
		const int32_t run = (cells->run[k] + add) & equal & -add;
		cells->run[k] = run;
		most = run > most ? run : most;
	}
	cells->most = most;
	cells->at = (cells->at + SENSE_PERIODS - 1) % SENSE_PERIODS;
	cells->hash[cells->at] = cells->hash[cells->at + SENSE_PERIODS] = hash;
	cells->under_way = 0;
	cells->sound = false;
}

static inline double sense_sum(const float *x, int count)
{
	vf sums[4] = { { 0 } };
	int n = 0;
	for (; n + 4 * VEC_FLOATS <= count; n += 4 * VEC_FLOATS)
		for (int k = 0; k < 4; k++)
			sums[k] += vf_load(x + n + k * VEC_FLOATS);
	return (double)vf_sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

/* An eighth of the lines: their energy, the highest; and an eighth of the mean spectrum that
 * tells static. */
static inline void sense_lines(struct sense *s, int buffer, int part)
{
	enum { COUNT = SLOWFFT_LINES / SLOWFFT_LEFT };
	const float *power = s->fft[buffer].re + part * COUNT;
	vf most = { 0 };
	if (part == 0) {
		s->total = s->flat_sum = s->flat_log = 0.0;
		s->most = -1.0f;
	}
	s->total += sense_sum(power, COUNT);
	for (int n = 0; n < COUNT; n += VEC_FLOATS)
		most = vf_max(most, vf_load(power + n));
	if (vf_peak(most) > s->most) {
		s->most = vf_peak(most);
		s->peak_part = part;
	}
	const int count = s->line_count / SLOWFFT_LEFT, first = part * count;
	const float *from = s->fft[buffer].re + s->line_first + first;
	float *mean = s->line[s->of[buffer]] + first;
	const double period = (double)s->inputs * SLOWFFT_FRAMES / s->rate;
	const float share = (float)fmin(period, 0.5);
	vf log_sum = { 0 };
	for (int n = 0; n < count; n += VEC_FLOATS) {
		const vf old = vf_load(mean + n);
		const vf now = share * (vf_load(from + n) - old) + old;
		vf_store(mean + n, now);
		log_sum += vf_log2(now + 1e-20f);
	}
	s->flat_sum += sense_sum(mean, count);
	s->flat_log += (double)vf_sum(log_sum);
}

/* Is the power within `range` of all in this run? Else the run begins anew. */
static inline bool sense_steady(double power, double range, double *low, double *high)
{
	const double least = fmin(*low, power), most = fmax(*high, power);
	const bool steady = *low > 0.0 && most <= range * least;

	*low = steady ? least : power;
	*high = steady ? most : power;
	return steady;
}

/* A spectrum is complete. */
static inline void sense_line_end(struct sense *s, const struct sense_rules *rules,
				  int buffer)
{
	struct sense_input *in = &s->input[s->of[buffer]];
	struct sense_line *line = &in->line;
	const float *power = s->fft[buffer].re;
	int peak = s->peak_part * (SLOWFFT_LINES / SLOWFFT_LEFT);

	while (peak < SLOWFFT_LINES - 1 && power[peak] < s->most)
		peak++;
	double share = 0.0;
	for (int k = peak - 2; k <= peak + 2; k++)
		share += k >= 0 && k < SLOWFFT_LINES ? (double)power[k] : 0.0;
	line->known = true;
	line->began = s->began[buffer];
	line->loud = 2.0 * s->total / slowfft_scale() >= (double)rules->dead;
	line->tone = line->loud && share > SENSE_TONE_SHARE * s->total;
	const bool same = peak >= line->peak - 1 && peak <= line->peak + 1;
	if (!line->tone)
		line->tone_low *= in->fault[SENSE_TONE] > 0.0;
	else if (!sense_steady(s->total, SENSE_TONE_POWER, &line->tone_low,
			       &line->tone_high) ||
		 !same)
		in->fault[SENSE_TONE] = 0.0;
	if (!same)
		line->peak = peak;
	const double count = s->line_count;
	const double flat =
		exp2(s->flat_log / count) / fmax(s->flat_sum / count, 1e-20);
	line->is_static = line->loud && !line->tone && flat > SENSE_STATIC_FLATNESS;
	if (!line->is_static)
		line->static_low *= in->fault[SENSE_STATIC] > 0.0;
	else if (!sense_steady(s->total, SENSE_STATIC_POWER, &line->static_low,
			       &line->static_high))
		in->fault[SENSE_STATIC] = 0.0;
}

/* A grid line: a cell of the buffer under way is full, and a step of the other one's work is
 * done. */
static inline void sense_grid(struct sense *s, const struct sense_rules *rules,
			      uint64_t frame)
{
	for (int i = 0; i < s->inputs && s->running; i++)
		sense_cell(&s->input[i].cells);
	if (!s->running) {
		for (int i = 0; i < s->inputs; i++) {
			s->input[i].cells.under_way = 0;
			s->input[i].cells.sound = false;
		}
		s->running = true;
		s->began[s->filling] = frame;
		return;
	}
	const int work = 1 - s->filling;
	if (s->full[work] && s->cell < SLOWFFT_STEPS - SLOWFFT_LEFT)
		slowfft_step(&s->fft[work], &s->tables->fft, s->cell);
	else if (s->full[work])
		sense_lines(s, work, s->cell - (SLOWFFT_STEPS - SLOWFFT_LEFT));
	if (++s->cell < SLOWFFT_STEPS)
		return;
	if (s->full[work])
		sense_line_end(s, rules, work);
	s->full[s->filling] = true;
	const int next = (s->of[s->filling] + 1) % s->inputs;
	s->filling = work;
	s->cell = 0;
	s->of[work] = next;
	s->began[work] = frame;
	s->channel[work] = 0;
	if (s->channels > 1) {
		const float *level =
			s->level[(s->bins + SENSE_WINDOW - 1) % SENSE_WINDOW][0];
		s->channel[work] = level[next + SENSE_SIDE] > level[next];
	}
}

#include "dsp/senseverdict.h"

#endif

/* failover.c - plays the first input that lives, or a file. Audio thread.
 *
 *   main ---.--> sense --> verdicts --> which? --.
 *   second -+-----------------------------------[select, fade]--> out
 *   third --+                                    |
 *   file (in memory) -----------------------------'
 *
 * Outside a fade the output is the chosen input, bit for bit. The verdicts are new at the end
 * of every bin of 10 ms, wherever that is in a piece.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/failover/failover.h"

#include <string.h>

/* ---- which? ----------------------------------------------------------------------------- */

static bool is_alive(const struct failover *f, int source)
{
	if (source >= FAILOVER_INPUTS || !f->connected[source])
		return false;
	const struct sense_input *in = &f->sense.input[source];
	return in->seen && !in->failed;
}

/* The main input has not been heard since the start, and there is time left. */
static bool is_waiting(const struct failover *f, const struct failover_numbers *numbers)
{
	const double passed = (double)f->sense.bins * f->sense.bin_frames / f->rate;

	return !f->sense.input[FAILOVER_MAIN].seen &&
	       (numbers->boot <= 0.0 || passed < numbers->boot);
}

static int first_alive(const struct failover *f)
{
	for (int source = 0; source < FAILOVER_INPUTS; source++)
		if (is_alive(f, source))
			return source;
	return FAILOVER_NONE;
}

/* May it go up to `first` while what plays is alive? */
static bool may_return(const struct failover *f, const struct failover_numbers *numbers,
		       int first)
{
	if (f->wants_return)
		return true;
	if (f->sense.bins < f->settled_until || numbers->restore == RESTORE_STAY)
		return false;
	return numbers->restore == RESTORE_AUTO || first != FAILOVER_MAIN;
}

static int choose(const struct failover *f, const struct failover_numbers *numbers,
		  bool has_file)
{
	const int held = numbers->hold - 1, current = f->now.source;

	if (held >= 0 && (held < FAILOVER_INPUTS || has_file))
		return held;
	if (is_waiting(f, numbers) && current == FAILOVER_MAIN)
		return current;
	const int first = first_alive(f);
	if (is_alive(f, current))
		return first < current && may_return(f, numbers, first) ? first
									: current;
	if (first != FAILOVER_NONE)
		return first;
	return has_file ? FAILOVER_FILE : FAILOVER_NONE;
}

static struct failover_take take_of(const struct failover *f,
				    const struct failover_numbers *numbers, int source)
{
	struct failover_take take = { source, -1 };

	if (numbers->copy && source < FAILOVER_INPUTS &&
	    f->sense.input[source].raised >> SENSE_ONE_LEG & 1)
		take.leg = f->sense.input[source].leg;
	return take;
}

/* ---- switching -------------------------------------------------------------------------- */

/* Many switches in a short time: it stays where it is for a while. */
static void note_switch(struct failover *f, const struct failover_numbers *numbers)
{
	const double bin = (double)f->sense.bin_frames / f->rate;
	const uint64_t now = f->sense.bins;

	f->newest = (f->newest + 1) % FAILOVER_SETTLE_MAX;
	f->switched[f->newest] = now;
	f->count = f->count < FAILOVER_SETTLE_MAX ? f->count + 1 : f->count;
	if (numbers->settle < 1 || f->count < numbers->settle)
		return;
	const int oldest = (f->newest + FAILOVER_SETTLE_MAX - numbers->settle + 1) %
			   FAILOVER_SETTLE_MAX;
	if ((double)(now - f->switched[oldest]) * bin > numbers->settle_time)
		return;
	f->settled_until = now + (uint64_t)(numbers->settle_hold / bin);
	f->count = 0;
}

/* g1^2 + g2^2 + 2 rho g1 g2 = 1 keeps the power. One input's channels are themselves. */
static double correlation(const struct failover *f, int from, int to)
{
	if (from == to)
		return 1.0;
	if (from >= FAILOVER_INPUTS || to >= FAILOVER_INPUTS)
		return 0.0;
	const double rho = sense_between(&f->sense, from, to);
	return fmin(fmax(rho, -0.5), 1.0);
}

static void start_fade(struct failover *f, const struct failover_numbers *numbers,
		       struct failover_take next)
{
	const bool up = next.source < f->now.source;
	const int from = f->now.source == FAILOVER_NONE ? FAILOVER_MAIN : f->now.source;
	const int to = next.source == FAILOVER_NONE ? FAILOVER_MAIN : next.source;

	f->next = next;
	f->fade_age = 0;
	f->fade_length = up ? numbers->fade_back : numbers->fade;
	f->fade_rho = correlation(f, from, to);
	if (next.source == FAILOVER_FILE)
		f->file_at = 0;
	if (f->fade_length == 0)
		f->now = next;
}

/* The end of a bin. */
static void decide(struct failover *f, const struct failover_numbers *numbers,
		   bool has_file)
{
	if (f->fade_length > 0)
		return;
	const struct failover_take next =
		take_of(f, numbers, choose(f, numbers, has_file));
	if (next.source == f->now.source && next.leg == f->now.leg) {
		f->wants_return = false;
		return;
	}
	const bool moved = next.source != f->now.source;
	start_fade(f, numbers, next);
	if (!moved)
		return;
	f->switches++;
	f->wants_return = false;
	if (numbers->hold == 0)
		note_switch(f, numbers);
}

/* ---- sound ------------------------------------------------------------------------------ */

static void listen_file(struct failover *f, const struct failover_loop *loop,
			int channels, int frames, const double *gain,
			float room[CHANNELS_MAX][GRID_FRAMES])
{
	uint64_t at = f->file_at;

	for (int n = 0; n < frames; n++) {
		for (int c = 0; c < channels; c++) {
			const float *from = loop->channel[c];
			room[c][n] = from ? (float)(gain[n] * (double)from[at]) : 0.0f;
		}
		if (++at >= loop->frames)
			at = 0;
	}
	f->file_at = at;
}

/* What a take sounds like: pointers into its input, or a copy in `room`. */
static void listen(struct failover *f, const struct failover_take *take,
		   const struct failover_loop *loop, const struct sense_audio *audio,
		   int at, int channels, int frames, const double *gain,
		   float room[CHANNELS_MAX][GRID_FRAMES],
		   const float *heard[CHANNELS_MAX])
{
	const int input = take->source == FAILOVER_NONE ? FAILOVER_MAIN : take->source;

	if (input == FAILOVER_FILE) {
		listen_file(f, loop, channels, frames, gain + at, room);
		for (int c = 0; c < channels; c++)
			heard[c] = room[c];
		return;
	}
	for (int c = 0; c < channels; c++) {
		const int leg = take->leg >= 0 && c < 2 ? take->leg : c;
		heard[c] = sense_channel(audio, input, leg) + at;
	}
}

static void fade_gains(const struct failover *f, float *old, float *new, int frames)
{
	const double step = 1.0 / f->fade_length;

	for (int n = 0; n < frames; n++) {
		const double b = smooth_shape((f->fade_age + n) * step), a = 1.0 - b;
		const double ab = a * b;
		const double both = 2.0 * f->fade_rho * ab;
		const double power = a * a + b * b + both;
		const double level = 1.0 / sqrt(fmax(power, 1e-9));
		old[n] = (float)(a * level);
		new[n] = (float)(b * level);
	}
}

/* At most as many frames as the fade has left. */
static void play_fade(struct failover *f, const struct failover_loop *loop,
		      const struct sense_audio *audio, int at, int channels, int frames,
		      const double *gain, float *const *out)
{
	float old_room[CHANNELS_MAX][GRID_FRAMES], new_room[CHANNELS_MAX][GRID_FRAMES];
	const float *old[CHANNELS_MAX], *new[CHANNELS_MAX];
	float mix[CHANNELS_MAX][GRID_FRAMES], down[GRID_FRAMES], up[GRID_FRAMES];

	listen(f, &f->now, loop, audio, at, channels, frames, gain, old_room, old);
	listen(f, &f->next, loop, audio, at, channels, frames, gain, new_room, new);
	fade_gains(f, down, up, frames);
	/* An output may be the main input's memory, which the next channel still needs. */
	for (int c = 0; c < channels; c++)
		for (int n = 0; n < frames; n++)
			mix[c][n] = down[n] * old[c][n] + up[n] * new[c][n];
	for (int c = 0; c < channels; c++)
		memcpy(out[c] + at, mix[c], (size_t)frames * sizeof(**mix));
	f->fade_age += frames;
	if (f->fade_age < f->fade_length)
		return;
	f->now = f->next;
	f->fade_length = 0;
}

static void play(struct failover *f, const struct failover_loop *loop,
		 const struct sense_audio *audio, int at, int channels, int frames,
		 const double *gain, float *const *out)
{
	float room[CHANNELS_MAX][GRID_FRAMES];
	const float *heard[CHANNELS_MAX];

	listen(f, &f->now, loop, audio, at, channels, frames, gain, room, heard);
	for (int c = 0; c < channels; c++)
		if (out[c] + at != heard[c])
			memcpy(out[c] + at, heard[c], (size_t)frames * sizeof(**out));
}

/* `at`: frames into the piece. */
static void play_stretch(struct failover *f, const struct piece *piece,
			 const struct sense_audio *audio, const double *gain, int at,
			 int frames)
{
	const int left = f->fade_length - f->fade_age;
	const int fading = f->fade_length == 0 ? 0 : frames < left ? frames : left;

	if (fading > 0)
		play_fade(f, piece->handle, audio, at, piece->channels, fading, gain,
			  piece->out);
	if (fading < frames)
		play(f, piece->handle, audio, at + fading, piece->channels,
		     frames - fading, gain, piece->out);
}

/* ---- a piece ---------------------------------------------------------------------------- */

static void publish(const struct failover *f, float *meters)
{
	const int source = f->fade_length > 0 ? f->next.source : f->now.source;

	meters[FAILOVER_SOURCE] = (float)source;
	meters[FAILOVER_SWITCHES] = (float)f->switches;
	meters[FAILOVER_SETTLED] = f->sense.bins < f->settled_until;
	meters[FAILOVER_FILE_AT] =
		source == FAILOVER_FILE ? (float)f->file_at / (float)f->rate : 0.0f;
	for (int i = 0; i < FAILOVER_INPUTS; i++) {
		meters[FAILOVER_LEVEL + i] = f->sense.input[i].level;
		meters[FAILOVER_STATE + i] = (float)sense_state(&f->sense, i);
		meters[FAILOVER_DEAD + i] = sense_dead_s(&f->sense, i);
	}
}

static void take_values(struct failover *f, const struct piece *piece,
			const struct failover_numbers *numbers, double *gain)
{
	const float returns = piece->values[FAILOVER_RETURN];
	const int length = smooth_frames(f->rate);

	if (!f->started) {
		f->returns = returns;
		smooth_jump(&f->last_gain, numbers->last_gain);
		f->started = true;
	}
	if (piece->frame % GRID_FRAMES == 0) {
		smooth_aim(&f->last_gain, numbers->last_gain, length);
		f->wants_return |= returns < f->returns || returns > f->returns;
		f->returns = returns;
	}
	smooth_run(&f->last_gain, length, gain, piece->frames);
	const struct failover_loop *loop = piece->handle;
	for (int n = 0; n < piece->frames; n++)
		gain[n] *= loop->gain;
	if (f->file_at >= loop->frames)
		f->file_at = 0;
}

static void failover_process(void *state, const struct piece *piece) REALTIME;
static void failover_process(void *state, const struct piece *piece)
{
	struct failover *f = state;
	const struct failover_numbers *numbers = piece->numbers;
	struct sense_audio audio = { .x = { { NULL } } };
	double gain[GRID_FRAMES];
	const struct failover_loop *loop = piece->handle;

	take_values(f, piece, numbers, gain);
	for (int c = 0; c < piece->channels; c++) {
		audio.x[FAILOVER_MAIN][c] = piece->in[c];
		for (int i = FAILOVER_SECOND; i < FAILOVER_INPUTS; i++)
			if (piece->side[i - 1])
				audio.x[i][c] = piece->side[i - 1][c];
	}
	for (int i = 0; i < FAILOVER_INPUTS; i++)
		f->connected[i] = audio.x[i][0] != NULL;
	for (int done = 0; done < piece->frames;) {
		const int n = sense_room(&f->sense, piece->frames - done);
		const bool new = sense_run(&f->sense, &numbers->rules, &audio, done,
					   piece->frame + (uint64_t)done, n);
		play_stretch(f, piece, &audio, gain, done, n);
		if (new)
			decide(f, numbers, loop->frames > 0);
		done += n;
	}
	publish(f, piece->meters);
}

static void failover_adopt(void *state, const void *old) REALTIME;
static void failover_adopt(void *state, const void *old)
{
	struct failover *f = state;
	const struct sense_tables *tables = f->sense.tables;

	memcpy(f, old, sizeof(*f));
	f->sense.tables = tables;
}

_Static_assert((int)SENSE_CHANNELS == (int)CHANNELS_MAX &&
		       (int)SENSE_PIECE == (int)GRID_FRAMES &&
		       (int)SENSE_INPUTS == (int)FAILOVER_INPUTS,
	       "sense.h hears what a node has");
_Static_assert(sizeof(struct failover) <= ADOPT_BYTES_MAX, "a reload keeps all of it");
MODULE_KERNEL(failover) = { .process = failover_process, .adopt = failover_adopt };

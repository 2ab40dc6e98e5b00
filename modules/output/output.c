/* output.c - mute, dim, bypass and comparison of a rack output. Audio thread.
 *
 *   in  --+-- x wet part --(+)-- bypass -- gain (mute, dim) -- out
 *         |                 |       |
 *   dry --+-- x dry part ---+-------+       in, dry -- K-weighting -- how much louder
 *
 * A comparison plays in, dry or their difference at one loudness. The parts make them
 * equal; daemon/recall/compare.c sets them, from what is measured here.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/vec.h"
#include "modules/output/output.h"

#include <math.h>
#include <string.h>

static void glide_to(struct output *output, struct output_glide *glide, float to)
{
	if (!output->m.begun) {
		glide->from = glide->to = to;
		glide->at = output->length;
	} else if (glide->to != to) {
		float at = output->curve[glide->at];
		glide->from += at * (glide->to - glide->from);
		glide->to = to;
		glide->at = 0;
	}
}

static inline float glide_value(const struct output *output,
				const struct output_glide *glide, int frame)
{
	int at =
		glide->at + frame < output->length ? glide->at + frame : output->length;

	return glide->from + output->curve[at] * (glide->to - glide->from);
}

static bool at_rest(const struct output *output, const struct output_glide *glide,
		    float value)
{
	return glide->at == output->length && glide->to == value;
}

static void glide_walk(const struct output *output, struct output_glide *glide,
		       int frames)
{
	glide->at = glide->at + frames < output->length ? glide->at + frames
							: output->length;
	if (glide->at == output->length)
		glide->from = glide->to;
}

static void take_values(struct output *output, const float *values)
{
	float gain = 1.0f;

	if (values[OUTPUT_MUTE] >= 0.5f)
		gain = 0.0f;
	else if (values[OUTPUT_DIM] >= 0.5f)
		gain = powf(10.0f, values[OUTPUT_DIM_LEVEL] / 20.0f);
	glide_to(output, &output->m.gain, gain);
	glide_to(output, &output->m.dry, values[OUTPUT_BYPASS] >= 0.5f ? 1.0f : 0.0f);
	output->m.begun = true;
}

static float from_db(float db)
{
	return powf(10.0f, db / 20.0f);
}

static void aim(const struct output *output, struct smooth *smooth, float to)
{
	if (!output->m.begun)
		smooth_jump(smooth, (double)to);
	else
		smooth_aim(smooth, (double)to, output->smooth_length);
}

/* Everything compared has the loudness `match_to`, relative to the input's; the output
 * is louder than the input by `match`. */
static void take_comparison(struct output *output, const float *values)
{
	const int mode = (int)values[OUTPUT_COMPARE];
	float wet = 1.0f, dry = 0.0f;

	if (mode != COMPARE_OFF) {
		dry = from_db(values[OUTPUT_MATCH_TO]);
		wet = from_db(values[OUTPUT_MATCH_TO] - values[OUTPUT_MATCH]);
	}
	if (mode == COMPARE_BYPASS)
		wet = 0.0f;
	else if (mode == COMPARE_DELTA)
		dry = -dry;
	else
		dry = 0.0f;
	aim(output, &output->m.wet_part, wet);
	aim(output, &output->m.dry_part, dry);
}

static bool is_part(const struct smooth *part, double value)
{
	return !part->moving && part->settled == value;
}

/* Mixes wet and dry by their parts; without a comparison the output is unchanged. */
static void compare(const double *wet_part, const double *dry_part, const float *wet,
		    const float *dry, float *out, int frames)
{
	for (int i = 0; i < frames; i++) {
		double sum = wet_part[i] * (double)wet[i];
		sum += dry_part[i] * (double)dry[i];
		out[i] = (float)sum;
	}
}

/* Fades between wet and dry: where these are equal, so is the result, bit for bit. */
static void choose(const struct output *output, const float *wet, const float *dry,
		   float *out, int frames)
{
	size_t bytes = sizeof(float) * (size_t)frames;

	if (!dry || at_rest(output, &output->m.dry, 0.0f)) {
		memmove(out, wet, bytes);
	} else if (at_rest(output, &output->m.dry, 1.0f)) {
		memmove(out, dry, bytes);
	} else {
		for (int i = 0; i < frames; i++) {
			float part = glide_value(output, &output->m.dry, i);
			out[i] = wet[i] + part * (dry[i] - wet[i]);
		}
	}
}

/* ---- how much louder ------------------------------------------------------------- */

/* ITU-R BS.1770-5, annex 1, all channels with the same weight; bins below -70 LUFS of
 * input do not count as programme. */
static void close_bin(struct output *output)
{
	struct output_match *match = &output->m.match;
	const double floor = 1.17e-7 * output->bin_frames;
	double wet = 0, dry = 0;

	if (match->skip <= 0 && match->dry_now * output->filter.level > floor) {
		match->wet[match->bin] = match->wet_now;
		match->dry[match->bin] = match->dry_now;
		match->bin = (match->bin + 1) % OUTPUT_BINS;
		match->bins += match->bins < OUTPUT_BINS;
		for (int i = 0; i < match->bins; i++) {
			wet += match->wet[i];
			dry += match->dry[i];
		}
		match->louder_db =
			(float)(4.3429448190325182 *
				log((wet > dry * 1e-6 ? wet : dry * 1e-6) / dry));
	}
	match->wet_now = match->dry_now = 0;
	match->filled = 0;
}

/* A different slot restarts the measurement, once only its own audio is measured. */
static void take_slot(struct output *output, int mode)
{
	struct output_match *match = &output->m.match;

	if ((mode != COMPARE_A && mode != COMPARE_B) || mode == match->slot)
		return;
	match->bins = match->bin = 0;
	match->skip = 2 * output->bin_frames;
	match->slot = mode;
}

static void weigh(struct output *output, const struct piece *piece)
{
	struct output_match *match = &output->m.match;
	const float *const *wet = piece->in, *const *dry = piece->side[OUTPUT_DRY];
	const int last = piece->channels - 1;

	if (!dry)
		return;
	for (int done = 0; done < piece->frames;) {
		const int left = output->bin_frames - match->filled;
		const int n = piece->frames - done < left ? piece->frames - done : left;
		for (int c = 0; c <= last; c += 2) {
			const int other = c < last ? c + 1 : c;
			const float *const four[KWEIGHT_QUAD] = { wet[c] + done,
								  wet[other] + done,
								  dry[c] + done,
								  dry[other] + done };
			double energy[KWEIGHT_QUAD] = { 0 };
			kweight_power_quad(&output->filter, &match->states[c / 2], four,
					   n, energy);
			match->wet_now += energy[0] + (c < last ? energy[1] : 0);
			match->dry_now += energy[2] + (c < last ? energy[3] : 0);
		}
		done += n;
		match->filled += n;
		match->skip -= match->skip > 0 ? n : 0;
		if (match->filled == output->bin_frames)
			close_bin(output);
	}
}

/* ---- a piece --------------------------------------------------------------------- */

static float scale(const struct output *output, float *out, int frames)
{
	float peak = 0.0f;

	if (!at_rest(output, &output->m.gain, 1.0f))
		for (int i = 0; i < frames; i++)
			out[i] *= glide_value(output, &output->m.gain, i);
	vf most = { 0 };
	int i = 0;
	for (; i + VEC_FLOATS <= frames; i += VEC_FLOATS)
		most = vf_max(most, vf_abs(vf_load(out + i)));
	peak = vf_peak(most);
	for (; i < frames; i++)
		peak = fabsf(out[i]) > peak ? fabsf(out[i]) : peak;
	return peak;
}

/* Plays a piece during a comparison. */
static bool mix(struct output *output, const struct piece *piece)
{
	const float *const *dry = piece->side[OUTPUT_DRY];
	double parts[2][GRID_FRAMES];

	if (!dry ||
	    (is_part(&output->m.wet_part, 1.0) && is_part(&output->m.dry_part, 0.0)))
		return false;
	smooth_run(&output->m.wet_part, output->smooth_length, parts[0], piece->frames);
	smooth_run(&output->m.dry_part, output->smooth_length, parts[1], piece->frames);
	for (int c = 0; c < piece->channels; c++) {
		float mixed[GRID_FRAMES];
		compare(parts[0], parts[1], piece->in[c], dry[c], mixed, piece->frames);
		choose(output, mixed, dry[c], piece->out[c], piece->frames);
	}
	return true;
}

static void process(void *state, const struct piece *piece) REALTIME
{
	struct output *output = state;
	const float *const *dry = piece->side[OUTPUT_DRY];

	if (piece->frame % GRID_FRAMES == 0 || !output->m.begun) {
		take_slot(output, (int)piece->values[OUTPUT_COMPARE]);
		take_comparison(output, piece->values);
	}
	take_values(output, piece->values);
	weigh(output, piece);
	if (!mix(output, piece))
		for (int c = 0; c < piece->channels; c++)
			choose(output, piece->in[c], dry ? dry[c] : NULL, piece->out[c],
			       piece->frames);
	for (int c = 0; c < piece->channels; c++)
		piece->meters[c] = scale(output, piece->out[c], piece->frames);
	piece->meters[piece->channels + OUTPUT_LOUDER] = output->m.match.louder_db;
	piece->meters[piece->channels + OUTPUT_HEARD] =
		0.1f * (float)output->m.match.bins;
	glide_walk(output, &output->m.gain, piece->frames);
	glide_walk(output, &output->m.dry, piece->frames);
}

static void adopt(void *state, const void *old) REALTIME
{
	struct output *output = state;
	const struct output *before = old;

	output->m = before->m;
}

MODULE_KERNEL(output) = { .process = process, .adopt = adopt };

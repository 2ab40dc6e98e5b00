/* output.c - mute, dim and bypass of a rack output. Audio thread.
 *
 *   in  --+-- bypass -- gain (mute, dim) -- out
 *   dry --+
 */
#include "dsp/vec.h"
#include "modules/output/output.h"

#include <math.h>
#include <string.h>

static void glide_to(struct output *output, struct output_glide *glide, float to)
{
	if (!output->begun) {
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
	glide_to(output, &output->gain, gain);
	glide_to(output, &output->dry, values[OUTPUT_BYPASS] >= 0.5f ? 1.0f : 0.0f);
	output->begun = true;
}

/* Between wet and dry: where they agree, it is either, bit for bit. */
static void choose(const struct output *output, const float *wet, const float *dry,
		   float *out, int frames)
{
	size_t bytes = sizeof(float) * (size_t)frames;

	if (!dry || at_rest(output, &output->dry, 0.0f)) {
		memmove(out, wet, bytes);
	} else if (at_rest(output, &output->dry, 1.0f)) {
		memmove(out, dry, bytes);
	} else {
		for (int i = 0; i < frames; i++) {
			float part = glide_value(output, &output->dry, i);
			out[i] = wet[i] + part * (dry[i] - wet[i]);
		}
	}
}

static float scale(const struct output *output, float *out, int frames)
{
	float peak = 0.0f;

	if (!at_rest(output, &output->gain, 1.0f))
		for (int i = 0; i < frames; i++)
			out[i] *= glide_value(output, &output->gain, i);
	vf most = { 0 };
	int i = 0;
	for (; i + VEC_FLOATS <= frames; i += VEC_FLOATS)
		most = vf_max(most, vf_abs(vf_load(out + i)));
	peak = vf_peak(most);
	for (; i < frames; i++)
		peak = fabsf(out[i]) > peak ? fabsf(out[i]) : peak;
	return peak;
}

static void process(void *state, const struct piece *piece) REALTIME
{
	struct output *output = state;

	take_values(output, piece->values);
	for (int c = 0; c < piece->channels; c++) {
		const float *const *dry = piece->side[OUTPUT_DRY];
		choose(output, piece->in[c], dry ? dry[c] : NULL, piece->out[c],
		       piece->frames);
		piece->meters[c] = scale(output, piece->out[c], piece->frames);
	}
	glide_walk(output, &output->gain, piece->frames);
	glide_walk(output, &output->dry, piece->frames);
}

static void adopt(void *state, const void *old) REALTIME
{
	struct output *output = state;
	const struct output *before = old;

	output->begun = before->begun;
	output->gain = before->gain;
	output->dry = before->dry;
}

MODULE_KERNEL(output) = { .process = process, .adopt = adopt };

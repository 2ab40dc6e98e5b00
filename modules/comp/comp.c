/* comp.c - the glue compressor's audio part. Run by the audio thread; arithmetic only.
 *
 *   key or in -> high-pass -> envelope -> log2 -> link -> curve -> ballistics -.
 *   in ------------------> look-ahead ---------------------------------> x ----+-> out
 */
#include <math.h>
#include <string.h>

#include "dsp/db.h"
#include "modules/comp/comp.h"

typedef double pair __attribute__((vector_size(16)));
typedef float row[GRID_FRAMES] __attribute__((aligned(64)));

/* What one call works on, all of it on the stack. */
struct work {
	const struct piece *piece;
	const struct comp_numbers *numbers;
	int frames, rounded; /* rounded: up to whole vectors */
	int lanes;           /* gains that are computed: 1 when fully linked */
	bool linked, plain;  /* plain: no makeup, no mix */
	row glide[COMP_GLIDES];
	row level[CHANNELS_MAX]; /* becomes target, reduction and gain in turn */
};

static void glides_run(struct comp_state *s, struct work *w)
{
	const int length = smooth_frames(s->rate);
	const bool line = w->piece->frame % GRID_FRAMES == 0;
	double moving[GRID_FRAMES];

	for (int k = 0; k < COMP_GLIDES; k++) {
		struct smooth *g = &s->glide[k];
		const double target = (double)w->numbers->glide[k];
		if (!s->started)
			smooth_jump(g, target);
		else if (line)
			smooth_aim(g, target, length);
		if (!g->moving) {
			for (int i = 0; i < w->rounded; i += VEC_FLOATS)
				vf_store(w->glide[k] + i, vf_all((float)g->settled));
			continue;
		}
		smooth_run(g, length, moving, w->frames);
		for (int i = 0; i < w->frames; i++)
			w->glide[k][i] = (float)moving[i];
		for (int i = w->frames; i < w->rounded; i++)
			w->glide[k][i] = w->glide[k][w->frames - 1];
	}
	w->linked = !s->glide[GLIDE_LINK].moving && s->glide[GLIDE_LINK].settled == 1.0;
	w->plain = !s->glide[GLIDE_MAKEUP].moving && !s->glide[GLIDE_MIX].moving &&
		   s->glide[GLIDE_MAKEUP].settled == 1.0 &&
		   s->glide[GLIDE_MIX].settled == 1.0;
	w->lanes = w->linked ? 1 : s->channels;
}

/* Butterworth sections, transposed form II, two channels at a time. The coefficients
 * follow the designed ones a step each grid line: a moving corner is not heard, since
 * attack and release stand between it and the gain. */
static void highpass_aim(struct comp_state *s, const struct work *w)
{
	if (s->highpass_ready && w->piece->frame % GRID_FRAMES)
		return;
	const double share = s->highpass_ready ? 0.125 : 1;
	s->highpass_ready = true;
	for (int k = 0; k < s->highpass_sections; k++)
		for (int i = 0; i < 5; i++)
			s->highpass[k][i] +=
				(w->numbers->highpass[k][i] - s->highpass[k][i]) *
				share;
}

static void highpass_run(struct comp_state *s, const float *const *in, int first,
			 int frames, row *out)
{
	const int other = first + 1 < s->channels ? first + 1 : first;
	pair p[2], q[2];

	for (int k = 0; k < s->highpass_sections; k++) {
		p[k] = (pair) { s->highpass_memory[first][k][0],
				s->highpass_memory[other][k][0] };
		q[k] = (pair) { s->highpass_memory[first][k][1],
				s->highpass_memory[other][k][1] };
	}
	for (int i = 0; i < frames; i++) {
		pair x = { (double)in[first][i], (double)in[other][i] };
		for (int k = 0; k < s->highpass_sections; k++) {
			const double *c = s->highpass[k];
			const pair y = c[0] * x + p[k];
			const pair early = c[1] * x + q[k];
			const pair late = c[2] * x;
			p[k] = early - c[3] * y;
			q[k] = late - c[4] * y;
			x = y;
		}
		out[first][i] = (float)x[0];
		out[other][i] = (float)x[1];
	}
	for (int k = 0; k < s->highpass_sections; k++) {
		s->highpass_memory[first][k][0] = p[k][0];
		s->highpass_memory[first][k][1] = q[k][0];
		s->highpass_memory[other][k][0] = p[k][1];
		s->highpass_memory[other][k][1] = q[k][1];
	}
}

/* Squared envelope. Peak: never below the sample itself, so that attacks start at once. */
static void envelope_run(struct comp_state *s, const struct work *w, int channel,
			 const float *in, float *power)
{
	quadrature_power(&s->quadrature, &s->envelope[channel], w->piece->frame, in,
			 power, w->frames);
	if (s->detector == COMP_PEAK) {
		for (int i = 0; i < w->rounded; i += VEC_FLOATS) {
			const vf x = vf_load(in + i);
			vf_store(power + i, vf_max(vf_load(power + i), x * x));
		}
		s->average[channel] = power[w->frames - 1];
		return;
	}
	const float share = w->numbers->average;
	const float keep = 1 - share;
	float mean = s->average[channel];
	for (int i = 0; i < w->frames; i++) {
		const float part = share * power[i];
		mean = keep * mean + part;
		power[i] = mean;
	}
	s->average[channel] = mean;
}

static void detect(struct comp_state *s, struct work *w)
{
	const struct piece *piece = w->piece;
	const float *const *key = piece->side[0] ? piece->side[0] : piece->in;
	const float *in[CHANNELS_MAX];
	row filtered[CHANNELS_MAX];

	for (int c = 0; c < s->channels; c++)
		in[c] = key[c];
	if (s->highpass_sections) {
		highpass_aim(s, w);
		for (int c = 0; c < s->channels; c += 2)
			highpass_run(s, key, c, w->frames, filtered);
		for (int c = 0; c < s->channels; c++)
			in[c] = filtered[c];
	}
	for (int c = 0; c < s->channels; c++)
		envelope_run(s, w, c, in[c], w->level[c]);
}

/* Powers to levels in log2 units, linked: each channel goes `link` of the way up to the
 * loudest. */
static void levels_run(struct comp_state *s, struct work *w)
{
	for (int i = 0; i < w->rounded; i += VEC_FLOATS) {
		vf loudest = vf_all(GAIN_POWER_FLOOR);
		for (int c = 0; c < s->channels; c++)
			loudest = vf_max(loudest, vf_load(w->level[c] + i));
		loudest = 0.5f * vf_log2(loudest);
		if (w->linked) {
			vf_store(w->level[0] + i, loudest);
			continue;
		}
		const vf link = vf_load(w->glide[GLIDE_LINK] + i);
		for (int c = 0; c < s->channels; c++) {
			const vf power = vf_max(vf_load(w->level[c] + i),
						vf_all(GAIN_POWER_FLOOR));
			const vf own = 0.5f * vf_log2(power);
			vf_store(w->level[c] + i, own + link * (loudest - own));
		}
	}
}

static void forward_run(struct comp_state *s, struct work *w, int lane)
{
	float *level = w->level[lane];

	for (int i = 0; i < w->rounded; i += VEC_FLOATS)
		vf_store(level + i, gain_curve(vf_load(level + i),
					       vf_load(w->glide[GLIDE_THRESHOLD] + i),
					       vf_load(w->glide[GLIDE_SLOPE] + i),
					       vf_load(w->glide[GLIDE_KNEE] + i)));
	if (w->numbers->automatic)
		ballistics_auto(w->numbers->fast, w->numbers->slow, &s->reduction[lane],
				&s->lasting[lane], level, level, w->frames);
	else
		ballistics_run(w->numbers->fast, &s->reduction[lane], level, level,
			       w->frames);
}

/* The reduction that this level AFTER the reduction asks for: gain_curve() solved for the
 * output, so that both topologies settle on the same curve. */
static double feedback_curve(double level, double threshold, double slope, double knee)
{
	const double over = level - threshold + 0.5 * knee;

	if (over <= 0 || slope < 1e-6)
		return 0;
	if (over >= knee - 0.5 * slope * knee)
		return (level - threshold) * slope / (1 - slope);
	return knee / slope * (1 - sqrt(1 - 2 * slope * over / knee)) - over;
}

static void feedback_run(struct comp_state *s, struct work *w, int lane)
{
	const struct comp_numbers *n = w->numbers;
	float *level = w->level[lane];
	double e = s->reduction[lane], lasting = s->lasting[lane];

	for (int i = 0; i < w->frames; i++) {
		const double target = feedback_curve(
			(double)level[i] - e, (double)w->glide[GLIDE_THRESHOLD][i],
			(double)w->glide[GLIDE_SLOPE][i],
			(double)w->glide[GLIDE_KNEE][i]);
		if (n->automatic)
			ballistics_auto_step(n->fast, n->slow, target, &e, &lasting);
		else
			e += (target - e) *
			     (target > e ? n->fast.attack : n->fast.release);
		level[i] = (float)e;
	}
	s->reduction[lane] = e;
	s->lasting[lane] = lasting;
}

/* Reductions to gains, in place; returns the largest reduction in dB. */
static float gains_run(struct work *w, int lane)
{
	float *gain = w->level[lane];
	vf most = { 0 };

	for (int i = w->frames; i < w->rounded; i++)
		gain[i] = 0;
	for (int i = 0; i < w->rounded; i += VEC_FLOATS) {
		const vf reduction = vf_load(gain + i);
		vf g = gain_of(reduction);
		most = vf_max(most, reduction);
		if (!w->plain) {
			const vf wet = g * vf_load(w->glide[GLIDE_MAKEUP] + i) - 1.0f;
			g = wet * vf_load(w->glide[GLIDE_MIX] + i) + 1.0f;
		}
		vf_store(gain + i, g);
	}
	return vf_peak(most) * (float)DB_PER_OCTAVE;
}

/* in, `lookahead` frames ago. A piece never wraps in the ring, what is read may. */
static const float *delayed(struct comp_state *s, const struct piece *piece,
			    int channel, float *copy)
{
	float *ring = s->ring[channel];
	const size_t length = (size_t)s->ring_mask + 1;
	const size_t frames = (size_t)piece->frames;
	const size_t to = (size_t)piece->frame & s->ring_mask;
	const size_t from = (to + length - (size_t)s->lookahead) & s->ring_mask;
	const size_t head = length - from < frames ? length - from : frames;

	memcpy(ring + to, piece->in[channel], frames * sizeof *ring);
	if (s->lookahead == 0)
		return piece->in[channel];
	memcpy(copy, ring + from, head * sizeof *ring);
	memcpy(copy + head, ring, (frames - head) * sizeof *ring);
	return copy;
}

static void comp_process(void *state, const struct piece *piece) REALTIME
{
	struct comp_state *s = state;
	struct work w;
	row copy;
	float most = 0;

	w.piece = piece;
	w.numbers = piece->numbers;
	w.frames = piece->frames;
	w.rounded = (piece->frames + VEC_FLOATS - 1) / VEC_FLOATS * VEC_FLOATS;
	glides_run(s, &w);
	detect(s, &w);
	levels_run(s, &w);
	for (int lane = 0; lane < w.lanes; lane++) {
		if (s->topology == COMP_FEEDBACK)
			feedback_run(s, &w, lane);
		else
			forward_run(s, &w, lane);
		most = fmaxf(most, gains_run(&w, lane));
	}
	for (int c = w.lanes; c < s->channels; c++) {
		s->reduction[c] = s->reduction[0];
		s->lasting[c] = s->lasting[0];
	}
	for (int c = 0; c < s->channels; c++) {
		const float *in = delayed(s, piece, c, copy);
		const float *gain = w.level[w.linked ? 0 : c];
		for (int i = 0; i < piece->frames; i++)
			piece->out[c][i] = in[i] * gain[i];
	}
	piece->meters[0] = most;
	s->started = true;
	s->next_frame = piece->frame + (uint64_t)piece->frames;
}

static void ring_adopt(struct comp_state *s, const struct comp_state *old, int channel)
{
	for (int i = 1; i <= s->lookahead_max; i++) {
		const size_t at =
			(size_t)(old->next_frame - (uint64_t)i) & s->ring_mask;
		s->ring[channel][at] = old->ring[channel][at];
	}
}

static void comp_adopt(void *state, const void *from) REALTIME
{
	struct comp_state *s = state;
	const struct comp_state *old = from;

	memcpy(s->glide, old->glide, sizeof s->glide);
	memcpy(s->envelope, old->envelope, sizeof s->envelope);
	memcpy(s->average, old->average, sizeof s->average);
	memcpy(s->reduction, old->reduction, sizeof s->reduction);
	memcpy(s->lasting, old->lasting, sizeof s->lasting);
	if (s->highpass_sections == old->highpass_sections) {
		s->highpass_ready = old->highpass_ready;
		memcpy(s->highpass, old->highpass, sizeof s->highpass);
		memcpy(s->highpass_memory, old->highpass_memory,
		       sizeof s->highpass_memory);
	}
	for (int c = 0; c < s->channels; c++)
		ring_adopt(s, old, c);
	s->started = old->started;
	s->next_frame = old->next_frame;
}

MODULE_KERNEL(comp) = { comp_process, comp_adopt };

/* loudness.c - the loudness meter's audio thread part. The audio passes unchanged.
 *
 *   in --> K-weighting --> 10 ms bins --> windows of 0.4 and 3 s, gates, histograms
 *     \--> 8 x peak          \--> correlation, balance
 *
 * ITU-R BS.1770-5, EBU Tech 3341 (modes M, S, I) and 3342 (range). Bins of 10 ms,
 * because with longer ones a short event may fall between two windows. Windows are
 * summed again for every bin: running differences would drift.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/loudness/loudness.h"

static double lufs(double power)
{
	return power > 1e-11 ? -0.691 + 4.3429448190325182 * log(power)
			     : (double)LOUDNESS_FLOOR;
}

static float reading(double power)
{
	return fmaxf((float)lufs(power), LOUDNESS_FLOOR);
}

static int step_bound(double step, int per_lu)
{
	const int last = LOUDNESS_SPAN * per_lu - 1;

	return step < 0 ? 0 : step < last ? (int)step : last;
}

static int step_of(double loudness, int per_lu)
{
	return step_bound((loudness - LOUDNESS_GATE) * per_lu, per_lu);
}

/* The lowest step whose middle is above this. */
static int step_over(double loudness, int per_lu)
{
	return step_bound((loudness - LOUDNESS_GATE) * per_lu + 0.5, per_lu);
}

static double sum(const double *from, int count)
{
	double lane[8] = { 0 };
	int i = 0;

	for (; i + 8 <= count; i += 8)
		for (int k = 0; k < 8; k++)
			lane[k] += from[i + k];
	for (; i < count; i++)
		lane[0] += from[i];
	for (int k = 4; k > 0; k /= 2)
		for (int j = 0; j < k; j++)
			lane[j] += lane[j + k];
	return lane[0];
}

/* Mean power of the `count` bins before l->bin. */
static double window_power(const struct loudness *l, int count)
{
	const int wrapped = count > l->bin ? count - l->bin : 0;
	const int straight = count - wrapped;

	return (sum(l->power + l->bin - straight, straight) +
		sum(l->power + LOUDNESS_BINS - wrapped, wrapped)) /
	       count;
}

/* BS.1770-5: blocks over -70 LUFS, then those over their mean less 10 LU. */
static void integrate(struct loudness *l, double power)
{
	enum { PER_LU = LOUDNESS_BLOCK_STEPS };
	struct loudness_history *h = &l->history;
	struct loudness_steps *s = &l->steps;
	const double loudness = lufs(power);
	double all = 0;
	uint64_t count = 0;
	if (loudness <= LOUDNESS_GATE)
		return;
	const int step = step_of(loudness, PER_LU), lu = step / PER_LU;
	if (h->lu_blocks[lu]++ == 0) {
		memset(s->blocks[lu], 0, sizeof(s->blocks[lu]));
		memset(s->powers[lu], 0, sizeof(s->powers[lu]));
	}
	h->lu_powers[lu] += power;
	s->blocks[lu][step % PER_LU]++;
	s->powers[lu][step % PER_LU] += power;
	h->block_power += power;
	h->block_count++;
	const double mean = h->block_power / (double)h->block_count;
	const int first = step_over(lufs(mean) - 10.0, PER_LU), gate = first / PER_LU;
	for (int k = first % PER_LU; h->lu_blocks[gate] && k < PER_LU; k++) {
		all += s->powers[gate][k];
		count += s->blocks[gate][k];
	}
	all += sum(h->lu_powers + gate + 1, LOUDNESS_SPAN - gate - 1);
	for (int k = gate + 1; k < LOUDNESS_SPAN; k++)
		count += h->lu_blocks[k];
	if (count)
		h->integrated = reading(all / (double)count);
}

/* The loudness above the gate that `place` short-term values lie below, without those
 * below step `first`. */
static double range_at(const struct loudness *l, int first, uint64_t place)
{
	enum { PER_LU = LOUDNESS_RANGE_STEPS };
	const struct loudness_history *h = &l->history;
	int lu = first / PER_LU, k = first % PER_LU;
	uint64_t here = 0;
	for (int i = k; h->lu_ranges[lu] && i < PER_LU; i++)
		here += l->steps.ranges[lu][i];
	while (here <= place && lu < LOUDNESS_SPAN - 1) {
		place -= here;
		here = h->lu_ranges[++lu];
		k = 0;
	}
	while (k < PER_LU - 1 && l->steps.ranges[lu][k] <= place)
		place -= l->steps.ranges[lu][k++];
	return lu + (k + 0.5) / PER_LU;
}

/* EBU Tech 3342: from the 10th to the 95th percentile of the values above -70 LUFS and
 * above the mean less 20 LU. */
static void spread(struct loudness *l, double power)
{
	enum { PER_LU = LOUDNESS_RANGE_STEPS };
	struct loudness_history *h = &l->history;
	struct loudness_steps *s = &l->steps;
	const double loudness = lufs(power);
	uint64_t count = 0;
	if (loudness < LOUDNESS_GATE)
		return;
	const int step = step_of(loudness, PER_LU), lu = step / PER_LU;
	if (h->lu_ranges[lu]++ == 0)
		memset(s->ranges[lu], 0, sizeof(s->ranges[lu]));
	s->ranges[lu][step % PER_LU]++;
	h->range_power += power;
	h->range_count++;
	const double mean = h->range_power / (double)h->range_count;
	const int first = step_over(lufs(mean) - 20.0, PER_LU), gate = first / PER_LU;
	for (int k = first % PER_LU; h->lu_ranges[gate] && k < PER_LU; k++)
		count += s->ranges[gate][k];
	for (int k = gate + 1; k < LOUDNESS_SPAN; k++)
		count += h->lu_ranges[k];
	if (!count)
		return;
	const double last = (double)(count - 1);
	h->range = (float)(range_at(l, first, (uint64_t)(last * 0.95 + 0.5)) -
			   range_at(l, first, (uint64_t)(last * 0.10 + 0.5)));
}

/* Over the last 0.4 s; silence reads 1. */
/* The product sums of the newest `count` bins. */
static double newest_products(const struct loudness *l, int k, int count)
{
	const int end = l->product_bin, wrapped = count > end ? count - end : 0;

	return sum(l->product[k] + end - (count - wrapped), count - wrapped) +
	       sum(l->product[k] + LOUDNESS_MOMENTARY_BINS - wrapped, wrapped);
}

static void correlate(struct loudness *l)
{
	double total[3];

	for (int k = 0; k < 3; k++)
		total[k] = sum(l->product[k], LOUDNESS_MOMENTARY_BINS);
	const double power = sqrt(total[0] * total[1]);
	l->correlation = power > 1e-12 ? (float)(total[2] / power) : 1.0f;
}

/* 10 lg of left over right. */
static void balance(struct loudness *l)
{
	const double left = newest_products(l, 0, LOUDNESS_BALANCE_BINS);
	const double right = newest_products(l, 1, LOUDNESS_BALANCE_BINS);
	const float db =
		(float)(4.3429448190325182 * log((left + 1e-12) / (right + 1e-12)));

	l->balance = fminf(fmaxf(db, -LOUDNESS_BALANCE_MOST), LOUDNESS_BALANCE_MOST);
}

/* As many lanes as a vector may have, because each depends on its last step. */
static float lowest(const float *from)
{
	float lane[16];

	memcpy(lane, from, sizeof(lane));
	for (int i = 16; i + 16 <= LOUDNESS_BINS; i += 16)
		for (int k = 0; k < 16; k++)
			lane[k] = from[i + k] < lane[k] ? from[i + k] : lane[k];
	for (int i = LOUDNESS_BINS / 16 * 16; i < LOUDNESS_BINS; i++)
		lane[0] = from[i] < lane[0] ? from[i] : lane[0];
	for (int k = 1; k < 16; k++)
		lane[0] = lane[k] < lane[0] ? lane[k] : lane[0];
	return lane[0];
}

/* Peak to loudness: the AES e-brief of 2017 has PSR as the highest true peak of the
 * last 3 s over short-term loudness. */
static void compare_peaks(struct loudness *l)
{
	struct loudness_history *h = &l->history;
	/* Peaks are stored negated, so that lowest() finds the highest. */
	const double recent = -(double)lowest(l->peaks);

	l->plr = l->psr = 0.0f;
	if (h->integrated > LOUDNESS_FLOOR && h->peak_max > 0.0f)
		l->plr = (float)(8.685889638065037 * log((double)h->peak_max)) -
			 h->integrated;
	if (h->bins < LOUDNESS_SHORT_TERM_BINS ||
	    (double)l->short_term < LOUDNESS_GATE || recent <= 0.0)
		return;
	l->psr = (float)(8.685889638065037 * log(recent)) - l->short_term;
	h->psr_min = h->psr_min != 0.0f ? fminf(h->psr_min, l->psr) : l->psr;
}

/* Holds the loudness against its target, and the peaks against their limit. */
static void judge(struct loudness *l, const float *values)
{
	const struct loudness_history *h = &l->history;
	const float limit = values[LOUDNESS_MAX_TRUE_PEAK] + LOUDNESS_OVER_DB;
	const float peak = expf(0.11512925464970228f * limit);

	l->distance = 0.0f;
	l->on_target = (float)LOUDNESS_MEASURING;
	if (h->integrated > LOUDNESS_FLOOR) {
		l->distance = h->integrated - values[LOUDNESS_TARGET];
		const float off = fabsf(l->distance) - values[LOUDNESS_TOLERANCE];
		l->on_target = off > LOUDNESS_JUST_OFF_LU ? (float)LOUDNESS_FAR_OFF
			       : off > 0.0f               ? (float)LOUDNESS_JUST_OFF
							  : (float)LOUDNESS_RIGHT;
	}
	/* Peaks are stored negated. */
	l->peak_limit = -lowest(l->peaks) > peak ? (float)LOUDNESS_OVER
			: h->peak_max > peak     ? (float)LOUDNESS_WAS_OVER
						 : (float)LOUDNESS_UNDER;
}

static void raise_max(float *max, long *max_bins, float now, long bins)
{
	if (now <= *max)
		return;
	*max = now;
	*max_bins = bins;
}

/* A bin of 10 ms is complete. */
static void close_bin(struct loudness *l)
{
	struct loudness_history *h = &l->history;
	double power = 0;

	for (int c = 0; c < l->channels; c++)
		power += l->weight[c] * l->energy[c];
	l->power[l->bin] = power * l->filter.level / l->bin_frames;
	for (int k = 0; k < 3; k++)
		l->product[k][l->product_bin] = l->products[k];
	l->peaks[l->bin] = -l->bin_peak;
	l->bin_peak = 0.0f;
	memset(l->energy, 0, sizeof(l->energy));
	memset(l->products, 0, sizeof(l->products));
	l->bin_filled = 0;
	l->product_bin = (l->product_bin + 1) % LOUDNESS_MOMENTARY_BINS;
	l->bin++;
	const double momentary = window_power(l, LOUDNESS_MOMENTARY_BINS);
	const double short_term = window_power(l, LOUDNESS_SHORT_TERM_BINS);
	l->momentary = reading(momentary);
	l->short_term = reading(short_term);
	correlate(l);
	l->correlations[l->bin - 1] = l->correlation;
	l->correlation_min = lowest(l->correlations);
	l->bin %= LOUDNESS_BINS;
	balance(l);
	h->bins++;
	const bool step = h->bins % LOUDNESS_STEP_BINS == 0;
	if (h->bins >= LOUDNESS_MOMENTARY_BINS) {
		raise_max(&h->momentary_max, &h->momentary_max_bins, l->momentary,
			  h->bins);
		if (step)
			integrate(l, momentary);
	}
	if (h->bins >= LOUDNESS_SHORT_TERM_BINS) {
		raise_max(&h->short_term_max, &h->short_term_max_bins, l->short_term,
			  h->bins);
		if (step)
			spread(l, short_term);
	}
	compare_peaks(l);
}

static void sum_products(double products[3], const float *left, const float *right,
			 int frames)
{
	for (int i = 0; i < frames; i++) {
		const double a = (double)left[i], b = (double)right[i];
		products[0] += a * a;
		products[1] += b * b;
		products[2] += a * b;
	}
}

/* Frames that all belong to the present bin. */
static void weigh(struct loudness *l, const float *const *in, int from, int frames)
{
	const int last = l->channels - 1;

	for (int c = 0; c <= last; c += KWEIGHT_LANES)
		kweight_power(&l->filter, &l->state[c / KWEIGHT_LANES], in[c] + from,
			      in[c < last ? c + 1 : c] + from, frames, l->energy + c);
	sum_products(l->products, in[0] + from, in[last < 1 ? last : 1] + from, frames);
}

static float true_peak(struct truepeak *tp, const float *in, int frames)
{
	_Alignas(64) float peak[GRID_FRAMES];
	struct truepeak_eighths eighths;

	truepeak_run(tp, in, peak, &eighths, frames);
	const float top = truepeak_refine(tp, &eighths, peak, frames);
	truepeak_end(tp, &eighths, frames);
	return top;
}

/* The windows still hold audio from before the clear, until it has left them. */
static void clear(struct loudness_history *h)
{
	memset(h, 0, sizeof(*h));
	h->momentary_max = h->short_term_max = h->integrated = LOUDNESS_FLOOR;
	h->old_frames = 2 * TRUEPEAK_DELAY;
}

static void publish(const struct loudness *l, float *meters)
{
	meters[LOUDNESS_MOMENTARY] = l->momentary;
	meters[LOUDNESS_SHORT_TERM] = l->short_term;
	meters[LOUDNESS_INTEGRATED] = l->history.integrated;
	meters[LOUDNESS_RANGE] = l->history.range;
	meters[LOUDNESS_MOMENTARY_MAX] = l->history.momentary_max;
	meters[LOUDNESS_MOMENTARY_MAX_AT] =
		0.01f * (float)l->history.momentary_max_bins;
	meters[LOUDNESS_SHORT_TERM_MAX] = l->history.short_term_max;
	meters[LOUDNESS_SHORT_TERM_MAX_AT] =
		0.01f * (float)l->history.short_term_max_bins;
	meters[LOUDNESS_PLR] = l->plr;
	meters[LOUDNESS_PSR] = l->psr;
	meters[LOUDNESS_PSR_MIN] = l->history.psr_min;
	meters[LOUDNESS_CORRELATION] = l->correlation;
	meters[LOUDNESS_CORRELATION_MIN] = l->correlation_min;
	meters[LOUDNESS_BALANCE] = l->balance;
	meters[LOUDNESS_TRUE_PEAK_MAX] = l->history.peak_max;
	meters[LOUDNESS_DISTANCE] = l->distance;
	meters[LOUDNESS_ON_TARGET] = l->on_target;
	meters[LOUDNESS_PEAK_LIMIT] = l->peak_limit;
}

static void process(void *state, const struct piece *piece) REALTIME;
static void process(void *state, const struct piece *piece)
{
	struct loudness *l = state;
	const int frames = piece->frames;

	if (!l->warm || piece->values[LOUDNESS_CLEAR] != l->clears)
		clear(&l->history);
	l->warm = true;
	l->clears = piece->values[LOUDNESS_CLEAR];
	for (int done = 0; done < frames;) {
		const int wanted = l->bin_frames - l->bin_filled, rest = frames - done;
		const int n = rest < wanted ? rest : wanted;
		weigh(l, piece->in, done, n);
		done += n;
		l->bin_filled += n;
		if (l->bin_filled == l->bin_frames) {
			close_bin(l);
			judge(l, piece->values);
		}
	}
	for (int c = 0; c < l->channels; c++) {
		const float peak = true_peak(&l->peak[c], piece->in[c], frames);
		if (l->history.old_frames <= 0)
			l->history.peak_max = fmaxf(l->history.peak_max, peak);
		l->bin_peak = fmaxf(l->bin_peak, peak);
		piece->meters[LOUDNESS_TRUE_PEAK + c] = peak;
		if (piece->out[c] != piece->in[c])
			memcpy(piece->out[c], piece->in[c],
			       (size_t)frames * sizeof(float));
	}
	if (l->history.old_frames > 0)
		l->history.old_frames -= frames;
	publish(l, piece->meters);
}

static void adopt(void *state, const void *old) REALTIME;
static void adopt(void *state, const void *old)
{
	_Static_assert(sizeof(struct loudness) <= ADOPT_BYTES_MAX,
		       "more than adopt may copy");
	memcpy(state, old, sizeof(struct loudness));
}

MODULE_KERNEL(loudness) = { .process = process, .adopt = adopt };

/* test_target.c - the search for a gain, with limiters that are formulas. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/target.h"

#include "tests/support/test.h"

/* A programme of `loudness` whose peaks lie `crest` dB above it, through a limiter that
 * takes so many LU for each dB of the peaks above its ceiling. */
struct model {
	double loudness, crest, cost, slack;
	bool limits;
};

static double played(const struct model *m, double gain, double ceiling, double *peak)
{
	const double top = m->loudness + m->crest + gain;
	const double over = m->limits ? fmax(top - ceiling, 0) : 0;

	*peak = top - over + (over > 0 ? m->slack : 0);
	return m->loudness + gain - over * m->cost;
}

static struct target search(const struct model *m, double loudness, double peak,
			    double measured)
{
	struct target t;
	bool more = true;

	target_begin(&t, loudness, peak, m->limits, -1.7, measured);
	while (more) {
		double top;
		const double found = played(m, t.gain, t.ceiling, &top);
		const double gain = t.gain, ceiling = t.ceiling;
		more = target_step(&t, found, top);
		CHECK(more || (gain == t.gain && ceiling == t.ceiling),
		      "ends at what was played");
		CHECK(t.passes <= TARGET_PASSES_MAX, "%d passes", t.passes);
	}
	return t;
}

static double came_to(const struct model *m, const struct target *t, double *peak)
{
	return played(m, t->gain, t->ceiling, peak);
}

int main(void)
{
	double peak;

	/* Nothing to limit: the first gain is right. */
	struct model m = { -20, 4, 0, 0, true };
	struct target t = search(&m, -14, -1, -20);
	CHECK(t.reached && t.passes == 1, "%d passes", t.passes);
	CHECK_NEAR(t.gain, 6, 1e-9, "gain");
	/* Without a measurement before it, two passes. */
	t = search(&m, -14, -1, (double)NAN);
	CHECK(t.reached && t.passes == 2, "%d passes", t.passes);
	/* Limiters that take more and more. */
	for (int k = 0; k <= 8; k++) {
		m = (struct model) { -30, 16, 0.1 * k, 0, true };
		t = search(&m, -14, -1, -30);
		CHECK(t.reached, "cost %.1f", m.cost);
		CHECK_NEAR(came_to(&m, &t, &peak), -14, 0.02, "loudness");
		CHECK(peak <= -1, "%.3f dBTP", peak);
		CHECK(t.passes <= 8, "cost %.1f: %d passes", m.cost, t.passes);
	}
	/* One that is at its end: it says so, by how much not. */
	m = (struct model) { -30, 16, 0.99, 0, true };
	t = search(&m, -5, -1, -30);
	CHECK(!t.reached && t.stuck && t.missing > 1, "%.2f LU missing", t.missing);
	CHECK_NEAR(came_to(&m, &t, &peak), -5 - t.missing, 1e-9, "missing");
	/* A limiter that lets peaks through between its points: a lower ceiling. */
	m = (struct model) { -20, 15, 0.5, 0.4, true };
	t = search(&m, -14, -1, -20);
	CHECK(t.reached, "%.2f LU missing", t.missing);
	CHECK_NEAR(t.ceiling, -1.4, 0.02, "ceiling");
	came_to(&m, &t, &peak);
	CHECK(peak <= -1 + 0.003, "%.3f dBTP", peak);
	/* No peak was asked for: the config's ceiling stays. */
	t = search(&m, -14, (double)NAN, -20);
	CHECK(t.reached && t.ceiling == -1.7, "%.2f", t.ceiling);
	/* No limiter: less gain holds the peak, and the loudness is missed. */
	m = (struct model) { -20, 15, 0, 0, false };
	t = search(&m, -14, -1, -20);
	came_to(&m, &t, &peak);
	CHECK(!t.reached && t.peak_holds, "reached");
	CHECK_NEAR(peak, -1, 0.01, "peak");
	CHECK_NEAR(t.missing, 2, 0.02, "missing");
	/* More gain than there is. */
	m = (struct model) { -90, 4, 0, 0, true };
	t = search(&m, -14, -1, -90);
	CHECK(!t.reached && t.stuck, "reached");
	CHECK_NEAR(t.missing, 4, 0.01, "missing");
	return test_result();
}

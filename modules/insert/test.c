/* test.c - what only insert promises: the latency measured to the frame, inaudible
 * changes between dry and return, and dry in place of a return that dies. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/insert/insert.h"
#include "tests/support/play.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

enum { RATE = 48000, BLOCK = 128, FRAMES = RATE * 5, GEAR_MAX = 1 << 16 };
enum { ALIVE, UNPLUGGED, DEAD, MUTE, MAD };

/* Outboard gear: what a block sends returns in later blocks. */
static struct gear {
	int way; /* frames, at least a block */
	float gain;
	int cuts; /* poles of a low-pass, as a dark room has */
	float hiss;
	float pole[2][4];        /* its memory */
	float tape[2][GEAR_MAX]; /* by frame */
	int state;               /* one of the above */
} gear;

static float in[2][FRAMES], out[2][FRAMES];

static void make_programme(void)
{
	for (int i = 0; i < FRAMES; i++)
		for (int c = 0; c < 2; c++)
			in[c][i] = (float)(0.25 * sin(0.0061 * i + c) +
					   0.1 * sin(0.113 * i));
}

static float colour(int c, float x)
{
	static uint32_t seed = 1;

	x += gear.hiss * (float)random_noise(&seed);
	for (int k = 0; k < gear.cuts; k++)
		x = gear.pole[c][k] += 0.2f * (x - gear.pole[c][k]);
	return gear.gain * x;
}

/* The return's samples of the next block. */
static void gear_play(uint64_t frame, float back[2][BLOCK], int frames)
{
	for (int c = 0; c < 2; c++)
		for (int i = 0; i < frames; i++) {
			uint64_t at = frame + (uint64_t)(i + GEAR_MAX - gear.way);
			float sample = gear.tape[c][at % GEAR_MAX];
			if (gear.state == DEAD)
				sample = 0.0f;
			else if (gear.state == MUTE)
				sample *= 1e-5f;
			else if (gear.state == MAD)
				sample = NAN;
			back[c][i] = sample;
		}
}

static void gear_hear(uint64_t frame, float send[2][BLOCK], int frames)
{
	for (int c = 0; c < 2; c++)
		for (int i = 0; i < frames; i++)
			gear.tape[c][(frame + (uint64_t)i) % GEAR_MAX] =
				colour(c, send[c][i]);
}

static struct play *open_rack(const char *nodes)
{
	char config[512];

	memset(&gear, 0, sizeof(gear));
	gear.way = 300;
	gear.gain = 1.0f;
	snprintf(config, sizeof(config), "nodes = ( %s );", nodes);
	struct play *play = play_open(config, RATE, 0);
	CHECK(play, "no rack");
	return play;
}

static struct play *open_insert(const char *params)
{
	char node[256];

	snprintf(node, sizeof(node), "{ module = \"insert\"; name = \"box\"; %s }",
		 params);
	return open_rack(node);
}

/* Like play_block(), with the gear on the node's own ports. */
static void run_block(struct play *play, int from, int frames)
{
	const struct port *ports;
	float send[2][BLOCK], back[2][BLOCK];
	float *buffers[PORTS_MAX] = { NULL };
	bool is_output[PORTS_MAX] = { false };
	int count = engine_ports(play->engine, &ports), next[4] = { 0 };

	gear_play(play->frame, back, frames);
	for (int i = 0; i < count; i++) {
		const struct port *port = &ports[i];
		int c = next[2 * port->of_node + port->is_output]++;
		float *buffer = port->is_output ? out[c] + from : in[c] + from;
		if (port->of_node)
			buffer = port->is_output ? send[c] : back[c];
		if (port->of_node && !port->is_output && gear.state == UNPLUGGED)
			buffer = NULL;
		buffers[port->slot] = buffer;
		is_output[port->slot] = port->is_output;
	}
	rt_run(engine_rt(play->engine), buffers, is_output, frames);
	gear_hear(play->frame, send, frames);
	play->frame += (uint64_t)frames;
}

static void run(struct play *play, int from, int frames)
{
	for (int done = 0; done < frames; done += BLOCK) {
		int n = frames - done < BLOCK ? frames - done : BLOCK;
		run_block(play, from + done, n);
		engine_tick(play->engine);
	}
}

/* The largest difference of the output and the programme `way` frames earlier. */
static float off_dry(int from, int to, int way)
{
	float most = 0;

	for (int c = 0; c < 2; c++)
		for (int i = from > way ? from : way; i < to; i++)
			most = fmaxf(most, fabsf(out[c][i] - in[c][i - way]));
	return most;
}

/* Largest step from frame to frame; the programme's own is 0.014. */
static float steepest(int from, int to)
{
	float most = 0;

	for (int c = 0; c < 2; c++)
		for (int i = from; i < to; i++)
			most = fmaxf(most, fabsf(out[c][i] - out[c][i - 1]));
	return most;
}

/* Runs until the ping is over; returns the frames that it took. */
static int ping(struct play *play, int from)
{
	int frames = 0;

	play_set(play, "box/ping", 1);
	do {
		run(play, from + frames, BLOCK);
		frames += BLOCK;
	} while ((frames < 4 * BLOCK || play_meter(play, "box", "pinging") > 0) &&
		 from + frames + BLOCK <= FRAMES);
	return frames;
}

static void test_measures(void)
{
	static const int ways[] = { 128, 129, 300, 1024, 4097, 31415 };

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		for (int dark = 0; dark < 2; dark++) {
			struct play *play = open_insert("");
			gear.way = ways[i];
			gear.gain = dark ? -0.1f : 1.0f;
			gear.cuts = dark ? 1 : 0;
			gear.hiss = dark ? 3e-3f : 0.0f;
			run(play, 0, RATE);
			int took = ping(play, RATE);
			CHECK(play_meter(play, "box", "latency/1") == (float)ways[i] &&
				      play_meter(play, "box", "latency/2") ==
					      (float)ways[i],
			      "%d frames%s read as %g and %g", ways[i],
			      dark ? " through dark gear" : "",
			      (double)play_meter(play, "box", "latency/1"),
			      (double)play_meter(play, "box", "latency/2"));
			CHECK(took < RATE / 2 + 5 * ways[i],
			      "a ping of %d frames takes %d", ways[i], took);
			play_close(play);
		}
}

/* The burst is not in the output, and the programme is not interrupted. */
static void test_unheard(void)
{
	struct play *play = open_insert("latency = 300;");

	run(play, 0, RATE / 2);
	int end = RATE / 2 + ping(play, RATE / 2);
	run(play, end, FRAMES - end);
	CHECK(off_dry(0, FRAMES, 300) == 0, "a ping moves the output by %g",
	      (double)off_dry(0, FRAMES, 300));
	CHECK(play_meter(play, "box", "wet") == 1, "dry after the ping");
	play_close(play);

	play = open_insert("latency = 300;");
	gear.gain = 0.5f;
	run(play, 0, RATE / 2);
	end = RATE / 2 + ping(play, RATE / 2);
	run(play, end, FRAMES - end);
	CHECK(steepest(400, FRAMES) < 0.015f, "a ping is heard: a step of %g",
	      (double)steepest(400, FRAMES));
	play_close(play);
}

static void test_nothing_back(void)
{
	struct play *play = open_insert("");

	gear.state = DEAD;
	run(play, 0, BLOCK);
	int end = BLOCK + ping(play, BLOCK);
	CHECK(play_meter(play, "box", "latency/1") == INSERT_NOT_HEARD, "it reads %g",
	      (double)play_meter(play, "box", "latency/1"));
	CHECK(end < 3 * RATE, "takes %d frames", end);
	gear.state = UNPLUGGED;
	run(play, end, BLOCK);
	int took = ping(play, end);
	CHECK(took < RATE / 4 &&
		      play_meter(play, "box", "latency/1") == INSERT_NOT_HEARD,
	      "unplugged: %d frames, reads %g", took,
	      (double)play_meter(play, "box", "latency/1"));
	play_close(play);
}

/* With a parallel dry path the sum is twice the programme, frame by frame. */
static void test_parallel(void)
{
	struct play *play = open_rack(
		"{ module = \"insert\"; name = \"box\"; latency = 300; },"
		"{ module = \"trim\"; name = \"dry\"; from = [\"in\"]; },"
		"{ module = \"trim\"; name = \"sum\"; from = [\"box\", \"dry\"]; }");

	run(play, 0, RATE);
	float most = 0;
	for (int i = 300; i < RATE; i++)
		most = fmaxf(most, fabsf(out[0][i] - 2 * in[0][i - 300]));
	CHECK(most == 0, "off by %g", (double)most);
	play_close(play);
}

/* The latency changes while it plays: the rack's latency follows, without a gap. */
static void test_sets(void)
{
	struct play *play = open_insert("");

	run(play, 0, RATE);
	play_set(play, "box/latency", 300);
	run(play, RATE, RATE);
	CHECK(engine_output_latency(play->engine,
				    rack_find(play->rack, "rack/output/out")) == 300,
	      "the latency is not the rack's");
	CHECK(off_dry(RATE + RATE / 2, 2 * RATE, 300) == 0, "not aligned");
	play_close(play);
}

struct death {
	int state;
	const char *params;
	int gap;   /* frames without programme, at most */
	int alarm; /* that it leads to */
};

/* Half-way through, the gear dies; later it works again. */
static void play_death(const struct death *death, float gain)
{
	const int dies = RATE, lives = 2 * RATE + RATE / 2, way = 300;
	struct play *play = open_insert(death->params);
	char what[80];
	int gap = 0, longest = 0;

	gear.gain = gain;
	snprintf(what, sizeof(what), "state %d, gain %g", death->state, (double)gain);
	run(play, 0, dies);
	gear.state = death->state;
	run(play, dies, lives - dies);
	CHECK(play_meter(play, "box", "alarm") == (float)death->alarm,
	      "%s: alarm %g, wanted %d", what, (double)play_meter(play, "box", "alarm"),
	      death->alarm);
	CHECK(play_meter(play, "box", "wet") == 0, "%s: still wet", what);
	gear.state = ALIVE;
	run(play, lives, FRAMES - lives);
	for (int i = dies; i < FRAMES; i++) {
		gap = fabsf(out[0][i]) < 0.1f * gain * fabsf(in[0][i - way]) ? gap + 1
									     : 0;
		longest = gap > longest ? gap : longest;
	}
	/* A few frames may be small by chance. */
	CHECK(longest <= death->gap + 4, "%s: %d frames without programme", what,
	      longest);
	CHECK(off_dry(dies + death->gap + RATE / 20, lives, way) == 0,
	      "%s: not dry, off by %g", what,
	      (double)off_dry(dies + death->gap + RATE / 20, lives, way));
	CHECK(gap == 0, "%s: nothing at the end", what);
	bool latch = strstr(death->params, "latch");
	CHECK(play_meter(play, "box", "wet") == (latch ? 0 : 1),
	      "%s: wet %g at the end", what, (double)play_meter(play, "box", "wet"));
	CHECK((play_meter(play, "box", "alarm") > 0) == latch, "%s: alarm at the end",
	      what);
	if (gain == 1.0f && death->gap == 0)
		CHECK(off_dry(0, FRAMES, way) < 1e-6f, "%s: marks of %g", what,
		      (double)off_dry(0, FRAMES, way));
	CHECK(death->gap > 0 || steepest(400, FRAMES) < 0.03f, "%s: a click, step %g",
	      what, (double)steepest(400, FRAMES));
	play_close(play);
}

static void test_deaths(void)
{
	static const struct death deaths[] = {
		{ UNPLUGGED, "latency = 300;", 0, INSERT_UNCONNECTED },
		{ UNPLUGGED, "latency = 300; latch = true;", 0, INSERT_UNCONNECTED },
		{ DEAD, "latency = 300;", 0, INSERT_SILENT },
		{ MAD, "latency = 300;", 0, INSERT_NO_AUDIO },
		{ MUTE, "latency = 300; patience = 200.0;", RATE / 5 + RATE / 50,
		  INSERT_SILENT },
		{ MUTE, "latency = 300; patience = 200.0; latch = true;",
		  RATE / 5 + RATE / 50, INSERT_SILENT },
	};

	for (size_t i = 0; i < sizeof(deaths) / sizeof(*deaths); i++) {
		play_death(&deaths[i], 1.0f);
		play_death(&deaths[i], 0.5f);
	}
}

/* A latched insert plays its return again after `rearm`. */
static void test_rearm(void)
{
	struct play *play = open_insert("latency = 300; latch = true;");

	run(play, 0, RATE / 2);
	gear.state = UNPLUGGED;
	run(play, RATE / 2, RATE / 2);
	gear.state = ALIVE;
	run(play, RATE, RATE / 2);
	CHECK(play_meter(play, "box", "wet") == 0, "it is not latched");
	play_set(play, "box/rearm", 1);
	run(play, 3 * RATE / 2, RATE / 2);
	CHECK(play_meter(play, "box", "wet") == 1 &&
		      play_meter(play, "box", "alarm") == INSERT_FINE,
	      "not armed");
	play_close(play);
}

/* Silence of the programme, or of both, is no alarm. */
static void test_pause(void)
{
	struct play *play = open_insert("latency = 300;");

	for (int c = 0; c < 2; c++)
		memset(in[c] + RATE, 0, RATE * sizeof(float));
	run(play, 0, FRAMES);
	CHECK(play_meter(play, "box", "alarm") == INSERT_FINE &&
		      play_meter(play, "box", "wet") == 1,
	      "alarm %g after a pause", (double)play_meter(play, "box", "alarm"));
	CHECK(off_dry(0, FRAMES, 300) == 0, "off by %g",
	      (double)off_dry(0, FRAMES, 300));
	make_programme();
	play_close(play);
}

/* A rebuild while it plays is inaudible, and its ports keep their slots. */
static void test_rebuild(void)
{
	struct play *play = open_insert("latency = 300;");
	const struct port *ports;
	int before[8], count = engine_ports(play->engine, &ports);

	gear.gain = 0.5f;
	for (int i = 0; i < count; i++)
		before[i] = ports[i].slot;
	run(play, 0, RATE);
	engine_rebuild(play->engine, play->rack);
	run(play, RATE, RATE);
	CHECK(engine_ports(play->engine, &ports) == count && count == 8, "%d ports",
	      count);
	for (int i = 0; i < count && i < 8; i++)
		CHECK(ports[i].slot == before[i], "%s moved", ports[i].name);
	CHECK_TEXT(ports[4].name, "box_send_1");
	CHECK_TEXT(ports[7].name, "box_return_2");
	float most = 0;
	for (int i = 600; i < 2 * RATE; i++)
		most = fmaxf(most, fabsf(out[0][i] - 0.5f * in[0][i - 300]));
	CHECK(most == 0, "off by %g", (double)most);
	play_close(play);
}

int main(void)
{
	make_programme();
	test_measures();
	test_unheard();
	test_nothing_back();
	test_parallel();
	test_sets();
	test_deaths();
	test_rearm();
	test_pause();
	test_rebuild();
	return test_result();
}

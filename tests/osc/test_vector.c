/* test_vector.c - vectors: their bytes, where they come and where they don't. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/vector.h"
#include "tests/support/osc_desk.h"

enum { THIRDS = 31, POINTS = 20 };

static const struct meter rows[] = {
	{ "sum", "Sum", "Sum.", "dB", -100, 20, FOLD_LAST, 0, NULL, 0, NULL },
	{ "level", "Level", "Level.", "dB", -100, 20, FOLD_LAST,
	  METER_MEASURED | METER_VECTOR, "third", THIRDS, NULL },
	{ "point", "Point", "Point.", "", -1, 1, FOLD_LAST,
	  METER_MEASURED | METER_VECTOR, "picture", POINTS, NULL },
};
static const struct module bands = {
	.id = "bands",
	.label = "Bands",
	.help = "For tests.",
	.meters = rows,
	.meter_count = 3,
};

static struct user user;

static void start(void)
{
	struct rack *rack = rack_create();

	rack_add_input(rack, "in", 2);
	node_set_channels(rack_add_node(rack, NODE_MODULE, "v", &bands), 2);
	node_set_channels(rack_add_node(rack, NODE_OUTPUT, "main", &fake_output), 2);
	rack->osc->port = 0;
	desk = (struct desk) { .player = &fake_player,
			       .rack = rack,
			       .events = event_log_create() };
	desk_listen();
	user = user_open(osc);
	fake_frame = 0x123456789a;
	for (int k = 0; k < THIRDS; k++)
		fake_readings[0][1 + k] = -100.0f + 3.7003f * (float)k;
	for (int k = 0; k < POINTS; k++)
		fake_readings[0][1 + THIRDS + k] = -1.0f + 0.105f * (float)k;
}

static void stop(void)
{
	desk_end();
	close(user.fd);
}

static void ask(const char *path)
{
	user_send(&user, path, "");
	pump(osc, 0.05);
	user_hear(&user);
}

static void subscribe(const char *pattern)
{
	user_send(&user, "/rack/unsubscribe", "");
	pump(osc, 0.02);
	user_hear(&user);
	user_send(&user, "/rack/subscribe", "sf", pattern, 50.0);
	pump(osc, 0.1);
	user_hear(&user);
}

static uint64_t big(const uint8_t *at, int bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

static void check_head(const struct heard *vector, int format, int count, int bytes)
{
	CHECK(vector && strcmp(vector->types, "b") == 0 &&
		      vector->blob_size == (size_t)(VECTOR_HEAD + count * bytes),
	      "a blob");
	if (!vector)
		return;
	CHECK(big(vector->blob, 2) == VECTOR_VERSION, "version");
	CHECK(big(vector->blob + 2, 2) == (uint64_t)format, "format");
	CHECK(big(vector->blob + 4, 4) == (uint64_t)count, "count");
	CHECK(big(vector->blob + 8, 8) == fake_frame, "frame");
}

/* Each value is that of the single meter, within the format's step. */
static void test_values(void)
{
	struct heard levels, points;
	char path[64];

	start();
	subscribe("/v/vector/*");
	CHECK(heard_at("/v/vector/third_level") && heard_at("/v/vector/picture_point"),
	      "both vectors");
	check_head(heard_at("/v/vector/third_level"), VECTOR_HALVES, THIRDS, 2);
	check_head(heard_at("/v/vector/picture_point"), VECTOR_BYTES, POINTS, 1);
	CHECK(heard_times("/v/vector/third_level") >= 2, "at their rate");
	levels = *heard_at("/v/vector/third_level");
	points = *heard_at("/v/vector/picture_point");
	subscribe("/v/meter/third");
	for (int k = 0; k < THIRDS; k++) {
		const double step = 1.0 / 256.0;
		const double value =
			(int16_t)big(levels.blob + VECTOR_HEAD + 2 * k, 2) * step;
		snprintf(path, sizeof(path), "/v/meter/third/%d/level", k + 1);
		const struct heard *single = heard_at(path);
		CHECK(single && fabs(single->number[0] - value) <= step / 2 + 1e-6,
		      "%s: %g", path, value);
	}
	CHECK(!heard_at("/v/meter/picture/1/point"), "the other group");
	for (int k = 0; k < POINTS; k++) {
		const double step = 1.0 / 127.0;
		const double value = (int8_t)points.blob[VECTOR_HEAD + k] * step;
		snprintf(path, sizeof(path), "/v/meter/picture/%d/point", k + 1);
		ask(path);
		const struct heard *single = heard_at(path);
		CHECK(single && fabs(single->number[0] - value) <= step / 2 + 1e-6,
		      "%s: %g", path, value);
	}
	stop();
}

/* Neither they nor what is in them comes to who asks for everything. */
static void test_apart(void)
{
	start();
	subscribe("/*");
	CHECK(heard_at("/v/meter/sum"), "other meters");
	CHECK(!heard_at("/v/vector/third_level") && !heard_at("/v/meter/third/1/level"),
	      "in /*");
	subscribe("/v/meter");
	CHECK(heard_at("/v/meter/sum") && !heard_at("/v/meter/third/1/level"),
	      "in /v/meter");
	ask("/v/meter/*/*/*");
	CHECK(!heard_at("/v/meter/third/1/level"), "in /v/meter/*/*/*");
	ask("/v/meter/third/2/*");
	CHECK(heard_at("/v/meter/third/2/level"), "where the group is named");
	subscribe("/rack/meters");
	const struct heard *blob = heard_at("/rack/meters");
	/* sum, in and out of two channels, load; peak of the output. */
	CHECK(blob && big(blob->blob + 8, 4) == 7, "the bytes: %d",
	      blob ? (int)big(blob->blob + 8, 4) : -1);
	ask("/rack/meters/map");
	const struct heard *map = heard_at("/rack/meters/map");
	CHECK(map && strstr(map->text[2], "/v/meter/sum") &&
		      !strstr(map->text[2], "third") && !strstr(map->text[2], "vector"),
	      "the map");
	stop();
}

static void test_questions(void)
{
	start();
	ask("/v/vector/third_level");
	check_head(heard_at("/v/vector/third_level"), VECTOR_HALVES, THIRDS, 2);
	user_send(&user, "/v/vector/third_level", "f", 1.0);
	pump(osc, 0.05);
	user_hear(&user);
	CHECK_ERROR("read_only", "meter");
	user_send(&user, "/v/vector/third_level/text", "");
	pump(osc, 0.05);
	user_hear(&user);
	CHECK_ERROR("unknown_address", "");
	subscribe("/v/vector/third_level/text");
	CHECK(!heard_at("/v/vector/third_level"), "it has no text");
	user_send(&user, "/rack/describe", "s", "/v/{meter,vector}");
	pump(osc, 0.05);
	user_hear(&user);
	CHECK(heard_times("/rack/description") == 8, "%d rows",
	      heard_times("/rack/description"));
	for (int i = 0; i < heard_count; i++)
		if (strcmp(heard[i].text[0], "/v/vector/third_level") == 0)
			CHECK(strcmp(heard[i].text[1], "b") == 0 &&
				      strcmp(heard[i].text[3], "dB") == 0 &&
				      heard[i].number[12] == THIRDS,
			      "the vector's row");
	stop();
}

/* What lies beyond the format is held at its end; what has no room is refused. */
static void test_bytes(void)
{
	static const float values[] = { 200.0f, -200.0f, 1.0f / 512.0f, -0.5f };
	static float many[700];
	uint8_t bytes[VECTOR_MESSAGE_MAX];
	size_t size = vector_write(bytes, "/a", VECTOR_HALVES, values, 4, 7);
	const uint8_t *at = bytes + 4 + 4 + 4 + VECTOR_HEAD;

	CHECK(size == 4 + 4 + 4 + VECTOR_HEAD + 8, "%zu bytes", size);
	CHECK((int16_t)big(at, 2) == 32767 && (int16_t)big(at + 2, 2) == -32767 &&
		      (int16_t)big(at + 4, 2) == 0 && (int16_t)big(at + 6, 2) == -128,
	      "values");
	CHECK(vector_write(bytes, "/a", VECTOR_HALVES, many, 700, 0) == 0, "no room");
}

int main(void)
{
	test_values();
	test_apart();
	test_questions();
	test_bytes();
	return test_result();
}

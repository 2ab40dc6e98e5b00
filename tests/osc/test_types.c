/* test_types.c - what an argument of each type does: the table of docs/osc.in.md, cell by
 * cell. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/gate.h"
#include "daemon/osc/want.h"

#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

#define DOC "docs/osc.in.md"

/* A column of the table. `number`: the value that an argument of 1 or of 0 sets there. */
static const struct column {
	const char *path;
	float one, zero;
} columns[] = {
	{ "/eq/gain", 1.0f, 0.0f },
	{ "/eq/swap", 1.0f, 0.0f },
	{ "/eq/type", 1.0f, 0.0f },
	{ "/eq/clear", 1.0f, 0.0f },
	{ "/eq/gain/norm", 36.0f, -36.0f },
	{ "/eq/gain/adjust", 6.0f, 5.0f }, /* it was 5 */
	{ "/eq/swap/toggle", 1.0f, 0.0f },
};
enum { COLUMNS = sizeof(columns) / sizeof(*columns) };

/* Arguments that mean 1 and 0, or nothing (-1). */
static const struct sample {
	const char *types;
	int means;
	size_t size;
	const char *bytes;
} samples[] = {
	{ "i", 1, 4, "\0\0\0\1" },
	{ "i", 0, 4, "\0\0\0\0" },
	{ "h", 1, 8, "\0\0\0\0\0\0\0\1" },
	{ "h", 0, 8, "\0\0\0\0\0\0\0\0" },
	{ "f", 1, 4, "\x3f\x80\0\0" },
	{ "f", 0, 4, "\0\0\0\0" },
	{ "d", 1, 8, "\x3f\xf0\0\0\0\0\0\0" },
	{ "d", 0, 8, "\0\0\0\0\0\0\0\0" },
	{ "T", 1, 0, "" },
	{ "F", 0, 0, "" },
	{ "s", 1, 4, "1\0\0\0" },
	{ "s", 0, 4, "0\0\0\0" },
	{ "S", 1, 4, "1\0\0\0" },
	{ "S", 0, 4, "0\0\0\0" },
	{ "c", 1, 4, "\0\0\0001" },
	{ "c", 0, 4, "\0\0\0000" },
	{ "I", 1, 0, "" },
	{ "N", -1, 0, "" },
	{ "t", -1, 8, "\0\0\0\0\0\0\0\1" },
	{ "r", -1, 4, "\0\0\0\1" },
	{ "m", -1, 4, "\0\0\0\1" },
	{ "b", -1, 8, "\0\0\0\1\1\0\0\0" },
	{ "[i]", -1, 4, "\0\0\0\1" },
	{ "[]", -1, 0, "" },
};
enum { SAMPLES = sizeof(samples) / sizeof(*samples) };

static struct rack *rack;
static struct addresses *addresses;

static size_t put_text(uint8_t *bytes, const char *text)
{
	size_t whole = (strlen(text) / 4 + 1) * 4;

	memset(bytes, 0, whole);
	memcpy(bytes, text, strlen(text));
	return whole;
}

static struct want read_sample(const struct column *column, const struct sample *sample)
{
	uint8_t bytes[128];
	char types[8];
	const char *why;
	struct want want = { .form = VERB_VALUE };
	enum verb verb;

	snprintf(types, sizeof(types), ",%s", sample->types);
	size_t size = put_text(bytes, column->path);
	size += put_text(bytes + size, types);
	memcpy(bytes + size, sample->bytes, sample->size);
	size += sample->size;
	CHECK(gate_check(bytes, size, &why), "%s %s: %s", column->path, types, why);
	struct message message = message_read(bytes, size);
	int place =
		address_find(addresses, column->path, (int)strlen(column->path), &verb);
	want_read(&want, rack, address_leaf(addresses, place),
		  strcmp(column->path, "/eq/gain/adjust") == 0 ? 5.0f : 0.0f, verb,
		  &message);
	return want;
}

static void check_cell(const struct column *column, const struct sample *sample,
		       const char *word)
{
	struct want want = read_sample(column, sample);
	const char *path = column->path, *types = sample->types;

	if (strcmp(word, "refused") == 0) {
		CHECK(want.code && strcmp(want.code, "bad_argument") == 0 &&
			      strstr(want.error, "would accept"),
		      "%s %s: %s", path, types, want.code ? want.error : "is taken");
		return;
	}
	CHECK(!want.code, "%s %s: %s", path, types, want.error);
	if (strcmp(word, "acts") == 0)
		CHECK(want.sets == (sample->means == 1), "%s %s %d: %s", path, types,
		      sample->means, want.sets ? "acts" : "does nothing");
	else
		CHECK(strcmp(word, "sets") == 0 && want.sets, "%s %s: \"%s\"", path,
		      types, word);
	if (want.sets)
		CHECK_NEAR(want.value, sample->means ? column->one : column->zero, 1e-4,
			   path);
}

/* "`i` `h`" and a cell for each column. Returns how many samples are of these types. */
static int check_row(char *line)
{
	char *cells[COLUMNS + 1], *rest = line + 1;
	int count = 0, checked = 0;

	for (char *cell; count <= COLUMNS && (cell = strsep(&rest, "|"));) {
		cell += strspn(cell, " ");
		for (size_t n = strlen(cell); n && cell[n - 1] == ' '; n--)
			cell[n - 1] = '\0';
		cells[count++] = cell;
	}
	CHECK(count == COLUMNS + 1, "%d cells: %s", count, line);
	for (int i = 0; i < SAMPLES && count == COLUMNS + 1; i++) {
		char quoted[] = { '`', samples[i].types[0], '`', '\0' };
		if (!strstr(cells[0], quoted))
			continue;
		checked++;
		for (int c = 0; c < COLUMNS; c++)
			check_cell(&columns[c], &samples[i], cells[1 + c]);
	}
	return checked;
}

static void test_table(void)
{
	FILE *doc = fopen(DOC, "r");
	char line[1024];
	int checked = 0;
	bool inside = false;

	CHECK(doc != NULL, "%s", DOC);
	while (doc && fgets(line, sizeof(line), doc)) {
		if (strncmp(line, "| type | number |", 17) == 0)
			inside = true;
		else if (inside && line[0] != '|')
			inside = false;
		else if (inside && strncmp(line, "| ---", 5) != 0)
			checked += check_row(line);
	}
	if (doc)
		fclose(doc);
	CHECK(checked == SAMPLES, "%d of %d types are in the table", checked, SAMPLES);
}

/* A character is no number: '0' is a text of one character. */
static void test_character(void)
{
	static const struct sample nul = { "c", 0, 4, "\0\0\0\0" },
				   letter = { "c", 0, 4, "\0\0\0x" };

	struct want want = read_sample(&columns[1], &nul);
	CHECK(want.code != NULL, "a NUL");
	want = read_sample(&columns[0], &letter);
	CHECK(want.code && strstr(want.error, "found \"x\""), "%s", want.error);
}

static void test_brackets(void)
{
	static const char *const wrong[] = { ",[", ",]", ",][", ",[[]" };
	const char *why;
	uint8_t bytes[64];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		size_t size = put_text(bytes, "/eq/gain");
		size += put_text(bytes + size, wrong[i]);
		CHECK(!gate_check(bytes, size, &why) && strstr(why, "array"), "%s",
		      wrong[i]);
	}
}

int main(void)
{
	rack = fake_rack(0);
	addresses = addresses_create(rack);
	test_table();
	test_character();
	test_brackets();
	addresses_destroy(addresses);
	rack_destroy(rack);
	return test_result();
}

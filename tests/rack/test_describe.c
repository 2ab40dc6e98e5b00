/* test_describe.c - the tree of the real modules in words, and the configs that come with
 * Lathe: config/, tests/configs/good (load, print, load again) and bad (what is said). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/print.h"
#include "daemon/rack/describe.h"

#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/config/config.h"
#include "daemon/rack/param.h"
#include "tests/support/test.h"

/* One node of every module, two outputs. */
static struct rack *full_rack(void)
{
	struct rack *rack = rack_create();
	char name[NAME_BYTES];

	rack_add_input(rack, "in", 2);
	for (int i = 0; module_registry[i]; i++) {
		if ((module_registry[i]->flags & MODULE_ROLE) == MODULE_OUTPUT)
			continue;
		snprintf(name, sizeof(name), "n%d", i);
		rack_add_node(rack, NODE_MODULE, name, module_registry[i])->channels =
			2;
	}
	rack_add_node(rack, NODE_OUTPUT, "main", NULL)->channels = 2;
	rack_add_node(rack, NODE_OUTPUT, "n0", NULL)->channels = 1;
	return rack;
}

struct seen {
	const struct rack *rack;
	char paths[4096][128];
	int count;
};

static int path_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void check_words(const char *path)
{
	static const char *const reserved[] = { "norm",   "text",  "toggle",
						"adjust", "reset", "ramp",
						"module", "name",  "from" };
	char copy[128];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *word = strtok(copy, "/"); word; word = strtok(NULL, "/")) {
		for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
			CHECK(strcmp(word, reserved[i]) != 0, "%s is reserved: %s",
			      word, path);
		CHECK(strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_-") ==
			      strlen(word),
		      "\"%s\" in %s", word, path);
	}
}

/* Params, meters and vectors; what is in a vector has no row of its own. */
static int node_rows(const struct node *node)
{
	int rows = node_params(node) + node_meters(node) + node_vectors(node), slot;

	for (int i = 0; i < node_vectors(node); i++)
		rows -= vector_row(node->module, node->channels, i, &slot)->count;
	return rows;
}

static void check_vector(const struct node *node, const struct description *row)
{
	int nth = -1, slot;
	char path[128];

	for (int i = 0; i < node_vectors(node); i++) {
		const struct meter *meter =
			vector_row(node->module, node->channels, i, &slot);
		vector_path(meter, path, sizeof(path));
		if (strcmp(row->path + strlen(node->path) + 2 + strlen("vector/"),
			   path) == 0 &&
		    slot == row->index && meter->count == row->count)
			nth = i;
	}
	CHECK(nth >= 0, "%s: index %d, count %d", row->path, row->index, row->count);
}

static void check_row(void *context, const struct description *row)
{
	struct seen *seen = context;
	const struct node *node = &seen->rack->nodes[row->node];
	struct text line = { 0 };
	char start[256];
	bool meter = strcmp(row->type, "param") != 0;
	const char *below = row->path + 1 + strlen(node->path) + 1;

	strcpy(seen->paths[seen->count++], row->path);
	check_words(row->path + 1);
	if (strcmp(below, "meter/alarm") == 0)
		CHECK_TEXT(row->choices, "none|not_connected|silent|no_audio");
	CHECK(row->label && row->help && row->label[0], "%s has no label", row->path);
	CHECK(row->min < row->max || strcmp(row->curve, "file") == 0, "%s: %g..%g",
	      row->path, (double)row->min, (double)row->max);
	CHECK(meter || (row->def >= row->min && row->def <= row->max), "%s: default %g",
	      row->path, (double)row->def);
	CHECK(strcmp(row->curve, "log") != 0 || row->min > 0, "%s: log of %g",
	      row->path, (double)row->min);
	bool words = strcmp(row->curve, "choice") == 0 ||
		     (meter && strcmp(row->curve, "toggle") == 0);
	CHECK(words == (row->choices[0] != '\0'), "%s: %s", row->path, row->choices);
	CHECK(strlen(row->choices) < sizeof(row->choices) - 1, "%s: choices cut",
	      row->path);
	if (strcmp(row->type, "b") == 0) {
		check_vector(node, row);
		return;
	}
	int found =
		meter ? meter_find(node->module, node->channels,
				   node->kind == NODE_MODULE, below + strlen("meter/"))
		      : param_find(node->module, node->kind == NODE_MODULE, below);
	CHECK(found == row->index, "%s is at %d, not %d", row->path, found, row->index);
	describe_line(row, &line);
	snprintf(start, sizeof(start), "%s %s %s unit=\"%s\" curve=%s min=", row->path,
		 row->type, row->access, row->unit, row->curve);
	CHECK(strncmp(line.bytes, start, strlen(start)) == 0, "%s", line.bytes);
	CHECK(!strchr(line.bytes, '\n'), "one line: %s", line.bytes);
	text_finish(&line);
}

static void test_tree(void)
{
	struct rack *rack = full_rack();
	struct seen *seen = calloc(1, sizeof(*seen));
	int wanted = 0;

	if (!seen)
		abort();
	seen->rack = rack;
	for (int i = 0; i < rack->node_count; i++)
		wanted += node_rows(&rack->nodes[i]);
	describe_rack(rack, check_row, seen);
	CHECK(seen->count == wanted, "%d rows, wanted %d", seen->count, wanted);
	qsort(seen->paths, (size_t)seen->count, sizeof(seen->paths[0]), path_compare);
	for (int i = 1; i < seen->count; i++)
		CHECK(strcmp(seen->paths[i - 1], seen->paths[i]) != 0, "twice: %s",
		      seen->paths[i]);
	free(seen);
	rack_destroy(rack);
}

static void test_line(void)
{
	const struct description row = {
		.path = "/eq/band/3/gain",
		.type = "param",
		.access = "rw",
		.unit = "dB",
		.curve = "linear",
		.min = -24,
		.max = 24,
		.def = 0.1f,
		.step = 0,
		.label = "Gain",
		.help = "Say \"what\" \\ how",
		.count = 1,
	};
	struct text line = { 0 };

	describe_line(&row, &line);
	CHECK_TEXT(line.bytes,
		   "/eq/band/3/gain param rw unit=\"dB\" curve=linear min=-24 max=24 "
		   "default=0.1 step=0 choices=\"\" label=\"Gain\" "
		   "help=\"Say \\\"what\\\" \\\\ how\" count=1");
	text_finish(&line);
}

static void test_hash(void)
{
	struct rack *rack = full_rack();
	uint32_t hash = describe_hash(rack);

	rack_set(rack, 0, 0, 1);
	CHECK(describe_hash(rack) == hash, "values are not the tree");
	rack->nodes[0].channels = 1;
	CHECK(describe_hash(rack) != hash, "channels are");
	rack->nodes[0].channels = 2;
	CHECK(describe_hash(rack) == hash, "the same tree again");
	rack_add_node(rack, NODE_OUTPUT, "more", NULL)->channels = 1;
	CHECK(describe_hash(rack) != hash, "another output");
	rack_destroy(rack);
}

/* ---- files -------------------------------------------------------------------------- */

static void check_good(const char *path)
{
	struct complaints complaints = { 0 };
	struct text printed = { 0 }, again = { 0 };
	char name[] = "/tmp/lathe-test-describe-XXXXXX";
	int fd = mkstemp(name);
	struct rack *rack = config_load(path, &complaints), *read = NULL;

	CHECK(rack, "%s", complaints.text.bytes);
	if (rack && fd >= 0) {
		config_print(rack, &printed);
		if (write(fd, printed.bytes, printed.length) == (ssize_t)printed.length)
			read = config_load(name, &complaints);
		CHECK(read, "%s:\n%s\n%s", path, printed.bytes, complaints.text.bytes);
	}
	if (read) {
		config_print(read, &again);
		CHECK_TEXT(again.bytes, printed.bytes);
	}
	close(fd);
	unlink(name);
	rack_destroy(rack);
	rack_destroy(read);
	text_finish(&printed);
	text_finish(&again);
	text_finish(&complaints.text);
}

/* The first line says what must be said: "# expect LINE: WORDS". */
static void check_bad(const char *path)
{
	struct complaints complaints = { 0 };
	struct rack *rack = config_load(path, &complaints);
	char first[256] = "", where[256], *words;
	FILE *file = fopen(path, "r");

	CHECK(file && fgets(first, sizeof(first), file), "%s", path);
	if (file)
		fclose(file);
	first[strcspn(first, "\n")] = '\0';
	CHECK(strncmp(first, "# expect ", 9) == 0, "%s: %s", path, first);
	int line = (int)strtol(first + 9, &words, 10);
	snprintf(where, sizeof(where), "%s:%d: ", path, line);
	const char *said = complaints.text.bytes ? complaints.text.bytes : "";
	const char *found = strstr(said, where);
	CHECK(!rack && found && strstr(found, words + 2), "%s: no \"%s\" in:\n%s", path,
	      words + 2, said);
	rack_destroy(rack);
	text_finish(&complaints.text);
}

static void each_file(const char *pattern, void (*check)(const char *path))
{
	glob_t files;

	CHECK(glob(pattern, 0, NULL, &files) == 0, "%s: none", pattern);
	for (size_t i = 0; i < files.gl_pathc; i++)
		check(files.gl_pathv[i]);
	globfree(&files);
}

int main(void)
{
	test_tree();
	test_line();
	test_hash();
	each_file("config/*.conf", check_good);
	each_file("tests/configs/good/*.conf", check_good);
	each_file("tests/configs/bad/*.conf", check_bad);
	return test_result();
}

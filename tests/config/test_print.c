/* test_print.c - racks made at random, printed as a config, are the same when read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/print.h"
#include "daemon/config/config.h"

#include <stdlib.h>
#include <unistd.h>

#include "daemon/rack/param.h"
#include "tests/support/config_text.h"
#include "tests/support/model_modules.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

static char path[] = "/tmp/lathe-test-print-XXXXXX";

static uint32_t seed = 12345;

static int pick(int count)
{
	return (int)((random_bits(&seed) >> 8) % (unsigned)count);
}

static float random_value(const struct param *param)
{
	double unit = (double)pick(1 << 24) / (1 << 24);

	if (param->curve == CURVE_TRIGGER || param->curve == CURVE_FILE)
		return 0;
	if (param->curve == CURVE_CHOICE)
		return (float)pick(4);
	return param_clamp(param, (float)((double)param->min +
					  unit * (double)(param->max - param->min)));
}

static void random_sources(struct rack *rack, struct node *node, int side, int nodes)
{
	int wanted = 1 + pick(3);

	for (int i = 0; i < wanted; i++) {
		bool from_input = nodes == 0 || pick(4) == 0;
		struct source source = { from_input ? FROM_INPUT : FROM_NODE,
					 pick(from_input ? rack->input_count : nodes) };
		bool there = false;

		for (int k = 0; k < node->source_count[side]; k++)
			there = there || (node->sources[side][k].kind == source.kind &&
					  node->sources[side][k].index == source.index);
		if (!there)
			node->sources[side][node->source_count[side]++] = source;
	}
}

static bool has_master(const struct rack *rack)
{
	bool any = false;

	for (int i = 0; i < rack->node_count; i++)
		any |= rack->nodes[i].master;
	return any;
}

static void random_node(struct rack *rack, enum node_kind kind, int place, int channels)
{
	static const struct module *const modules[] = { &model_trim, &model_eq,
							&model_comp, &model_limiter,
							&model_tone };
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), "%s%d", kind == NODE_OUTPUT ? "out" : "node_",
		 place);
	struct node *node = rack_add_node(
		rack, kind, name, kind == NODE_OUTPUT ? NULL : modules[pick(5)]);
	int nodes = kind == NODE_OUTPUT ? 0 : place;
	for (int i = 0; kind == NODE_OUTPUT && i < rack->node_count; i++)
		nodes += rack->nodes[i].kind == NODE_MODULE;
	node->channels = channels;
	if (!(node->module->flags & MODULE_GENERATOR))
		random_sources(rack, node, 0, nodes);
	for (int side = 1; node->module == &model_comp && side <= SIDES_MAX; side++)
		if (pick(2))
			random_sources(rack, node, side, nodes);
	for (int i = 0; i < node_params(node); i++)
		if (pick(2))
			node->values[i] = random_value(param_row(node->module, i));
	if (kind == NODE_OUTPUT) {
		node->monitor = pick(2);
		node->master = !has_master(rack) && pick(2);
		if (pick(2))
			strcpy(node->align, "group");
		if (pick(2))
			node->connect[pick(channels)] =
				strdup("sys\"tem\\:play\tback_.*");
	}
}

static struct rack *random_rack(void)
{
	struct rack *rack = rack_create();
	int channels = 1 + pick(8), inputs = 1 + pick(3);

	strcpy(rack->name, "random");
	rack->latency = pick(2) * pick(5000);
	rack->osc->port = pick(65536);
	for (int i = 0; i < inputs; i++) {
		char name[NAME_BYTES];

		snprintf(name, sizeof(name), "in%d", i);
		rack_add_input(rack, name, channels)->connect[0] =
			pick(2) ? strdup("system:capture_1") : NULL;
	}
	int nodes = pick(20), outputs = 1 + pick(3);
	for (int i = 0; i < nodes; i++)
		random_node(rack, NODE_MODULE, i, channels);
	for (int i = 0; i < outputs; i++)
		random_node(rack, NODE_OUTPUT, i, channels);
	rack_set(rack, rack->node_count - 1, pick(3), 1);
	rack->osc->allow = calloc(1, sizeof(*rack->osc->allow));
	if (!rack->osc->allow)
		abort();
	rack->osc->allow[0] =
		(struct allow) { 0x0a000000, 0xffff0000, ROLE_VIEW, true };
	rack->osc->allow_count = pick(2);
	return rack;
}

static bool strings_equal(char *const *a, char *const *b)
{
	for (int i = 0; a && b && i < CONNECTS_MAX; i++)
		if (!a[i] != !b[i] || (a[i] && strcmp(a[i], b[i]) != 0))
			return false;
	return !a == !b;
}

static bool nodes_equal(const struct node *a, const struct node *b)
{
	return a->kind == b->kind && strcmp(a->path, b->path) == 0 &&
	       a->module == b->module &&
	       (a->kind == NODE_RACK || a->channels == b->channels) &&
	       memcmp(a->source_count, b->source_count, sizeof(a->source_count)) == 0 &&
	       memcmp(a->sources, b->sources, sizeof(a->sources)) == 0 &&
	       memcmp(a->values, b->values, (size_t)node_params(a) * sizeof(float)) ==
		       0 &&
	       strings_equal(a->connect, b->connect) &&
	       strcmp(a->align, b->align) == 0 && a->monitor == b->monitor &&
	       a->master == b->master;
}

static bool racks_equal(const struct rack *a, const struct rack *b)
{
	bool equal = strcmp(a->name, b->name) == 0 && a->latency == b->latency &&
		     a->input_count == b->input_count &&
		     a->node_count == b->node_count && a->osc->port == b->osc->port &&
		     a->osc->allow_count == b->osc->allow_count &&
		     (!a->osc->allow_count ||
		      memcmp(a->osc->allow, b->osc->allow, sizeof(struct allow)) == 0);

	for (int i = 0; equal && i < a->input_count; i++)
		equal = a->inputs[i].channels == b->inputs[i].channels &&
			strings_equal(a->inputs[i].connect, b->inputs[i].connect);
	for (int i = 0; equal && i < a->node_count; i++)
		equal = nodes_equal(&a->nodes[i], &b->nodes[i]);
	return equal;
}

static void test_round_trip(void)
{
	for (int i = 0; i < 300; i++) {
		struct rack *rack = random_rack();
		struct text printed = { 0 }, again = { 0 };
		struct complaints complaints = { 0 };

		config_print(rack, &printed);
		struct rack *read = config_text(path, printed.bytes, &complaints);
		CHECK(read && racks_equal(rack, read), "%s\n%s", printed.bytes,
		      complaints.text.bytes ? complaints.text.bytes : "another rack");
		if (read)
			config_print(read, &again);
		CHECK_TEXT(again.bytes ? again.bytes : "", printed.bytes);
		text_finish(&printed);
		text_finish(&again);
		text_finish(&complaints.text);
		rack_destroy(read);
		rack_destroy(rack);
	}
}

int main(void)
{
	int file = mkstemp(path);

	if (file < 0)
		return 1;
	close(file);
	test_round_trip();
	unlink(path);
	return test_result();
}

/* main.c - lathe-touchosc: writes a tablet's layout of a rack. One thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/client.h"
#include "control/lathe-touchosc/layout.h"
#include "control/lathe-touchosc/tosc.h"
#include "share/newfile.h"

#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

enum {
	STATUS_DONE = 0,
	STATUS_REFUSED = 1,
	STATUS_USAGE = 2,
	STATUS_NO_ANSWER = 3,
	SCENES_MAX = 8,
	SCENES_USUAL = 6,
	TRIES = 3,
};

static const char usage[] =
	"usage: lathe-touchosc [option ...] OUT\n"
	"Writes a layout for TouchOSC, or for Open Stage Control, of the rack that "
	"plays\n"
	"on --host and --port, or of a config file.\n"
	"\n"
	"  -c, --config FILE    the rack of this file; nothing needs to run\n"
	"      --host HOST      where lathed runs (localhost)\n"
	"  -p, --port N         its OSC port (3345)\n"
	"  -s, --size SIZE      phone (480x320), tablet (1024x768, the default) or "
	"WxH\n"
	"  -f, --format FORMAT  touchosc (the default) or open-stage-control\n"
	"      --scenes A,B     names on the scene buttons, at most 8 (those that the "
	"rack\n"
	"                       has, then 1 to 6)\n"
	"      --receive N      the port on which the tablet receives (9000)\n"
	"      --xml            the layout's XML as it is, uncompressed\n"
	"      --version        print the version\n"
	"  -h, --help           print this\n"
	"\n"
	"OUT may be - for the standard output. Exit: 0 done, 1 refused, 2 usage, 3 no\n"
	"answer.\n";

struct request {
	const char *config, *host, *port, *out;
	double width, height;
	bool stage, xml;
	int receive_port;
	char *scenes[SCENES_MAX];
	int scene_count;
	bool scenes_given;
};

static void scene_add(struct request *request, const char *name)
{
	for (int i = 0; i < request->scene_count; i++)
		if (strcmp(request->scenes[i], name) == 0)
			return;
	if (request->scene_count == SCENES_MAX || !name[0])
		return;
	request->scenes[request->scene_count] = strdup(name);
	request->scene_count += request->scenes[request->scene_count] != NULL;
}

/* ---- where the description comes from ------------------------------------------------------ */

/* Runs lathed from beside this program, else from the PATH. In the child; does not
 * return. */
static void run_lathed(const char *config)
{
	char self[PATH_MAX], beside[PATH_MAX + 8];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length > 0) {
		self[length] = '\0';
		snprintf(beside, sizeof(beside), "%s/lathed", dirname(self));
		execl(beside, "lathed", "--config", config, "--describe", "--graph",
		      (char *)NULL);
	}
	execlp("lathed", "lathed", "--config", config, "--describe", "--graph",
	       (char *)NULL);
	fprintf(stderr, "lathe-touchosc: lathed: %s\n", strerror(errno));
	_exit(127);
}

static int read_config(struct tree *tree, const char *config)
{
	int ends[2], status = 0;
	char *line = NULL;
	size_t room = 0;

	if (pipe(ends) < 0) {
		fprintf(stderr, "lathe-touchosc: %s\n", strerror(errno));
		return STATUS_REFUSED;
	}
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		run_lathed(config);
	}
	close(ends[1]);
	FILE *from = fdopen(ends[0], "r");
	while (from && getline(&line, &room, from) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!tree_add_line(tree, line))
			tree_add_graph_line(tree, line);
	}
	free(line);
	if (from)
		fclose(from);
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
		return STATUS_REFUSED; /* lathed has printed why */
	return STATUS_DONE;
}

static bool on_description(void *context, const struct message *message)
{
	struct tree *tree = context;
	static const int text_at[] = { 0, 1, 2, 3, 4, 9, 10, 11 };
	const char *texts[8];
	double numbers[5];

	if (strcmp(message->path, "/rack/described") == 0)
		return message_number(message, 0) >= 0;
	if (strcmp(message->path, "/rack/description") != 0 || message->argc < 12)
		return false;
	for (int i = 0; i < 8; i++)
		texts[i] = message_string(message, text_at[i]);
	for (int i = 0; i < 4; i++)
		numbers[i] = message_number(message, 5 + i);
	numbers[4] = message->argc > 12 ? message_number(message, 12) : 1.0;
	if (texts[0])
		tree_add(tree, texts, numbers);
	return false;
}

/* The last message holds the number of those before it: whether all arrived. */
struct counted {
	struct tree *tree;
	int told;
};

static bool on_counted(void *context, const struct message *message)
{
	struct counted *counted = context;
	double told = message_number(message, 0);

	if (strcmp(message->path, "/rack/described") == 0)
		counted->told = told >= 0.0 && told <= (double)INT_MAX ? (int)told : -1;
	return on_description(counted->tree, message);
}

/* The graph; or an error of a rack before version 2 of the contract, which has none. */
static bool on_graph(void *context, const struct message *message)
{
	const char *path = message_string(message, 0);
	const char *from = message_string(message, 3);
	const char *marks = message_string(message, 5);

	if (strcmp(message->path, "/rack/graph/node") == 0 && path)
		tree_link(context, path, from, marks);
	return strcmp(message->path, "/rack/graph/listed") == 0 ||
	       strcmp(message->path, "/rack/error") == 0;
}

/* Each scene, then the end of the list; or an error from a rack that keeps no
 * scenes. */
static bool on_scene(void *context, const struct message *message)
{
	const char *name = message_string(message, 0);

	if (strcmp(message->path, "/rack/scene/state") == 0 && name)
		scene_add(context, name);
	return strcmp(message->path, "/rack/scene/listed") == 0 ||
	       strcmp(message->path, "/rack/error") == 0;
}

static int read_rack(struct tree *tree, struct request *request)
{
	struct client client;
	char error[256];
	int status = STATUS_NO_ANSWER;

	if (!client_open(&client, request->host, request->port, error, sizeof(error))) {
		fprintf(stderr, "lathe-touchosc: %s\n", error);
		return STATUS_NO_ANSWER;
	}
	for (int i = 0; i < TRIES && status != STATUS_DONE; i++) {
		struct counted counted = { tree, -1 };
		tree_finish(tree);
		client_send(&client, "/rack/describe", "");
		client_run(&client, 3, on_counted, &counted);
		if (counted.told == tree->count && tree->count > 0)
			status = STATUS_DONE;
	}
	if (status == STATUS_DONE) {
		client_send(&client, "/rack/graph", "");
		client_run(&client, 1, on_graph, tree);
	}
	if (status == STATUS_DONE && !request->scenes_given) {
		client_send(&client, "/rack/scene/list", "");
		client_run(&client, 1, on_scene, request);
	}
	client_close(&client);
	if (status != STATUS_DONE)
		fprintf(stderr,
			"lathe-touchosc: %s:%s: no answer; does lathed run? --config "
			"FILE "
			"needs none\n",
			request->host, request->port);
	return status;
}

/* ---- the file ------------------------------------------------------------------------------- */

static bool compress_buffer(struct buffer *text)
{
	uLongf size = compressBound((uLong)text->length);
	Bytef *packed = malloc(size);

	if (!packed || compress2(packed, &size, (const Bytef *)text->bytes,
				 (uLong)text->length, Z_BEST_COMPRESSION) != Z_OK) {
		free(packed);
		return false;
	}
	free(text->bytes);
	*text = (struct buffer) { (char *)packed, size, size };
	return true;
}

static int write_file(const struct buffer *bytes, const char *path)
{
	char error[128];

	if (strcmp(path, "-") == 0) {
		if (fwrite(bytes->bytes, 1, bytes->length, stdout) == bytes->length &&
		    fflush(stdout) == 0)
			return STATUS_DONE;
		snprintf(error, sizeof(error), "%s", strerror(errno));
	} else if (newfile_write(path, bytes->bytes, bytes->length, error,
				 sizeof(error))) {
		return STATUS_DONE;
	}
	fprintf(stderr, "lathe-touchosc: %s: %s\n", path, error);
	return STATUS_REFUSED;
}

static int write_layout(const struct request *request, const struct tree *tree)
{
	struct rack rack = { .scenes = (const char *const *)request->scenes,
			     .scene_count = request->scene_count };
	struct style style;
	struct buffer text = { 0 };
	char target[300];

	rack_read(&rack, tree);
	style_init(&style, request->width, request->height);
	struct widget *root = layout_create(&rack, &style);
	snprintf(target, sizeof(target), "%s:%s", request->host, request->port);
	if (request->stage)
		stage_write(&text, root, target);
	else
		tosc_write(&text, root, request->receive_port);
	widget_destroy(root);
	rack_finish(&rack);
	bool good = request->stage || request->xml || compress_buffer(&text);
	int status = good ? write_file(&text, request->out) : STATUS_REFUSED;
	free(text.bytes);
	return status;
}

/* ---- the command line ------------------------------------------------------------------------ */

static bool take_size(struct request *request, const char *text)
{
	int width, height, end = 0;

	if (strcmp(text, "phone") == 0) {
		width = 480;
		height = 320;
	} else if (strcmp(text, "tablet") == 0) {
		width = 1024;
		height = 768;
	} else if (sscanf(text, "%dx%d%n", &width, &height, &end) != 2 || text[end] ||
		   width < 480 || height < 320 || width > 4096 || height > 4096) {
		fprintf(stderr,
			"lathe-touchosc: --size: found \"%s\", would accept "
			"phone, tablet, or 480x320 to 4096x4096\n",
			text);
		return false;
	}
	request->width = width;
	request->height = height;
	return true;
}

static bool take_format(struct request *request, const char *text)
{
	request->stage = strcmp(text, "open-stage-control") == 0;
	if (request->stage || strcmp(text, "touchosc") == 0)
		return true;
	fprintf(stderr,
		"lathe-touchosc: --format: found \"%s\", would accept touchosc or "
		"open-stage-control\n",
		text);
	return false;
}

static bool take_scenes(struct request *request, char *text)
{
	request->scenes_given = true;
	for (char *name = strtok(text, ","); name; name = strtok(NULL, ",")) {
		if (request->scene_count == SCENES_MAX) {
			fprintf(stderr, "lathe-touchosc: --scenes: at most %d names\n",
				SCENES_MAX);
			return false;
		}
		scene_add(request, name);
	}
	return true;
}

/* Numbers to save scenes under, in the places that names leave free. */
static void fill_scenes(struct request *request)
{
	char name[8];

	for (int i = 1; request->scene_count < SCENES_USUAL && i <= SCENES_USUAL; i++) {
		snprintf(name, sizeof(name), "%d", i);
		scene_add(request, name);
	}
}

static bool take_receive(struct request *request, const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);

	request->receive_port = (int)port;
	if (*text && !*end && port > 0 && port < 65536)
		return true;
	fprintf(stderr,
		"lathe-touchosc: --receive: found \"%s\", would accept 1 to 65535\n",
		text);
	return false;
}

enum { OPTION_HOST = 256, OPTION_SCENES, OPTION_RECEIVE, OPTION_XML, OPTION_VERSION };

static const struct option longs[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "host", required_argument, NULL, OPTION_HOST },
	{ "port", required_argument, NULL, 'p' },
	{ "size", required_argument, NULL, 's' },
	{ "format", required_argument, NULL, 'f' },
	{ "scenes", required_argument, NULL, OPTION_SCENES },
	{ "receive", required_argument, NULL, OPTION_RECEIVE },
	{ "xml", no_argument, NULL, OPTION_XML },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* Takes one option. False after a complaint. */
static bool take_option(struct request *request, int letter)
{
	switch (letter) {
	case 'c':
		request->config = optarg;
		return true;
	case OPTION_HOST:
		request->host = optarg;
		return true;
	case 'p':
		request->port = optarg;
		return true;
	case 's':
		return take_size(request, optarg);
	case 'f':
		return take_format(request, optarg);
	case OPTION_SCENES:
		return take_scenes(request, optarg);
	case OPTION_RECEIVE:
		return take_receive(request, optarg);
	case OPTION_XML:
		request->xml = true;
		return true;
	case OPTION_VERSION:
		puts("lathe-touchosc " LATHE_VERSION);
		exit(STATUS_DONE);
	case 'h':
		fputs(usage, stdout);
		exit(STATUS_DONE);
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	struct request request = { .host = "localhost",
				   .port = "3345",
				   .width = 1024,
				   .height = 768,
				   .receive_port = 9000 };
	struct tree tree = { 0 };
	bool good = true;
	int letter, status = STATUS_USAGE;

	while (good &&
	       (letter = getopt_long(argc, argv, "c:p:s:f:h", longs, NULL)) != -1)
		good = take_option(&request, letter);
	if (good && optind + 1 == argc) {
		request.out = argv[optind];
		status = request.config ? read_config(&tree, request.config)
					: read_rack(&tree, &request);
	} else {
		if (good)
			fputs("lathe-touchosc: one OUT is wanted\n", stderr);
		fputs("Try 'lathe-touchosc --help'.\n", stderr);
	}
	if (!request.scenes_given)
		fill_scenes(&request);
	if (status == STATUS_DONE)
		status = write_layout(&request, &tree);
	tree_finish(&tree);
	for (int i = 0; i < request.scene_count; i++)
		free(request.scenes[i]);
	return status;
}

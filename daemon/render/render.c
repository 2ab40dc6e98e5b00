/* render.c - lathe-render: the rack over a file. The same engine as the daemon's, in one
 * thread: what the daemon plays from silence at a frame, this writes from --start-frame. */
#include "daemon/config/config.h"
#include "daemon/engine/engine.h"
#include "daemon/base/fold.h"
#include "daemon/render/learn.h"
#include "daemon/rack/param.h"
#include "daemon/render/options.h"
#include "share/soundfile.h"
#include "share/pcm.h"

#include <math.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* One run: the file that is read, the rack, the file that is written. */
struct render {
	const struct render_options *options;
	struct rack *rack;
	struct engine *engine;
	struct event_log *events;
	SNDFILE *in, *out;
	SF_INFO in_info;
	int output, channels;      /* node, and what it is written with */
	float *buffers[PORTS_MAX]; /* one per port */
	bool is_output[PORTS_MAX];
	int in_slots[PORTS_MAX], in_count; /* the rack's input channels in order */
	int out_slots[CHANNELS_MAX];
	float *interleaved;
	int32_t *fixed; /* the same as words of `words`; NULL: floats are written */
	struct words words;
	int64_t latency;
	float **folded; /* [node][meter slot], of the whole run */
	bool *measured; /* [node] */
	double began, drawn;
};

/* ---- the rack ---------------------------------------------------------------------- */

/* "node/param=value": false and a sentence on stderr when it does not fit the rack. */
static bool value_set(struct rack *rack, const char *given)
{
	char path[256], error[256];
	const char *equals = strchr(given, '=');
	size_t length = equals ? (size_t)(equals - given) : 0;
	const char *from = given + (given[0] == '/');
	int node = -1, param = -1;
	float value;

	if (!length || length >= sizeof path) {
		fprintf(stderr, "lathe-render: --set %s: NODE/PARAM=VALUE is wanted\n",
			given);
		return false;
	}
	snprintf(path, sizeof path, "%.*s", (int)(equals - from), from);
	for (char *slash = strchr(path, '/'); slash && param < 0;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		node = rack_find(rack, path);
		if (node >= 0)
			param = param_find(rack->nodes[node].module,
					   rack->nodes[node].kind == NODE_MODULE,
					   slash + 1);
		*slash = '/';
	}
	if (param < 0) {
		fprintf(stderr, "lathe-render: --set %s: no such param in this rack\n",
			given);
		return false;
	}
	const struct param *row = param_row(rack->nodes[node].module, param);
	if (!param_parse(row, equals + 1, &value, error, sizeof error)) {
		fprintf(stderr, "lathe-render: --set %s: %s\n", given, error);
		return false;
	}
	/* What a hand on a fader may overshoot is a slip in a command. */
	if (param_clamp(row, value) != value) {
		param_accepts(row, error, sizeof error);
		fprintf(stderr, "lathe-render: --set %s: would accept %s\n", given,
			error);
		return false;
	}
	rack_set(rack, node, param, value);
	return true;
}

static int output_find(const struct rack *rack, const char *name)
{
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind == NODE_OUTPUT &&
		    (!name || strcmp(rack->nodes[i].name, name) == 0))
			return i;
	return -1;
}

static int rack_load(struct render *render)
{
	const struct render_options *options = render->options;
	struct complaints complaints = { 0 };

	render->rack = config_load(options->config, &complaints);
	if (complaints.text.bytes)
		fputs(complaints.text.bytes, stderr);
	text_finish(&complaints.text);
	if (!render->rack)
		return EXIT_CONFIG;
	for (int i = 0; i < options->set_count; i++)
		if (!value_set(render->rack, options->sets[i]))
			return EXIT_USAGE;
	render->output = output_find(render->rack, options->output);
	if (render->output < 0) {
		fprintf(stderr, "lathe-render: --output %s: the rack's outputs are:",
			options->output);
		for (int i = 0; i < render->rack->node_count; i++)
			if (render->rack->nodes[i].kind == NODE_OUTPUT)
				fprintf(stderr, " %s", render->rack->nodes[i].name);
		fputc('\n', stderr);
		return EXIT_USAGE;
	}
	return 0;
}

/* Slot of a port by its name, or -1. */
static int slot_find(const struct port *ports, int count, const char *section,
		     int channel, bool is_output)
{
	char name[sizeof ports->name];

	snprintf(name, sizeof name, "%s_%d", section, channel + 1);
	for (int i = 0; i < count; i++)
		if (ports[i].is_output == is_output && !strcmp(ports[i].name, name))
			return ports[i].slot;
	return -1;
}

/* Finds the plan's ports and gives each a buffer. */
static bool ports_open(struct render *render)
{
	const struct port *ports;
	const struct rack *rack = render->rack;
	const struct node *output = &rack->nodes[render->output];
	int count = engine_ports(render->engine, &ports);
	size_t bytes =
		((size_t)render->options->block * sizeof(float) + 63) & ~(size_t)63;

	for (int i = 0; i < count; i++) {
		if (ports[i].of_node)
			continue; /* a node plays dry where nothing comes back */
		render->buffers[ports[i].slot] = aligned_alloc(64, bytes);
		if (!render->buffers[ports[i].slot])
			return false;
		memset(render->buffers[ports[i].slot], 0, bytes);
		render->is_output[ports[i].slot] = ports[i].is_output;
	}
	for (int i = 0; i < rack->input_count; i++)
		for (int c = 0; c < rack->inputs[i].channels; c++)
			render->in_slots[render->in_count++] =
				slot_find(ports, count, rack->inputs[i].name, c, false);
	for (int c = 0; c < output->channels; c++) {
		render->out_slots[c] = slot_find(ports, count, output->name, c, true);
		if (render->out_slots[c] < 0)
			return false;
	}
	return true;
}

static int engine_open(struct render *render)
{
	struct engine_options options = { .rate = render->in_info.samplerate,
					  .in_line = true,
					  .events = render->events,
					  .start_frame = render->options->start_frame };

	render->engine = engine_create(&options);
	engine_rebuild(render->engine, render->rack);
	engine_tick(render->engine);
	if (!ports_open(render)) {
		fprintf(stderr, "lathe-render: %s: the rack could not be built\n",
			render->options->config);
		return EXIT_CONFIG;
	}
	render->latency = engine_output_latency(render->engine, render->output);
	return 0;
}

/* ---- files ------------------------------------------------------------------------- */

static int input_open(struct render *render)
{
	const struct render_options *options = render->options;
	int takes = 0;

	render->in = sf_open(options->in, SFM_READ, &render->in_info);
	if (!render->in) {
		fprintf(stderr, "lathe-render: %s: %s\n", options->in,
			sf_strerror(NULL));
		return EXIT_FILE;
	}
	if (render->in_info.samplerate < RATE_MIN ||
	    render->in_info.samplerate > RATE_MAX) {
		fprintf(stderr, "lathe-render: %s: %d Hz; %d to %d are played\n",
			options->in, render->in_info.samplerate, RATE_MIN, RATE_MAX);
		return EXIT_FILE;
	}
	if (!render->in_info.frames) {
		fprintf(stderr,
			"lathe-render: %s: has no frames, there is nothing to play\n",
			options->in);
		return EXIT_FILE;
	}
	for (int i = 0; i < render->rack->input_count; i++)
		takes += render->rack->inputs[i].channels;
	if (render->in_info.channels > takes) {
		fprintf(stderr,
			"lathe-render: %s: has %d channels; the rack's inputs take "
			"%d\n",
			options->in, render->in_info.channels, takes);
		return EXIT_FILE;
	}
	const int64_t missing = soundfile_missing(options->in);
	if (missing)
		fprintf(stderr,
			"lathe-render: %s: is cut short, %lld bytes of its sound are "
			"missing; the %lld frames that are there are played\n",
			options->in, (long long)missing,
			(long long)render->in_info.frames);
	return 0;
}

static int output_open(struct render *render)
{
	const struct render_options *options = render->options;
	char error[256];

	if (!options->out)
		return 0;
	if (soundfile_is_same(options->in, options->out)) {
		fprintf(stderr, "lathe-render: %s: is the file that is read\n",
			options->out);
		return EXIT_FILE;
	}
	render->channels = render->rack->nodes[render->output].channels;
	render->out = soundfile_create(options->out, options->format,
				       render->in_info.samplerate, render->channels,
				       render->in_info.frames + render->latency, error,
				       sizeof error);
	if (!render->out) {
		fprintf(stderr, "lathe-render: %s: %s\n", options->out, error);
		return EXIT_FILE;
	}
	int bits = soundfile_bits(options->out, options->format);
	if (!bits)
		return 0;
	render->words = words_begin(bits, render->channels, render->in_info.samplerate);
	render->fixed = calloc((size_t)options->block * (size_t)render->channels,
			       sizeof *render->fixed);
	return render->fixed ? 0 : EXIT_FILE;
}

/* Nothing half-written stays; a device or a pipe does. */
static void output_remove(const char *path)
{
	struct stat status;

	if (lstat(path, &status) == 0 && S_ISREG(status.st_mode))
		unlink(path);
}

/* ---- the run ----------------------------------------------------------------------- */

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void progress_draw(struct render *render, int64_t done, int64_t total)
{
	const int width = 30;
	double now = seconds_now();
	double part = total ? (double)done / (double)total : 1;
	double speed = (double)done / render->in_info.samplerate /
		       fmax(now - render->began, 1e-3);

	if (!isatty(STDERR_FILENO) || (now - render->drawn < 0.1 && done < total))
		return;
	render->drawn = now;
	fputs("\r", stderr);
	for (int i = 0; i < width; i++)
		fputs(i < part * width ? "█" : "░", stderr);
	fprintf(stderr, " %3.0f %%  %.1f × real time\033[K%s", 100 * part, speed,
		done >= total ? "\n" : "");
}

/* Fills the input ports; past the file's end: silence, which brings the rack's delay out.
 * A mono file feeds every input. */
static int block_read(struct render *render, int frames)
{
	int channels = render->in_info.channels;
	int got = (int)sf_readf_float(render->in, render->interleaved, frames);

	for (int p = 0; p < render->in_count; p++) {
		float *buffer = render->in_slots[p] < 0
					? NULL
					: render->buffers[render->in_slots[p]];
		int channel = channels == 1 ? 0 : p;
		if (!buffer)
			continue;
		memset(buffer, 0, (size_t)frames * sizeof *buffer);
		for (int i = 0; i < got && channel < channels; i++)
			buffer[i] = render->interleaved[i * channels + channel];
	}
	return got;
}

static bool block_write(struct render *render, int from, int frames)
{
	int channels = render->channels;

	if (!render->out || from >= frames)
		return true;
	for (int c = 0; c < channels; c++) {
		const float *buffer = render->buffers[render->out_slots[c]];
		for (int i = from; i < frames; i++)
			render->interleaved[(i - from) * channels + c] = buffer[i];
	}
	frames -= from;
	if (!render->fixed)
		return sf_writef_float(render->out, render->interleaved, frames) ==
		       frames;
	words_make(&render->words, render->interleaved, render->fixed, frames);
	return sf_writef_int(render->out, render->fixed, frames) == frames;
}

static void meters_fold(struct render *render)
{
	for (int n = 0; n < render->rack->node_count; n++) {
		const struct node *node = &render->rack->nodes[n];
		const float *values = engine_meters(render->engine, n);
		if (!values)
			continue;
		for (int slot = 0; slot < node_meters(node); slot++) {
			const struct meter *row =
				meter_row(node->module, node->channels, slot);
			float *into = &render->folded[n][slot];
			*into = render->measured[n]
					? fold_join(row->fold, *into, values[slot])
					: values[slot];
		}
		render->measured[n] = true;
	}
}

static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
enum { STOPS = sizeof stops / sizeof *stops };

/* Ctrl-C and its kind wait for stop_asked(), so that the file can be taken away; but who
 * started it under nohup, or behind others' backs, wants some of them ignored. */
static void stop_hold(int how)
{
	struct sigaction action;
	sigset_t held;

	sigemptyset(&held);
	for (int i = 0; i < STOPS; i++)
		if (sigaction(stops[i], NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN)
			sigaddset(&held, stops[i]);
	sigprocmask(how, &held, NULL);
}

static bool stop_asked(void)
{
	sigset_t pending;
	bool asked = false;

	sigpending(&pending);
	for (int i = 0; i < STOPS; i++)
		asked |= sigismember(&pending, stops[i]) > 0;
	return asked;
}

static int run(struct render *render)
{
	int block = render->options->block;
	int64_t length = render->in_info.frames, read = 0, done = 0;
	int64_t skip = render->options->keep_latency ? 0 : render->latency;
	int64_t total = length + render->latency;

	while (done < total) {
		if (stop_asked())
			return EXIT_FILE;
		int frames = total - done < block ? (int)(total - done) : block;
		int wanted = length - read < frames ? (int)(length - read) : frames;
		int got = block_read(render, frames);
		if (got < wanted) {
			fprintf(stderr,
				"lathe-render: %s: ends after %lld of %lld frames\n",
				render->options->in, (long long)read + got,
				(long long)length);
			return EXIT_FILE;
		}
		read += wanted;
		rt_run(engine_rt(render->engine), render->buffers, render->is_output,
		       frames);
		engine_tick(render->engine);
		meters_fold(render);
		int from = skip < frames ? (int)skip : frames;
		skip -= from;
		if (!block_write(render, from, frames)) {
			fprintf(stderr, "lathe-render: %s: %s\n", render->options->out,
				sf_strerror(render->out));
			return EXIT_FILE;
		}
		done += frames;
		progress_draw(render, done, total);
	}
	engine_tick(render->engine);
	meters_fold(render);
	return 0;
}

/* ---- meters ------------------------------------------------------------------------ */

static void node_print(const struct render *render, int n, bool *first)
{
	const struct node *node = &render->rack->nodes[n];

	for (int slot = 0; slot < node_meters(node); slot++) {
		const struct meter *meter =
			meter_row(node->module, node->channels, slot);
		float reading = meter_reading(meter, render->folded[n][slot]);
		char path[128], text[64];
		if (strcmp(meter->id, "load") == 0)
			continue; /* of this computer, not of the sound */
		meter_path(node->module, node->channels, slot, path, sizeof path);
		if (!render->options->json) {
			meter_text(meter, reading, text, sizeof text);
			printf("%s/meter/%s %s\n", node->path, path, text);
			continue;
		}
		number_text(reading, text, sizeof text);
		printf("%s\n    \"%s/meter/%s\": %s", *first ? "" : ",", node->path,
		       path, isfinite(reading) ? text : "null");
		*first = false;
	}
}

static int meters_print(const struct render *render)
{
	bool first = true;

	if (render->options->json)
		printf("{\n  \"frames\": %lld,\n  \"rate\": %d,\n  \"latency\": %lld,\n"
		       "  \"seconds\": %.3f,\n  \"meters\": {",
		       (long long)render->in_info.frames, render->in_info.samplerate,
		       (long long)render->latency, seconds_now() - render->began);
	for (int n = 0; n < render->rack->node_count; n++)
		if (render->measured[n])
			node_print(render, n, &first);
	if (render->options->json)
		puts("\n  }\n}");
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fputs("lathe-render: the meters could not be written\n", stderr);
	return EXIT_FILE;
}

static bool memory_open(struct render *render)
{
	int count = render->rack->node_count;
	int widest = render->in_info.channels > CHANNELS_MAX ? render->in_info.channels
							     : CHANNELS_MAX;

	render->interleaved =
		calloc((size_t)render->options->block * (size_t)widest, sizeof(float));
	render->folded = calloc((size_t)count, sizeof *render->folded);
	render->measured = calloc((size_t)count, sizeof *render->measured);
	if (!render->interleaved || !render->folded || !render->measured)
		return false;
	for (int n = 0; n < count; n++) {
		size_t slots = (size_t)node_meters(&render->rack->nodes[n]);
		render->folded[n] = calloc(slots + 1, sizeof(float));
		if (!render->folded[n])
			return false;
	}
	return true;
}

static int render_file(struct render *render)
{
	int status = rack_load(render);

	if (!status)
		status = input_open(render);
	if (!status && !memory_open(render)) {
		fprintf(stderr, "lathe-render: out of memory\n");
		status = EXIT_FILE;
	}
	if (!status)
		status = engine_open(render);
	if (!status)
		status = output_open(render);
	if (status)
		return status;
	render->began = seconds_now();
	stop_hold(SIG_BLOCK);
	status = run(render);
	if (render->out && sf_close(render->out) && !status) {
		fprintf(stderr, "lathe-render: %s: could not be finished\n",
			render->options->out);
		status = EXIT_FILE;
	}
	if (status && render->out)
		output_remove(render->options->out);
	if (!status && (render->options->meters || render->options->json))
		status = meters_print(render);
	return status;
}

static void render_finish(struct render *render)
{
	for (int n = 0; render->folded && n < render->rack->node_count; n++)
		free(render->folded[n]);
	free(render->folded);
	free(render->measured);
	free(render->interleaved);
	free(render->fixed);
	for (int slot = 0; slot < PORTS_MAX; slot++)
		free(render->buffers[slot]);
	engine_destroy(render->engine);
	event_log_destroy(render->events);
	rack_destroy(render->rack);
	if (render->in)
		sf_close(render->in);
}

int main(int argc, char **argv)
{
	struct render_options options = { .block = 1024 };
	struct render render = { .options = &options, .events = event_log_create() };

	render_options_read(&options, argc, argv);
	if (options.out && !soundfile_format(options.out, options.format)) {
		if (soundfile_format(options.out, NULL))
			fprintf(stderr,
				"lathe-render: --format %s: %s would accept 24 or 16\n",
				options.format, options.out);
		else
			fprintf(stderr,
				"lathe-render: %s: .wav .w64 .flac .aiff or .caf is "
				"wanted\n",
				options.out);
		return EXIT_USAGE;
	}
	if (options.learn) {
		char error[512];
		const bool learnt =
			learn_curve(options.in, options.learn, error, sizeof error);
		if (!learnt)
			fprintf(stderr, "lathe-render: %s\n", error);
		event_log_destroy(render.events);
		return learnt ? 0 : EXIT_FILE;
	}
	int status = render_file(&render);
	render_finish(&render);
	stop_hold(SIG_UNBLOCK); /* ends here if it was stopped */
	return status;
}

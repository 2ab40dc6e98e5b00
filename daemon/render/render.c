/* render.c - lathe-render: plays a file through a rack. It runs the daemon's engine in
 * one thread, and writes what the daemon would play from silence at --start-frame. */
#include "daemon/base/clock.h"
#include "daemon/base/memory.h"
#include "daemon/config/config.h"
#include "daemon/config/contents.h"
#include "daemon/engine/engine.h"
#include "daemon/base/fold.h"
#include "daemon/render/learn.h"
#include "daemon/rack/param.h"
#include "daemon/render/options.h"
#include "daemon/render/report.h"
#include "daemon/render/sets.h"
#include "share/soundfile.h"
#include "share/soundwriter.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* True-peak meters are some frames late: silence of this length brings all peaks to
 * them. */
enum { TAIL_FRAMES = 64 };

/* One run: the file that is read, the rack, the file that is written. */
struct render {
	const struct render_options *options;
	struct rack *rack;
	struct engine *engine;
	struct event_log *events;
	struct soundfile *in;
	struct soundwriter *out;
	int place[LAYOUT_MAX]; /* the file's channel i is the rack's input place[i] */
	int output, channels;  /* node, and what it is written with */
	float *buffers[PORTS_MAX]; /* one per port */
	bool is_output[PORTS_MAX];
	int in_slots[PORTS_MAX], in_count; /* the rack's input channels in order */
	int out_slots[CHANNELS_MAX];
	float *interleaved;
	int64_t latency;
	int64_t strays; /* samples of the file that are not audio */
	float **folded; /* [node][meter slot] readings of the whole run */
	bool *measured; /* [node] */
	double began, drawn;
};

/* ---- the rack -------------------------------------------------------------------- */

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
	contents_read(render->rack, NULL);
	for (int i = 0; i < options->set_count; i++)
		if (!set_apply(render->rack, options->sets[i]))
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
	char name[sizeof(ports->name)];

	snprintf(name, sizeof(name), "%s_%d", section, channel + 1);
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
			continue; /* a node without a return plays dry */
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
	struct engine_options options = { .rate = render->in->rate,
					  .in_line = true,
					  .counts_strays = true,
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

/* ---- files ----------------------------------------------------------------------- */

static int input_refuse(const struct render *render, const char *why)
{
	fprintf(stderr, "lathe-render: %s: %s\n", render->options->in, why);
	return EXIT_FILE;
}

/* Assigns channels by loudspeaker if one input is wide enough for the file, else in
 * order. */
static bool channels_place(struct render *render, char *why, size_t size)
{
	const struct rack *rack = render->rack;
	const int channels = render->in->channels;
	int takes = 0;

	for (int i = 0; i < rack->input_count; i++)
		takes += rack->inputs[i].channels;
	if (channels > takes) {
		snprintf(why, size, "has %d channels; the rack's inputs take %d",
			 channels, takes);
		return false;
	}
	for (int c = 0; c < channels; c++)
		render->place[c] = c;
	return channels == 1 || rack->inputs[0].channels < channels ||
	       layout_place(&render->in->layout, rack->inputs[0].channels,
			    render->place, why, size);
}

static int input_open(struct render *render)
{
	char why[512];

	render->in = soundfile_open(render->options->in, why, sizeof(why));
	if (!render->in)
		return input_refuse(render, why);
	if (render->in->rate < RATE_MIN || render->in->rate > RATE_MAX) {
		snprintf(why, sizeof(why), "%d Hz; %d to %d are played",
			 render->in->rate, RATE_MIN, RATE_MAX);
		return input_refuse(render, why);
	}
	return channels_place(render, why, sizeof(why)) ? 0 : input_refuse(render, why);
}

static int output_open(struct render *render)
{
	const struct render_options *options = render->options;
	const struct soundfile *in = render->in;
	char error[256];

	if (!options->out)
		return 0;
	if (soundfile_is_same(options->in, options->out)) {
		fprintf(stderr, "lathe-render: %s: is the file that is read\n",
			options->out);
		return EXIT_FILE;
	}
	render->channels = render->rack->nodes[render->output].channels;
	render->out = soundwriter_open(
		options->out, options->format, in->rate, render->channels,
		in->exact ? in->frames + render->latency : -1, error, sizeof(error));
	if (render->out)
		return 0;
	fprintf(stderr, "lathe-render: %s: %s\n", options->out, error);
	return EXIT_FILE;
}

/* ---- the run --------------------------------------------------------------------- */

/* `total`: frames; 0: unknown. */
static void progress_draw(struct render *render, int64_t done, int64_t total)
{
	const int width = 30;
	double now = clock_seconds();
	double part = total ? fmin((double)done / (double)total, 1) : 0;
	double speed =
		(double)done / render->in->rate / fmax(now - render->began, 1e-3);

	if (!isatty(STDERR_FILENO) || (now - render->drawn < 0.1 && done < total))
		return;
	render->drawn = now;
	fputs("\r", stderr);
	for (int i = 0; i < width && total; i++)
		fputs(i < part * width ? "█" : "░", stderr);
	if (total)
		fprintf(stderr, " %3.0f %%", 100 * part);
	fprintf(stderr, " %.1f × real time\033[K%s", speed,
		done >= total && total ? "\n" : "");
}

/* Samples above +60 dBFS or not a number are not audio: the rack plays silence for
 * them. */
static const float loudest = 1000.0f;

/* Fills the input ports; after the file's end with silence, so that what the rack
 * delays comes out. A mono file feeds every input. */
static int block_read(struct render *render, int frames)
{
	int channels = render->in->channels;
	int got = soundfile_read(render->in, render->interleaved, frames);

	for (int i = 0; i < got * channels; i++)
		render->strays += !(fabsf(render->interleaved[i]) <= loudest);
	for (int p = 0; p < render->in_count; p++)
		if (render->in_slots[p] >= 0)
			memset(render->buffers[render->in_slots[p]], 0,
			       (size_t)frames * sizeof(float));
	for (int c = 0; c < (channels == 1 ? render->in_count : channels); c++) {
		const int from = channels == 1 ? 0 : c;
		const int slot = render->in_slots[channels == 1 ? c : render->place[c]];
		for (int i = 0; i < got && slot >= 0; i++)
			render->buffers[slot][i] =
				render->interleaved[i * channels + from];
	}
	return got;
}

static bool block_write(struct render *render, int from, int frames)
{
	int channels = render->channels;
	char error[256];

	if (!render->out || from >= frames)
		return true;
	for (int c = 0; c < channels; c++) {
		const float *buffer = render->buffers[render->out_slots[c]];
		for (int i = from; i < frames; i++)
			render->interleaved[(i - from) * channels + c] = buffer[i];
	}
	if (soundwriter_write(render->out, render->interleaved, frames - from, error,
			      sizeof(error)))
		return true;
	fprintf(stderr, "lathe-render: %s: %s\n", render->options->out, error);
	return false;
}

/* `tail`: takes only true peaks, whose meters are some frames late. */
static void meters_fold(struct render *render, bool tail)
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
			if (tail && strncmp(row->id, "true_peak", 9) != 0)
				continue;
			*into = render->measured[n]
					? fold_join(row->fold, *into, values[slot])
					: values[slot];
		}
		render->measured[n] = true;
	}
}

static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
enum { STOPS = sizeof(stops) / sizeof(*stops) };

/* Ctrl-C and similar signals are handled by stop_asked(), so that no half-written file
 * stays. Signals that were ignored at the start, as under nohup, stay ignored. */
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

static void block_run(struct render *render, int frames, bool tail)
{
	rt_run(engine_rt(render->engine), render->buffers, render->is_output, frames);
	engine_tick(render->engine);
	meters_fold(render, tail);
}

/* Plays the file to its actual end, then what the rack still delays. */
static int run(struct render *render)
{
	const int block = render->options->block;
	const int64_t promised = render->in->frames;
	int64_t total = promised > 0 ? promised + render->latency : 0, done = 0;
	int64_t skip = render->options->keep_latency ? 0 : render->latency;
	int64_t held = render->latency;
	bool ended = false;

	while (!ended || held > 0) {
		if (stop_asked())
			return EXIT_FILE;
		int got = block_read(render, block), frames = block;
		if (got < block) {
			ended = true;
			frames = held < block - got ? got + (int)held : block;
			held -= frames - got;
		}
		if (frames == 0)
			break;
		block_run(render, frames, false);
		int from = skip < frames ? (int)skip : frames;
		skip -= from;
		if (!block_write(render, from, frames))
			return EXIT_FILE;
		done += frames;
		progress_draw(render, done, total);
	}
	if (render->in->read == 0)
		return input_refuse(render, "has no frames, there is nothing to play");
	for (int left = TAIL_FRAMES; left > 0; left -= block) {
		block_read(render, block);
		block_run(render, left < block ? left : block, true);
	}
	return 0;
}

static bool memory_open(struct render *render)
{
	int count = render->rack->node_count;
	int widest = render->in->channels > CHANNELS_MAX ? render->in->channels
							 : CHANNELS_MAX;

	render->interleaved = memory_zeroed(
		(size_t)render->options->block * (size_t)widest, sizeof(float));
	render->folded = memory_zeroed((size_t)count, sizeof(*render->folded));
	render->measured = memory_zeroed((size_t)count, sizeof(*render->measured));
	if (!render->interleaved || !render->folded || !render->measured)
		return false;
	for (int n = 0; n < count; n++) {
		size_t slots = (size_t)node_meters(&render->rack->nodes[n]);
		render->folded[n] = memory_zeroed(slots + 1, sizeof(float));
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
	render->began = clock_seconds();
	stop_hold(SIG_BLOCK);
	status = run(render);
	if (render->out && !status) {
		char error[256];
		if (!soundwriter_finish(render->out, error, sizeof(error))) {
			fprintf(stderr, "lathe-render: %s: %s\n", render->options->out,
				error);
			status = EXIT_FILE;
		}
	}
	const struct report report = { .options = render->options,
				       .rack = render->rack,
				       .in = render->in,
				       .out = render->out,
				       .latency = render->latency,
				       .strays = render->strays,
				       .seconds = clock_seconds() - render->began,
				       .folded = render->folded,
				       .measured = render->measured };
	if (!status)
		report_say(&report);
	if (!status && (render->options->meters || render->options->json))
		status = report_print(&report);
	return status;
}

static void render_finish(struct render *render)
{
	for (int n = 0; render->folded && n < render->rack->node_count; n++)
		free(render->folded[n]);
	free(render->folded);
	free(render->measured);
	free(render->interleaved);
	for (int slot = 0; slot < PORTS_MAX; slot++)
		free(render->buffers[slot]);
	engine_destroy(render->engine);
	event_log_destroy(render->events);
	rack_destroy(render->rack);
	soundwriter_close(render->out);
	soundfile_close(render->in);
}

int main(int argc, char **argv)
{
	struct render_options options = { .block = 1024 };
	struct render render = { .options = &options, .events = event_log_create() };

	render_options_read(&options, argc, argv);
	if (options.out && !soundwriter_format(options.out, options.format)) {
		if (soundwriter_format(options.out, NULL))
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
			learn_curve(options.in, options.learn, error, sizeof(error));
		if (!learnt)
			fprintf(stderr, "lathe-render: %s\n", error);
		event_log_destroy(render.events);
		return learnt ? 0 : EXIT_FILE;
	}
	int status = render_file(&render);
	render_finish(&render);
	stop_hold(SIG_UNBLOCK); /* ends the process here if it was stopped */
	return status;
}

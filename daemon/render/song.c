/* song.c - one file through the rack. lathe-render, in one thread; several songs in
 * several processes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/song.h"

#include "daemon/base/clock.h"
#include "daemon/base/memory.h"
#include "daemon/render/flow.h"
#include "daemon/render/said.h"
#include "daemon/render/say.h"
#include "daemon/render/stop.h"
#include "share/resampler.h"
#include "share/soundkind.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool song_keep(struct song *song)
{
	const char *folder = getenv("TMPDIR");

	if (!folder || !*folder)
		folder = "/var/tmp";
	song->kept = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (song->kept < 0) {
		FILE *file = tmpfile(); /* a file system that can't do without names */
		song->kept = file ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 3) : -1;
		if (file)
			fclose(file);
	}
	if (song->kept >= 0)
		return true;
	song_say(song, "%s: no temporary file (%s); TMPDIR names another folder",
		 folder, strerror(errno));
	song->status = EXIT_FILE;
	return false;
}

void song_drop(struct song *song)
{
	if (song->kept >= 0)
		close(song->kept);
	song->kept = -1;
}

/* ---- files and racks ------------------------------------------------------------- */

struct asked {
	const struct song *song;
	const struct session *session;
};

/* The rate that is asked for or the file's, or the nearest that the output's kind of file
 * knows. */
static int rate_of(const void *context, int own)
{
	const struct asked *asked = context;
	const struct render_options *options = asked->session->options;
	const struct soundkind kind = soundkind_of(asked->song->out, options->format);
	const int wanted = options->rate ? options->rate : own;

	return asked->song->out[0] ? soundkind_rate(&kind, wanted) : wanted;
}

static struct intake *in_open(struct song *song, const struct session *session)
{
	const struct render_options *options = session->options;
	const struct asked asked = { song, session };
	const struct intake_options wanted = {
		.rack = session->rack,
		.rate = rate_of,
		.context = &asked,
		.trim_head = options->trim_head,
		.trim_tail = options->trim_tail,
		.counts = options->fade_out > 0,
	};
	char text[512];
	struct intake *intake = intake_open(song->in, &wanted, text, sizeof(text));

	if (!intake) {
		song_refuse(song, song->in, text);
		return NULL;
	}
	song->rate = intake->rate;
	song->file_rate = intake->file->rate;
	song->cut = intake->cut;
	return intake;
}

/* Once a song. */
static void rate_tell(struct song *song)
{
	char text[256];

	if (song->rate == song->file_rate)
		return;
	resampler_text(song->file_rate, song->rate, text, sizeof(text));
	song_say(song, "%s: %s", song->in, text);
}

static struct playback *rack_open(struct song *song, const struct session *session,
				  const struct rack *rack, int output, int rate,
				  struct tally *tally)
{
	const struct playback_options options = {
		.rack = rack,
		.tally = tally,
		.output = output,
		.rate = rate,
		.block = session->options->block,
		.start_frame = session->options->start_frame,
	};
	struct playback *playback = playback_create(&options);

	if (!playback) {
		song_refuse(song, session->options->config,
			    "the rack could not be built");
		song->status = EXIT_CONFIG;
	}
	return playback;
}

/* `frames`: how many will be written; -1: unknown. */
static bool out_open(struct song *song, struct flow *flow, int64_t frames)
{
	const struct render_options *options = flow->session->options;
	char error[256];

	if (!song->out[0])
		return true;
	if (soundfile_is_same(song->in, song->out)) {
		song_refuse(song, song->out, "is the file that is read");
		return false;
	}
	flow->out = soundwriter_open(song->out, options->format, song->rate,
				     flow->playback->channels, frames, error,
				     sizeof(error));
	if (flow->out)
		song->replaces = flow->out->replaces;
	else
		song_refuse(song, song->out, error);
	return flow->out;
}

static void codecs_try(struct song *song, const struct render_options *options)
{
	char error[256];

	for (int i = 0; i < options->codec_count && !stop_asked(); i++)
		if (!codec_try(&options->codecs[i], song->out, &song->codecs[i], error,
			       sizeof(error)))
			song_say(song, "%s: %s: %s", song->out, options->codecs[i].name,
				 error);
}

static int out_finish(struct song *song, struct flow *flow, int status)
{
	char error[256];

	if (flow->out && !status)
		said_write(song, flow->session, flow->out, song->cut);
	if (flow->out && !status) {
		song->clipped = flow->out->clipped;
		song->peak = flow->out->peak;
		if (soundwriter_finish(flow->out, error, sizeof(error))) {
			song->written = true;
			codecs_try(song, flow->session->options);
		} else {
			status = song_refuse(song, song->out, error);
		}
	}
	soundwriter_close(flow->out);
	return status;
}

/* What was found out while the file was read. */
static int in_finish(struct song *song, struct intake *intake, int status)
{
	song->read = intake->read;
	song->strays = intake->strays;
	memcpy(song->note, intake->file->note, sizeof(song->note));
	if (!status && song->read == 0)
		status = song_refuse(song, song->in,
				     "has no frames, there is nothing to play");
	intake_close(intake);
	return status;
}

/* ---- the runs -------------------------------------------------------------------- */

static bool wants_page(const struct session *session)
{
	return session->options->report;
}

static void measure(struct flow *flow, struct gauge *gauge)
{
	flow->gauging = gauge_begin(gauge, flow->song->rate, flow->playback->channels,
				    wants_page(flow->session));
}

/* Measures the file as it is read, if a page will show it. */
static void measure_before(struct flow *flow)
{
	if (wants_page(flow->session))
		flow->before = gauge_begin(&flow->song->before, flow->intake->rate,
					   flow->width, true);
}

static void limiting_note(struct song *song, const struct session *session, int limiter)
{
	song->limiting = tally_get(&song->tally, session->rack, limiter, "gr", 0);
}

/* The limiter that is told of in results: the halves' one, or the rack's last. */
static int limiter_of(const struct session *session)
{
	int last = -1;

	for (int i = 0; i < session->rack->node_count; i++)
		if ((session->rack->nodes[i].module->flags & MODULE_ROLE) ==
		    MODULE_LIMITER)
			last = i;
	if (!session->halves.back || session->halves.limiter < 0)
		return last;
	return rack_same(session->halves.back, session->halves.limiter, session->rack);
}

int song_play(struct song *song, struct session *session)
{
	const struct render_options *options = session->options;
	const double began = clock_seconds();
	struct flow flow = { .song = song, .session = session, .read = flow_read_file };

	song->status = 0;
	flow.intake = in_open(song, session);
	if (!flow.intake)
		return song->status;
	flow.width = flow.intake->width;
	flow.playback = rack_open(song, session, session->rack, session->output,
				  song->rate, &song->tally);
	int status = song->status;
	if (flow.playback) {
		const int64_t latency = flow.playback->latency;
		song->latency = latency;
		song->channels = flow.playback->channels;
		flow.after = latency;
		flow.skip = options->keep_latency ? 0 : latency;
		if (flow.intake->frames > 0)
			flow.expected = flow.intake->frames + latency;
		flow.length = flow.intake->exact ? flow.intake->frames : -1;
		if (options->measures || said_measures(song))
			measure(&flow, &song->after);
		flow.riding = riding_begin(session->rack, song->rate, latency);
		measure_before(&flow);
		if (out_open(song, &flow,
			     flow.intake->exact ? flow.intake->frames + latency : -1))
			status = flow_play(&flow);
		else
			status = song->status;
	}
	rate_tell(song);
	status = in_finish(song, flow.intake, status);
	status = out_finish(song, &flow, status);
	limiting_note(song, session, limiter_of(session));
	song->rode = riding_end(flow.riding);
	playback_destroy(flow.playback);
	song->seconds = clock_seconds() - began;
	song->status = status;
	return status;
}

/* Without a front only the file is measured. */
static int measure_file(struct flow *flow)
{
	const int block = flow->session->options->block;
	float *in = memory_zeroed((size_t)block * (size_t)flow->width, sizeof(float));
	int got = block;

	while (got == block && !stop_asked()) {
		got = intake_read(flow->intake, in, block);
		if (flow->before)
			gauge_add(flow->before, in, got);
		gauge_add(flow->gauging, in, got);
	}
	free(in);
	if (flow->before)
		gauge_end(flow->before);
	gauge_end(flow->gauging);
	return stop_asked() ? EXIT_FILE : 0;
}

int song_prepare(struct song *song, struct session *session)
{
	const struct halves *halves = &session->halves;
	const double began = clock_seconds();
	struct flow flow = { .song = song, .session = session, .read = flow_read_file };
	int status = 0;

	song->status = 0;
	flow.intake = in_open(song, session);
	if (!flow.intake)
		return song->status;
	flow.width = flow.intake->width;
	flow.expected = flow.intake->frames;
	measure_before(&flow);
	if (halves->front) {
		struct tally view =
			tally_view(&song->tally, session->rack, halves->front);
		flow.playback = rack_open(song, session, halves->front,
					  halves->front_output, song->rate, &view);
		status = song->status;
		if (flow.playback) {
			song->front_latency = flow.playback->latency;
			flow.skip = song->front_latency;
			/* The back may delay the programme by so much more. */
			flow.after = song->front_latency + song->rate;
			flow.keeps = true;
			measure(&flow, &song->after);
			status = flow_play(&flow);
		}
		playback_destroy(flow.playback);
		tally_finish(&view);
	} else {
		flow.gauging = gauge_begin(&song->after, song->rate, flow.width, false);
		status = measure_file(&flow);
	}
	song->kept_frames = flow.intake->read + song->front_latency;
	rate_tell(song);
	status = in_finish(song, flow.intake, status);
	song->seconds += clock_seconds() - began;
	song->status = status;
	return status;
}

/* Plays the back half from what the front has left, or from the file. */
static int pass_play(struct flow *flow, bool writes)
{
	struct song *song = flow->song;
	const int64_t latency = song->front_latency + flow->playback->latency;
	const int64_t frames = song->kept_frames - song->front_latency;
	int status = 0;

	song->latency = latency;
	song->channels = flow->playback->channels;
	flow->after = flow->playback->latency;
	flow->skip = flow->session->options->keep_latency ? 0 : latency;
	flow->expected = song->kept_frames + flow->after;
	flow->length = frames;
	measure(flow, &song->after);
	if (writes && !out_open(song, flow, frames + latency))
		status = song->status;
	if (!status)
		status = flow_play(flow);
	return writes ? out_finish(song, flow, status) : status;
}

int song_pass(struct song *song, struct session *session, bool writes)
{
	struct halves *halves = &session->halves;
	const double began = clock_seconds();
	struct flow flow = { .song = song, .session = session, .read = flow_read_kept };

	song->status = 0;
	halves_set(halves, song->gain, song->ceiling);
	if (!halves->front) {
		flow.read = flow_read_file;
		flow.intake = in_open(song, session);
		if (!flow.intake)
			return song->status;
		flow.width = flow.intake->width;
	} else {
		flow.width = halves->back->inputs[0].channels;
	}
	struct tally view = tally_view(&song->tally, session->rack, halves->back);
	tally_clear(&view, halves->back);
	flow.playback = rack_open(song, session, halves->back, halves->back_output,
				  song->rate, &view);
	int status = song->status;
	if (flow.playback)
		status = pass_play(&flow, writes);
	limiting_note(song, session, limiter_of(session));
	playback_destroy(flow.playback);
	tally_finish(&view);
	intake_close(flow.intake);
	song->seconds += clock_seconds() - began;
	song->status = status;
	return status;
}

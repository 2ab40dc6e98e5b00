/* flow.c - one run of a song. lathe-render, in one thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/flow.h"

#include "daemon/base/memory.h"
#include "daemon/render/stop.h"
#include "daemon/render/say.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* True-peak meters are some frames late: silence of this length brings all peaks to
 * them. */
enum { TAIL_FRAMES = 64 };

int flow_read_file(struct flow *flow, float *to, int frames)
{
	const int got = intake_read(flow->intake, to, frames);

	if (flow->before)
		gauge_add(flow->before, to, got);
	return got;
}

/* After the programme's end, what the front went on to play. */
int flow_read_kept(struct flow *flow, float *to, int frames)
{
	const struct song *song = flow->song;
	const size_t frame = sizeof(float) * (size_t)flow->width;
	const int64_t there = song->kept_total - flow->at;
	const int64_t left = song->kept_frames - flow->at;
	const int n = there < frames ? (int)fmax((double)there, 0) : frames;
	size_t done = 0, wanted = (size_t)n * frame;

	memset(to, 0, (size_t)frames * frame);
	while (done < wanted) {
		const ssize_t got = pread(song->kept, (char *)to + done, wanted - done,
					  (off_t)((size_t)flow->at * frame + done));
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	flow->at += frames;
	return left <= 0 ? 0 : left < frames ? (int)left : frames;
}

static bool keep(struct flow *flow, const float *audio, int frames)
{
	struct song *song = flow->song;
	const size_t bytes =
		sizeof(float) * (size_t)frames * (size_t)flow->playback->channels;
	size_t done = 0;

	while (done < bytes) {
		const ssize_t n =
			write(song->kept, (const char *)audio + done, bytes - done);
		if (n <= 0) {
			song_refuse(song, "the temporary file",
				    "can't be written; TMPDIR "
				    "names another folder");
			return false;
		}
		done += (size_t)n;
	}
	song->kept_total += frames;
	return true;
}

/* The gain of the fades at a frame of the output: raised cosines. */
static double fade_gain(const struct flow *flow, int64_t frame)
{
	const struct render_options *options = flow->session->options;
	const double in = options->fade_in * flow->song->rate;
	const double out = options->fade_out * flow->song->rate;
	const double left = (double)(flow->length - 1 - frame);
	double gain = 1;

	if ((double)frame < in)
		gain *= 0.5 - 0.5 * cos(M_PI * ((double)frame + 0.5) / in);
	if (flow->length >= 0 && left < out)
		gain *= left < 0 ? 0 : 0.5 - 0.5 * cos(M_PI * (left + 0.5) / out);
	return gain;
}

static void fade(struct flow *flow, float *audio, int frames)
{
	const struct render_options *options = flow->session->options;
	const int channels = flow->playback->channels;

	for (int i = 0; i < frames && (options->fade_in > 0 || options->fade_out > 0);
	     i++) {
		const double gain = fade_gain(flow, flow->taken + i);
		for (int c = 0; c < channels && gain < 1; c++)
			audio[i * channels + c] *= (float)gain;
	}
	flow->taken += frames;
}

/* What the rack plays from `from` on. */
static bool take(struct flow *flow, float *audio, int from, int frames)
{
	const int channels = flow->playback->channels;
	char error[256];

	if (flow->keeps && !keep(flow, audio, frames))
		return false;
	if (from >= frames)
		return true;
	audio += from * channels;
	if (!flow->keeps)
		fade(flow, audio, frames - from);
	if (flow->gauging)
		gauge_add(flow->gauging, audio, frames - from);
	if (!flow->out ||
	    soundwriter_write(flow->out, audio, frames - from, error, sizeof(error)))
		return true;
	song_refuse(flow->song, flow->song->out, error);
	return false;
}

static void progress(struct flow *flow, int64_t done)
{
	const double part =
		flow->expected > 0 ? (double)done / (double)flow->expected : 0;

	const struct song *song = flow->song;
	const double promille = song->from + (song->to - song->from) * fmin(part, 1);

	atomic_store(&flow->song->promille, (int)promille);
	if (flow->session->progress)
		flow->session->progress(flow->session->progress_context);
}

/* Plays to the programme's actual end, then what the rack still delays. */
static int flow_run(struct flow *flow, float *in, float *out)
{
	struct playback *playback = flow->playback;
	const int block = playback->options.block;
	int64_t held = flow->after, skip = flow->skip, done = 0;
	bool ended = false;

	while (!ended || held > 0) {
		if (stop_asked())
			return EXIT_FILE;
		const int got = flow->read(flow, in, block);
		int frames = block;
		if (got < block) {
			const int rest = block - got;
			ended = true;
			frames = held < rest ? got + (int)held : block;
			held -= frames - got;
		}
		if (frames == 0)
			break;
		playback_run(playback, in, flow->width, out, frames, false);
		const int from = skip < frames ? (int)skip : frames;
		skip -= from;
		if (!take(flow, out, from, frames))
			return EXIT_FILE;
		done += frames;
		if (flow->riding)
			riding_look(flow->riding, playback, done);
		progress(flow, done);
	}
	memset(in, 0, sizeof(float) * (size_t)block * (size_t)flow->width);
	for (int left = TAIL_FRAMES; left > 0; left -= block)
		playback_run(playback, in, flow->width, NULL,
			     left < block ? left : block, true);
	return 0;
}

int flow_play(struct flow *flow)
{
	const size_t block = (size_t)flow->session->options->block;
	float *in = memory_zeroed(block * (size_t)flow->width, sizeof(float));
	float *out =
		memory_zeroed(block * (size_t)flow->playback->channels, sizeof(float));

	const int status = flow_run(flow, in, out);
	free(in);
	free(out);
	if (flow->before)
		gauge_end(flow->before);
	if (flow->gauging)
		gauge_end(flow->gauging);
	return status;
}

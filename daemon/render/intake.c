/* intake.c - a sound file's audio in the rack's order of channels. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/intake.h"

#include "daemon/base/memory.h"
#include "daemon/engine/engine.h"
#include "share/resampler.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Samples above +60 dBFS or not a number are not audio: the rack plays silence for
 * them. */
static const float loudest = 1000.0f;

/* What is quieter than -72 dBFS counts as silence at the ends; 10 ms stay before the first
 * sound, 50 ms after the last. */
static const float silence = 0.00025f;
enum { HEAD_MS = 10, TAIL_MS = 50, PIECE = 4096 };

struct intake_inside {
	struct resampler *resampler; /* NULL: the rate stays */
	float *mixed;                /* as the file has them */
	int room;                    /* frames of `mixed` */
	bool spread;                 /* a mono file feeds every input */
	int place[LAYOUT_MAX]; /* the file's channel i is channel place[i] of `width` */
	int64_t at, end;       /* frames of the file that were read; where to stop */
};

/* Assigns channels by loudspeaker if one input is wide enough for the file, else in
 * order. */
static bool channels_place(struct intake *intake, const struct rack *rack, char *why,
			   size_t size)
{
	struct intake_inside *in = intake->inside;
	const int channels = intake->file->channels;

	for (int i = 0; i < rack->input_count; i++)
		intake->width += rack->inputs[i].channels;
	if (channels > intake->width) {
		snprintf(why, size, "has %d channels; the rack's inputs take %d",
			 channels, intake->width);
		return false;
	}
	in->spread = channels == 1;
	for (int c = 0; c < channels; c++)
		in->place[c] = c;
	return channels == 1 || rack->inputs[0].channels < channels ||
	       layout_place(&intake->file->layout, rack->inputs[0].channels, in->place,
			    why, size);
}

/* The file's next frames up to where it ends, with silence for what is no audio. */
static int file_read(void *context, float *to, int frames)
{
	struct intake *intake = context;
	struct intake_inside *in = intake->inside;
	const int64_t left = in->end - in->at;
	const int wanted = left < frames ? (int)left : frames;
	const int got = wanted > 0 ? soundfile_read(intake->file, to, wanted) : 0;

	for (int i = 0; i < got * intake->file->channels; i++)
		if (!(fabsf(to[i]) <= loudest)) {
			intake->strays++;
			to[i] = 0;
		}
	in->at += got;
	return got;
}

/* ---- the length, and the ends ---------------------------------------------------- */

struct ends {
	int64_t first, last, count; /* frames that sound; of all */
};

/* Reads the whole file. */
static bool ends_find(const char *path, struct ends *ends, char *error,
		      size_t error_size)
{
	struct soundfile *file = soundfile_open(path, error, error_size);
	float *piece;

	if (!file)
		return false;
	piece = memory_zeroed(PIECE, sizeof(float) * (size_t)file->channels);
	*ends = (struct ends) { .first = -1 };
	for (int n; (n = soundfile_read(file, piece, PIECE)) > 0; ends->count += n)
		for (int i = 0; i < n * file->channels; i++)
			if (fabsf(piece[i]) > silence) {
				ends->last = ends->count + i / file->channels;
				if (ends->first < 0)
					ends->first = ends->last;
			}
	soundfile_close(file);
	free(piece);
	return true;
}

static bool is_regular(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Where to begin and to end, at the file's rate. A file without a sound stays whole. */
static bool ends_set(struct intake *intake, const char *path,
		     const struct intake_options *options, char *error,
		     size_t error_size)
{
	struct intake_inside *in = intake->inside;
	const bool trims = options->trim_head || options->trim_tail;
	struct ends ends;

	in->end = INT64_MAX;
	if (!trims && (intake->exact || !options->counts))
		return true;
	if (!is_regular(path)) {
		snprintf(error, error_size,
			 "can be read once only; --trim and --fade-out need a file");
		return false;
	}
	if (!ends_find(path, &ends, error, error_size))
		return false;
	in->end = ends.count;
	if (options->trim_tail && ends.first >= 0)
		in->end = ends.last + 1 + intake->file->rate * TAIL_MS / 1000;
	in->end = in->end < ends.count ? in->end : ends.count;
	if (options->trim_head && ends.first > 0)
		intake->cut = ends.first - intake->file->rate * HEAD_MS / 1000;
	intake->cut = intake->cut > 0 ? intake->cut : 0;
	intake->frames = in->end - intake->cut;
	intake->exact = true;
	return true;
}

static void head_skip(struct intake *intake)
{
	const int channels = intake->file->channels;
	float *piece = memory_zeroed(PIECE, sizeof(float) * (size_t)channels);

	while (intake->inside->at < intake->cut) {
		const int64_t left = intake->cut - intake->inside->at;
		if (file_read(intake, piece, left < PIECE ? (int)left : PIECE) == 0)
			break;
	}
	free(piece);
}

/* ---- open and read --------------------------------------------------------------- */

static bool rate_set(struct intake *intake, const struct intake_options *options,
		     char *error, size_t error_size)
{
	const int from = intake->file->rate;

	intake->rate = options->rate ? options->rate(options->context, from) : from;
	if (from < RATE_MIN || from > RATE_MAX) {
		snprintf(error, error_size, "%d Hz; %d to %d are played", from,
			 RATE_MIN, RATE_MAX);
		return false;
	}
	if (intake->rate == from)
		return true;
	intake->inside->resampler = resampler_create(
		from, intake->rate, intake->file->channels, error, error_size);
	if (intake->frames > 0)
		intake->frames = resampler_length(intake->frames, from, intake->rate);
	return intake->inside->resampler;
}

struct intake *intake_open(const char *path, const struct intake_options *options,
			   char *error, size_t error_size)
{
	struct intake *intake = memory_zeroed(1, sizeof(*intake));

	intake->inside = memory_zeroed(1, sizeof(*intake->inside));
	intake->file = soundfile_open(path, error, error_size);
	if (intake->file) {
		intake->frames = intake->file->frames;
		intake->exact = intake->file->exact;
		if (ends_set(intake, path, options, error, error_size) &&
		    rate_set(intake, options, error, error_size) &&
		    channels_place(intake, options->rack, error, error_size)) {
			head_skip(intake);
			return intake;
		}
	}
	intake_close(intake);
	return NULL;
}

void intake_close(struct intake *intake)
{
	if (!intake)
		return;
	soundfile_close(intake->file);
	resampler_destroy(intake->inside->resampler);
	free(intake->inside->mixed);
	free(intake->inside);
	free(intake);
}

int intake_read(struct intake *intake, float *to, int frames)
{
	struct intake_inside *in = intake->inside;
	const int channels = intake->file->channels, width = intake->width;

	if (frames > in->room) {
		in->room = frames;
		in->mixed = memory_resize(in->mixed, (size_t)frames,
					  sizeof(float) * (size_t)channels);
	}
	const int got = in->resampler ? resampler_read(in->resampler, in->mixed, frames,
						       file_read, intake)
				      : file_read(intake, in->mixed, frames);
	const float *from = in->mixed;
	memset(to, 0, sizeof(float) * (size_t)frames * (size_t)width);
	for (int i = 0; i < got; i++)
		for (int c = 0; c < (in->spread ? width : channels); c++)
			to[i * width + (in->spread ? c : in->place[c])] =
				from[i * channels + (in->spread ? 0 : c)];
	intake->read += got;
	return got;
}

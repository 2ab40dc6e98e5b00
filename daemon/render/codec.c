/* codec.c - what a lossy codec makes of a master. lathe-render.
 *
 * libsndfile encodes and decodes, by libopus, libvorbis, LAME and libmpg123. Decoded samples
 * are floats: nothing is clipped before it is measured. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/codec.h"

#include "daemon/base/memory.h"
#include "daemon/render/gauge.h"
#include "share/bytes.h"
#include "share/resampler.h"
#include "share/soundfile.h"
#include "share/soundkind.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 4096 };

bool codec_parse(const char *text, struct codec *codec)
{
	static const struct {
		const char *name, *suffix;
	} known[] = { { "opus", ".opus" }, { "vorbis", ".ogg" }, { "mp3", ".mp3" } };
	const char *colon = strchr(text, ':');
	char *end;
	const long kbps = colon ? strtol(colon + 1, &end, 10) : 0;

	if (!colon || end == colon + 1 || *end || kbps < 8 || kbps > 512)
		return false;
	for (int i = 0; i < 3; i++)
		if (strlen(known[i].name) == (size_t)(colon - text) &&
		    strncmp(known[i].name, text, (size_t)(colon - text)) == 0) {
			snprintf(codec->name, sizeof(codec->name), "%s:%ld",
				 known[i].name, kbps);
			snprintf(codec->suffix, sizeof(codec->suffix), "%s",
				 known[i].suffix);
			snprintf(codec->format, sizeof(codec->format), "%ldk", kbps);
			return true;
		}
	return false;
}

/* ---- a file in memory ------------------------------------------------------------ */

struct memory_file {
	struct bytes bytes;
	size_t at;
};

static sf_count_t memory_length(void *context)
{
	return (sf_count_t)((struct memory_file *)context)->bytes.count;
}

static sf_count_t memory_seek(sf_count_t offset, int whence, void *context)
{
	struct memory_file *file = context;
	const sf_count_t from = whence == SEEK_SET   ? 0
				: whence == SEEK_CUR ? (sf_count_t)file->at
						     : (sf_count_t)file->bytes.count;

	if (from + offset >= 0)
		file->at = (size_t)(from + offset);
	return (sf_count_t)file->at;
}

static sf_count_t memory_read(void *to, sf_count_t count, void *context)
{
	struct memory_file *file = context;
	const size_t there =
		file->at < file->bytes.count ? file->bytes.count - file->at : 0;
	const size_t n = (size_t)count < there ? (size_t)count : there;

	if (n)
		memcpy(to, file->bytes.at + file->at, n);
	file->at += n;
	return (sf_count_t)n;
}

static sf_count_t memory_write(const void *from, sf_count_t count, void *context)
{
	struct memory_file *file = context;
	const size_t end = file->at + (size_t)count;

	while (file->bytes.count < end)
		bytes_add(&file->bytes, from,
			  end - file->bytes.count < (size_t)count
				  ? end - file->bytes.count
				  : (size_t)count);
	memcpy(file->bytes.at + file->at, from, (size_t)count);
	file->at = end;
	return count;
}

static sf_count_t memory_tell(void *context)
{
	return (sf_count_t)((struct memory_file *)context)->at;
}

static SF_VIRTUAL_IO calls = { memory_length, memory_seek, memory_read, memory_write,
			       memory_tell };

/* ---- encoding and decoding ------------------------------------------------------- */

static int master_read(void *context, float *to, int frames)
{
	return soundfile_read(context, to, frames);
}

static bool refuse(char *error, size_t size, const char *why)
{
	snprintf(error, size, "%s", why);
	return false;
}

static void encoder_set(SNDFILE *sound, const struct soundkind *kind, int rate,
			int channels)
{
	int mode = SF_BITRATE_MODE_CONSTANT;
	double level = soundkind_level(kind, rate, channels);

	sf_command(sound, SFC_SET_BITRATE_MODE, &mode, sizeof(mode));
	sf_command(sound, SFC_SET_COMPRESSION_LEVEL, &level, sizeof(level));
}

/* The master, at the codec's rate, into both meter and encoder. */
static void encode(struct soundfile *master, struct resampler *resampler,
		   SNDFILE *sound, struct gauging *gauging)
{
	float *piece = memory_zeroed(PIECE, sizeof(float) * (size_t)master->channels);
	int n;

	do {
		n = resampler ? resampler_read(resampler, piece, PIECE, master_read,
					       master)
			      : soundfile_read(master, piece, PIECE);
		gauge_add(gauging, piece, n);
		sf_writef_float(sound, piece, n);
	} while (n == PIECE);
	free(piece);
}

static bool encode_all(const struct codec *codec, struct soundfile *master,
		       struct memory_file *file, struct gauge *gauge, char *error,
		       size_t error_size)
{
	const struct soundkind kind = soundkind_of(codec->suffix, codec->format);
	const int rate = soundkind_rate(&kind, master->rate);

	SF_INFO info = { .samplerate = rate,
			 .channels = master->channels,
			 .format = kind.format };
	struct resampler *resampler = NULL;

	if (master->channels > kind.channels_max)
		return refuse(error, error_size, "takes two channels at most");
	if (rate != master->rate) {
		resampler = resampler_create(master->rate, rate, master->channels,
					     error, error_size);
		if (!resampler)
			return false;
	}
	SNDFILE *sound = sf_open_virtual(&calls, SFM_WRITE, &info, file);
	if (sound) {
		struct gauging *gauging =
			gauge_begin(gauge, rate, master->channels, false);
		encoder_set(sound, &kind, rate, master->channels);
		encode(master, resampler, sound, gauging);
		gauge_end(gauging);
	}
	resampler_destroy(resampler);
	return (sound && sf_close(sound) == 0) ||
	       refuse(error, error_size, sf_strerror(NULL));
}

static bool decode_all(struct memory_file *file, struct gauge *gauge, char *error,
		       size_t error_size)
{
	SF_INFO info = { 0 };

	file->at = 0;
	SNDFILE *sound = sf_open_virtual(&calls, SFM_READ, &info, file);
	if (!sound)
		return refuse(error, error_size, sf_strerror(NULL));
	float *piece = memory_zeroed(PIECE, sizeof(float) * (size_t)info.channels);
	struct gauging *gauging =
		gauge_begin(gauge, info.samplerate, info.channels, false);
	for (int n; (n = (int)sf_readf_float(sound, piece, PIECE)) > 0;)
		gauge_add(gauging, piece, n);
	gauge_end(gauging);
	free(piece);
	sf_close(sound);
	return true;
}

bool codec_try(const struct codec *codec, const char *path, struct codec_result *result,
	       char *error, size_t error_size)
{
	struct soundfile *master = soundfile_open(path, error, error_size);
	struct memory_file file = { { NULL, 0, 0 }, 0 };
	struct gauge *before = memory_zeroed(1, sizeof(*before));
	struct gauge *after = memory_zeroed(1, sizeof(*after));
	const bool good = master &&
			  encode_all(codec, master, &file, before, error, error_size) &&
			  decode_all(&file, after, error, error_size);

	*result = (struct codec_result) { .done = good };
	if (good) {
		const double minutes = (double)after->frames / after->rate / 60;
		result->true_peak = gauge_true_peak(after);
		result->overs = minutes > 0 ? (double)after->overs / minutes : 0;
		result->loudness = gauge_integrated(after) - gauge_integrated(before);
		result->ceiling = gauge_true_peak(before) - fmax(result->true_peak, 0);
	}
	soundfile_close(master);
	free(file.bytes.at);
	free(before);
	free(after);
	return good;
}

/* soundwriter.c - writes sound files by libsndfile, into a newfile. Not for the audio
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundwriter.h"

#include "share/newfile.h"
#include "share/pcm.h"
#include "share/soundkind.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* The largest size in 32 bits, less room for the heads. */
static const int64_t small_bytes_max = 4290000000;
enum { BLOCK = 1024, CHANNELS = 8 };

struct soundwriter_inside {
	struct newfile file;
	SNDFILE *sound;
	int kind, channels, frame_bytes;
	int trouble; /* errno of the first write that failed */
	struct words words;
	struct soundkind wanted;
	struct tags *tags;   /* what is written at the end, or NULL */
	int order[CHANNELS]; /* order[i]: the rack's channel for the file's channel i */
	float floats[BLOCK * CHANNELS];
	int32_t fixed[BLOCK * CHANNELS];
};

/* ---- the file that libsndfile writes to, which keeps errno ----------------------- */

static sf_count_t sink_length(void *context)
{
	struct soundwriter_inside *in = context;
	const off_t at = lseek(in->file.fd, 0, SEEK_CUR);
	const off_t length = lseek(in->file.fd, 0, SEEK_END);

	lseek(in->file.fd, at, SEEK_SET);
	return length;
}

static sf_count_t sink_seek(sf_count_t offset, int whence, void *context)
{
	return lseek(((struct soundwriter_inside *)context)->file.fd, offset, whence);
}

static sf_count_t sink_read(void *to, sf_count_t count, void *context)
{
	return read(((struct soundwriter_inside *)context)->file.fd, to, (size_t)count);
}

static sf_count_t sink_write(const void *from, sf_count_t count, void *context)
{
	struct soundwriter_inside *in = context;
	sf_count_t done = 0;

	while (done < count) {
		const ssize_t n = write(in->file.fd, (const char *)from + done,
					(size_t)(count - done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (!in->trouble)
				in->trouble = n ? errno : EIO;
			break;
		}
		done += n;
	}
	return done;
}

static sf_count_t sink_tell(void *context)
{
	return lseek(((struct soundwriter_inside *)context)->file.fd, 0, SEEK_CUR);
}

/* ---- the order of channels ------------------------------------------------------- */

/* In WAV's masks and FLAC the back channels come before the side channels. */
static void order_set(struct soundwriter_inside *in)
{
	static const int seven[] = { 0, 1, 2, 3, 6, 4, 5 };
	static const int eight[] = { 0, 1, 2, 3, 6, 7, 4, 5 };
	const bool masked = in->kind == SF_FORMAT_WAVEX || in->kind == SF_FORMAT_RF64 ||
			    in->kind == SF_FORMAT_FLAC;

	for (int c = 0; c < in->channels; c++)
		in->order[c] = masked && in->channels == 7   ? seven[c]
			       : masked && in->channels == 8 ? eight[c]
							     : c;
}

/* Kinds of file that can't store the layout are written without it. */
static void layout_set(struct soundwriter_inside *in)
{
	enum {
		L = SF_CHANNEL_MAP_LEFT,
		R = SF_CHANNEL_MAP_RIGHT,
		C = SF_CHANNEL_MAP_CENTER,
		E = SF_CHANNEL_MAP_LFE,
		B = SF_CHANNEL_MAP_REAR_LEFT,
		D = SF_CHANNEL_MAP_REAR_RIGHT,
		U = SF_CHANNEL_MAP_REAR_CENTER,
		S = SF_CHANNEL_MAP_SIDE_LEFT,
		T = SF_CHANNEL_MAP_SIDE_RIGHT,
	};
	static const int maps[CHANNELS + 1][CHANNELS] = {
		[3] = { L, R, C },
		[4] = { L, R, B, D },
		[5] = { L, R, C, B, D },
		[6] = { L, R, C, E, B, D },
		[7] = { L, R, C, E, U, S, T },
		[8] = { L, R, C, E, B, D, S, T },
	};
	int map[CHANNELS];

	if (in->channels < 3)
		return;
	memcpy(map, maps[in->channels], sizeof(map));
	if (in->channels == 8 && in->order[4] == 4) {
		static const int sides_first[] = { S, T, B, D };
		memcpy(map + 4, sides_first, sizeof(sides_first));
	}
	sf_command(in->sound, SFC_SET_CHANNEL_MAP_INFO, map,
		   (int)sizeof(int) * in->channels);
}

/* ---- open, write, finish --------------------------------------------------------- */

/* Whether the size may exceed 32 bits. */
static bool too_long(const struct soundwriter_inside *in, int64_t frames)
{
	return frames < 0 || frames > small_bytes_max / in->frame_bytes;
}

static const char *const aiff_full = "would pass 4 GiB, which AIFF can't hold, would "
				     "accept .wav, .w64, .caf or .flac";

/* Constant where the kind can be: what is asked for is what there is. */
static void bit_rate_set(struct soundwriter_inside *in, int rate)
{
	int mode = SF_BITRATE_MODE_CONSTANT;
	double level = soundkind_level(&in->wanted, rate, in->channels);

	if (!in->wanted.kbps)
		return;
	sf_command(in->sound, SFC_SET_BITRATE_MODE, &mode, sizeof(mode));
	sf_command(in->sound, SFC_SET_COMPRESSION_LEVEL, &level, sizeof(level));
}

static bool sound_open(struct soundwriter_inside *in, int format, int rate,
		       int64_t frames)
{
	static SF_VIRTUAL_IO calls = { sink_length, sink_seek, sink_read, sink_write,
				       sink_tell };
	const bool large = too_long(in, frames);

	in->kind = format & SF_FORMAT_TYPEMASK;
	if (in->kind == SF_FORMAT_WAV)
		in->kind = large              ? SF_FORMAT_RF64
			   : in->channels > 2 ? SF_FORMAT_WAVEX
					      : SF_FORMAT_WAV;
	SF_INFO info = { .samplerate = rate,
			 .channels = in->channels,
			 .format = in->kind | (format & SF_FORMAT_SUBMASK) };
	const bool seeks = lseek(in->file.fd, 0, SEEK_CUR) >= 0;
	in->sound = seeks ? sf_open_virtual(&calls, SFM_WRITE, &info, in)
			  : sf_open_fd(in->file.fd, SFM_WRITE, &info, SF_FALSE);
	if (!in->sound)
		return false;
	bit_rate_set(in, rate);
	/* An RF64 that turns out short enough becomes a WAV when it is closed. */
	if (in->kind == SF_FORMAT_RF64 && frames < 0)
		sf_command(in->sound, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE);
	/* This chunk would hold the time of day: not reproducible. */
	sf_command(in->sound, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
	sf_command(in->sound, SFC_SET_CLIPPING, NULL, SF_TRUE);
	order_set(in);
	layout_set(in);
	return true;
}

struct soundwriter *soundwriter_open(const char *path, const char *format, int rate,
				     int channels, int64_t frames, char *error,
				     size_t error_size)
{
	struct soundwriter *writer = calloc(1, sizeof(*writer));
	struct soundwriter_inside *in = calloc(1, sizeof(*in));
	const struct soundkind wanted = soundkind_of(path, format);
	const int kind = wanted.format, bits = wanted.bits;

	if (!writer || !in) {
		snprintf(error, error_size, "out of memory");
		free(writer);
		free(in);
		return NULL;
	}
	writer->inside = in;
	in->wanted = wanted;
	in->channels = channels;
	in->frame_bytes = (bits ? bits / 8 : 4) * channels;
	in->file.fd = -1;
	in->words = words_begin(bits, channels, rate);
	if ((kind & SF_FORMAT_TYPEMASK) == SF_FORMAT_AIFF && frames >= 0 &&
	    too_long(in, frames)) {
		snprintf(error, error_size, "%s", aiff_full);
	} else if (channels > wanted.channels_max) {
		snprintf(error, error_size, "has %d channels, %d at most are written",
			 channels, wanted.channels_max);
	} else if (newfile_open(&in->file, path, error, error_size)) {
		writer->replaces = in->file.replaces;
		if (sound_open(in, kind, rate, frames))
			return writer;
		snprintf(error, error_size, "%s",
			 in->trouble ? strerror(in->trouble) : sf_strerror(NULL));
	}
	soundwriter_close(writer);
	return NULL;
}

static bool failed(const struct soundwriter_inside *in, char *error, size_t error_size)
{
	snprintf(error, error_size, "%s",
		 in->trouble ? strerror(in->trouble) : sf_strerror(in->sound));
	return false;
}

/* At most BLOCK frames. */
static bool block_write(struct soundwriter *writer, const float *from, int frames)
{
	struct soundwriter_inside *in = writer->inside;
	const int channels = in->channels;

	for (int i = 0; i < frames; i++)
		for (int c = 0; c < channels; c++) {
			const float x = from[i * channels + in->order[c]];
			in->floats[i * channels + c] = x;
			writer->peak = fmaxf(writer->peak, fabsf(x));
		}
	if (!in->words.bits)
		return sf_writef_float(in->sound, in->floats, frames) == frames;
	words_make(&in->words, in->floats, in->fixed, frames);
	writer->clipped = in->words.clipped;
	return sf_writef_int(in->sound, in->fixed, frames) == frames;
}

bool soundwriter_write(struct soundwriter *writer, const float *from, int frames,
		       char *error, size_t error_size)
{
	struct soundwriter_inside *in = writer->inside;

	if (in->kind == SF_FORMAT_AIFF && too_long(in, writer->frames + frames)) {
		snprintf(error, error_size, "%s", aiff_full);
		return false;
	}
	for (int done = 0; done < frames; done += BLOCK) {
		const int n = frames - done < BLOCK ? frames - done : BLOCK;
		if (!block_write(writer, from + (size_t)done * (size_t)in->channels,
				 n) ||
		    in->trouble)
			return failed(in, error, error_size);
	}
	writer->frames += frames;
	return true;
}

bool soundwriter_finish(struct soundwriter *writer, char *error, size_t error_size)
{
	struct soundwriter_inside *in = writer->inside;
	const int status = sf_close(in->sound);

	in->sound = NULL;
	if (status || in->trouble) {
		snprintf(error, error_size, "%s",
			 in->trouble ? strerror(in->trouble) : sf_error_number(status));
		return false;
	}
	/* A device or a pipe has no place for tags, soundwriter_tags_kind() says so. */
	if (in->tags && !in->file.direct &&
	    !tags_place(in->tags, in->file.fd, in->wanted.tags, error, error_size))
		return false;
	return newfile_finish(&in->file, error, error_size);
}

void soundwriter_tags(struct soundwriter *writer, const struct tags *tags)
{
	tags_destroy(writer->inside->tags);
	writer->inside->tags = tags_copy(tags);
}

enum tags_kind soundwriter_tags_kind(const struct soundwriter *writer)
{
	return writer->inside->file.direct ? TAGS_NONE : writer->inside->wanted.tags;
}

void soundwriter_close(struct soundwriter *writer)
{
	if (!writer)
		return;
	if (writer->inside->sound)
		sf_close(writer->inside->sound);
	newfile_cancel(&writer->inside->file);
	tags_destroy(writer->inside->tags);
	free(writer->inside);
	free(writer);
}

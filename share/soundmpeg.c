/* soundmpeg.c - reads MPEG audio by libmpg123. (libsndfile uses it too, but stops where
 * a header or an estimate says.) Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundmpeg.h"

#include <mpg123.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct soundmpeg {
	mpg123_handle *handle;
	int fd, channels;
	int64_t at, bytes, place;
};

static ssize_t window_read(void *context, void *to, size_t count)
{
	struct soundmpeg *mpeg = context;
	const int64_t rest = mpeg->bytes - mpeg->place;
	const ssize_t got =
		pread(mpeg->fd, to, (int64_t)count < rest ? count : (size_t)rest,
		      (off_t)(mpeg->at + mpeg->place));

	if (got > 0)
		mpeg->place += got;
	return got;
}

static off_t window_seek(void *context, off_t offset, int whence)
{
	struct soundmpeg *mpeg = context;
	const int64_t from = whence == SEEK_SET   ? 0
			     : whence == SEEK_CUR ? mpeg->place
						  : mpeg->bytes;

	if (from + offset < 0 || from + offset > mpeg->bytes)
		return -1;
	mpeg->place = from + offset;
	return (off_t)mpeg->place;
}

static void library_begin(void)
{
	mpg123_init();
}

/* Finds the first frame, and fixes its rate and channels for all later ones. */
static const char *stream_open(struct soundmpeg *mpeg, int *rate, int *channels)
{
	mpg123_handle *handle = mpeg->handle;
	int encoding;
	long hz;

	if (mpg123_param(handle, MPG123_ADD_FLAGS, MPG123_FORCE_FLOAT | MPG123_QUIET,
			 0) != MPG123_OK ||
	    mpg123_param(handle, MPG123_RESYNC_LIMIT, -1, 0) != MPG123_OK ||
	    mpg123_replace_reader_handle(handle, window_read, window_seek, NULL) !=
		    MPG123_OK ||
	    mpg123_open_handle(handle, mpeg) != MPG123_OK ||
	    mpg123_getformat(handle, &hz, channels, &encoding) != MPG123_OK)
		return mpg123_strerror(handle);
	if (encoding != MPG123_ENC_FLOAT_32)
		return "libmpg123 gives no floats";
	mpg123_format_none(handle);
	if (mpg123_format(handle, hz, *channels == 1 ? MPG123_MONO : MPG123_STEREO,
			  encoding) != MPG123_OK)
		return mpg123_strerror(handle);
	*rate = (int)hz;
	mpeg->channels = *channels;
	return NULL;
}

struct soundmpeg *soundmpeg_open(int fd, int64_t at, int64_t bytes, int *rate,
				 int *channels, char *error, size_t error_size)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct soundmpeg *mpeg = calloc(1, sizeof(*mpeg));
	const char *why = "out of memory";

	pthread_once(&once, library_begin);
	if (mpeg) {
		*mpeg = (struct soundmpeg) { .fd = fd, .at = at, .bytes = bytes };
		mpeg->handle = mpg123_new(NULL, NULL);
	}
	if (mpeg && mpeg->handle)
		why = stream_open(mpeg, rate, channels);
	if (!why)
		return mpeg;
	snprintf(error, error_size, "%s", why);
	soundmpeg_close(mpeg);
	return NULL;
}

int soundmpeg_read(struct soundmpeg *mpeg, float *to, int frames)
{
	const size_t frame = sizeof(float) * (size_t)mpeg->channels;
	size_t wanted = frame * (size_t)frames, done = 0;
	int status = MPG123_OK;

	while (done < wanted && (status == MPG123_OK || status == MPG123_NEW_FORMAT)) {
		size_t got = 0;
		status = mpg123_read(mpeg->handle, (unsigned char *)to + done,
				     wanted - done, &got);
		done += got;
	}
	return (int)(done / frame);
}

void soundmpeg_close(struct soundmpeg *mpeg)
{
	if (!mpeg)
		return;
	if (mpeg->handle)
		mpg123_delete(mpeg->handle);
	free(mpeg);
}

/* soundfile.c - reads the parts of sound files (soundhead.h) in turn. PCM samples and
 * all formats that libsndfile knows go through libsndfile, which gets each part as a
 * file; MPEG goes through libmpg123. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundfile.h"

#include "share/soundhead.h"
#include "share/soundmpeg.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Encoders add up to so many frames; a header may include them or not. */
enum { MPEG_SLACK = 4096 };

struct window {
	int fd;
	int64_t at, bytes, place;
	const struct soundpart *part;
};

struct soundfile_inside {
	struct soundhead head;
	int part;     /* that is read, from 0 */
	int64_t read; /* frames of it */
	struct window window;
	SNDFILE *sound;
	struct soundmpeg *mpeg;
	bool ended;
};

/* ---- a part as a file of its own ------------------------------------------------- */

static sf_count_t window_length(void *context)
{
	return ((struct window *)context)->bytes;
}

static sf_count_t window_seek(sf_count_t offset, int whence, void *context)
{
	struct window *window = context;
	const int64_t from = whence == SEEK_SET   ? 0
			     : whence == SEEK_CUR ? window->place
						  : window->bytes;
	int64_t place;

	if (__builtin_add_overflow(from, offset, &place) || place < 0)
		return -1;
	window->place = place;
	return place;
}

/* Over a size in the head, the one that is right. */
static void window_patch(const struct window *window, uint8_t *bytes, int64_t from,
			 int64_t count)
{
	for (int i = 0; i < 4 && window->part->patch_at; i++) {
		const int64_t at = window->part->patch_at + i - from;
		if (at >= 0 && at < count)
			bytes[at] = (uint8_t)(window->part->patch >> 8 * i);
	}
}

static sf_count_t window_read(void *to, sf_count_t count, void *context)
{
	struct window *window = context;
	const int64_t rest = window->bytes - window->place, from = window->place;
	const int64_t wanted = count < rest ? count : rest;
	int64_t done = 0;

	while (done < wanted) {
		const ssize_t got =
			pread(window->fd, (char *)to + done, (size_t)(wanted - done),
			      (off_t)(window->at + window->place));
		if (got <= 0)
			break;
		done += got;
		window->place += got;
	}
	window_patch(window, to, from, done);
	return done;
}

static sf_count_t window_write(const void *from, sf_count_t count, void *context)
{
	(void)from;
	(void)count;
	(void)context;
	return 0;
}

static sf_count_t window_tell(void *context)
{
	return ((struct window *)context)->place;
}

static void part_close(struct soundfile_inside *in)
{
	soundmpeg_close(in->mpeg);
	if (in->sound)
		sf_close(in->sound);
	in->mpeg = NULL;
	in->sound = NULL;
}

/* Opens part in->part; false and a sentence on failure. */
static bool part_open(struct soundfile_inside *in, int *rate, int *channels,
		      char *error, size_t error_size)
{
	static SF_VIRTUAL_IO calls = { window_length, window_seek, window_read,
				       window_write, window_tell };
	struct soundpart *part = &in->head.parts[in->part];
	SF_INFO info = { .samplerate = part->rate,
			 .channels = part->channels,
			 .format = part->raw };

	in->read = 0;
	in->window = (struct window) { in->head.fd, part->at, part->bytes, 0, part };
	if (part->mpeg) {
		in->mpeg = soundmpeg_open(in->head.fd, part->at, part->bytes, rate,
					  channels, error, error_size);
		return in->mpeg;
	}
	if (!part->raw)
		info = (SF_INFO) { 0 };
	in->sound = sf_open_virtual(&calls, SFM_READ, &info, &in->window);
	if (!in->sound) {
		snprintf(error, error_size, "%s", sf_strerror(NULL));
		return false;
	}
	*rate = info.samplerate;
	*channels = info.channels;
	if (!part->raw && part->promised < 0 && info.frames < INT64_MAX / 4)
		part->promised = info.frames;
	return true;
}

/* ---- the file -------------------------------------------------------------------- */

static void note(struct soundfile *file, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void note(struct soundfile *file, const char *format, ...)
{
	const size_t used = strlen(file->note);
	va_list list;

	snprintf(file->note + used, sizeof(file->note) - used, "%s", used ? "; " : "");
	const size_t begun = strlen(file->note);
	va_start(list, format);
	vsnprintf(file->note + begun, sizeof(file->note) - begun, format, list);
	va_end(list);
}

/* A part has ended: compares its length with its header. */
static void part_judge(struct soundfile *file)
{
	struct soundfile_inside *in = file->inside;
	const struct soundpart *part = &in->head.parts[in->part];
	const int64_t slack = part->mpeg ? MPEG_SLACK : 0;
	const int error = in->sound ? sf_error(in->sound) : 0;
	const int64_t got = in->read, said = part->promised;
	const bool more = part->patch_at && part->bytes_said < part->patch;
	const bool less = part->patch_at && part->bytes_said > part->patch;

	if (part->unfinished)
		note(file,
		     "was never finished: its header tells of no sound, %" PRId64
		     " frames are there and were played",
		     got);
	else if (less)
		note(file,
		     "is cut short: its header promises %" PRId64 " bytes of sound, "
		     "%" PRIu32 " are there: %" PRId64 " frames were played",
		     part->bytes_said, part->patch, got);
	else if (more)
		note(file,
		     "holds more than its header says: %" PRId64 " frames were played",
		     got);
	else if (said >= 0 && got + slack < said)
		note(file,
		     "is cut short: its header promises %" PRId64 " frames, %" PRId64
		     " are there and were played",
		     said, got);
	else if (said >= 0 && got > said + slack)
		note(file,
		     "holds more than its header says: %" PRId64 " frames instead of "
		     "%" PRId64 " were played",
		     got, said);
	else if (part->open_ended)
		note(file,
		     "is cut short: its end is missing, %" PRId64 " frames were played",
		     got);
	else if (error)
		note(file,
		     "is damaged after %" PRId64 " frames, its rest is not played (%s)",
		     file->read, sf_error_number(error));
}

/* Opens the next part with the rate and channels of the first, or ends. */
static bool part_next(struct soundfile *file)
{
	struct soundfile_inside *in = file->inside;
	int rate = 0, channels = 0;
	char error[128];

	part_judge(file);
	part_close(in);
	while (++in->part < in->head.count) {
		if (!part_open(in, &rate, &channels, error, sizeof(error))) {
			note(file, "part %d of %d can't be read and is left out (%s)",
			     in->part + 1, in->head.count, error);
			part_close(in);
		} else if (rate == file->rate && channels == file->channels) {
			return true;
		} else {
			note(file,
			     "part %d of %d has %d channels at %d Hz, not %d at %d, "
			     "and is left out",
			     in->part + 1, in->head.count, channels, rate,
			     file->channels, file->rate);
			part_close(in);
		}
	}
	if (in->head.count > 1)
		note(file, "is %d files joined: %" PRId64 " frames were played",
		     in->head.count, file->read);
	in->ended = true;
	return false;
}

int soundfile_read(struct soundfile *file, float *to, int frames)
{
	struct soundfile_inside *in = file->inside;
	int done = 0;

	while (done < frames && !in->ended) {
		float *at = to + (size_t)done * (size_t)file->channels;
		const int wanted = frames - done;
		const int got = in->mpeg ? soundmpeg_read(in->mpeg, at, wanted)
					 : (int)sf_readf_float(in->sound, at, wanted);
		if (got > 0) {
			done += got;
			in->read += got;
			file->read += got;
		} else {
			part_next(file);
		}
	}
	return done;
}

/* The frames of all parts together. */
static void frames_count(struct soundfile *file)
{
	const struct soundhead *head = &file->inside->head;

	file->exact = true;
	for (int i = 0; i < head->count; i++) {
		const struct soundpart *part = &head->parts[i];
		const bool other =
			part->rate != file->rate || part->channels != file->channels;
		if (part->raw && other)
			continue; /* it will be left out */
		const int64_t frames =
			part->raw ? part->bytes / part->frame_bytes : part->promised;
		file->exact &= part->raw != 0;
		if (frames < 0 || file->frames > INT64_MAX - frames) {
			file->frames = -1;
			return;
		}
		file->frames += frames;
	}
}

/* A pipe can be read but once: it is copied into a file without a name. The copy's
 * descriptor, or -1 and a sentence. */
static int stream_copy(int from, int64_t *size, char *error, size_t error_size)
{
	static char piece[1 << 16];
	FILE *file = tmpfile();
	const int to = file ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 3) : -1;
	bool good = to >= 0;
	ssize_t n = 1;

	*size = 0;
	while (good && (n = read(from, piece, sizeof(piece))) > 0) {
		good = write(to, piece, (size_t)n) == n;
		*size += n;
	}
	if (!good || n < 0)
		snprintf(error, error_size, "can't be copied to a temporary file: %s",
			 strerror(errno));
	if (file)
		fclose(file);
	if (good && n == 0)
		return to;
	if (to >= 0)
		close(to);
	return -1;
}

static bool file_open(struct soundfile *file, int fd, int64_t size, char *error,
		      size_t error_size)
{
	struct soundfile_inside *in = file->inside;

	if (!soundhead_read(&in->head, fd, size)) {
		snprintf(error, error_size, "out of memory");
		return false;
	}
	if (size == 0) {
		snprintf(error, error_size, "is empty, would accept a sound file");
		return false;
	}
	const char *foreign = soundhead_foreign(&in->head);
	if (!part_open(in, &file->rate, &file->channels, error, error_size)) {
		if (foreign)
			snprintf(
				error, error_size,
				"is %s, would accept what libsndfile reads (WAV, FLAC, "
				"AIFF, CAF, Ogg, Opus, MP3); ffmpeg -i FILE out.wav "
				"makes one",
				foreign);
		return false;
	}
	file->layout = in->head.parts[0].layout;
	frames_count(file);
	return true;
}

struct soundfile *soundfile_open(const char *path, char *error, size_t error_size)
{
	struct stat status;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct soundfile *file = calloc(1, sizeof(*file));

	snprintf(error, error_size, "out of memory");
	if (fd < 0 || !file || fstat(fd, &status) != 0 || S_ISDIR(status.st_mode)) {
		if (fd < 0)
			snprintf(error, error_size, "%s", strerror(errno));
		else if (file)
			snprintf(error, error_size,
				 "is a folder, would accept a sound file");
		if (fd >= 0)
			close(fd);
		free(file);
		return NULL;
	}
	int64_t size = status.st_size;
	int of = fd;
	if (!S_ISREG(status.st_mode)) {
		of = stream_copy(fd, &size, error, error_size);
		close(fd);
	}
	file->inside = of < 0 ? NULL : calloc(1, sizeof(*file->inside));
	bool good = file->inside;
	if (good)
		good = file_open(file, of, size, error, error_size);
	else if (of >= 0)
		close(of);
	if (good && (file->channels < 1 || file->channels > LAYOUT_MAX)) {
		snprintf(error, error_size, "has %d channels, 1 to %d are read",
			 file->channels, LAYOUT_MAX);
		good = false;
	}
	if (good && file->layout.channels != file->channels)
		file->layout = layout_mask(0, file->channels);
	if (good)
		return file;
	soundfile_close(file);
	return NULL;
}

void soundfile_close(struct soundfile *file)
{
	if (!file)
		return;
	if (file->inside) {
		part_close(file->inside);
		if (file->inside->head.fd > 0)
			close(file->inside->head.fd);
		soundhead_finish(&file->inside->head);
	}
	free(file->inside);
	free(file);
}

bool soundfile_is_same(const char *one, const char *other)
{
	struct stat a, b;

	return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* soundfile.c - sound files, by libsndfile. Not for the audio thread. */
#include "share/soundfile.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const int64_t wav_bytes_max = 4290000000; /* its sizes have 32 bits */

const char *const soundfile_formats[] = { "float", "24", "16", NULL };

int soundfile_format(const char *path, const char *format)
{
	static const struct {
		const char *suffix;
		int kind;
	} kinds[] = {
		{ ".wav", SF_FORMAT_WAV },   { ".w64", SF_FORMAT_W64 },
		{ ".flac", SF_FORMAT_FLAC }, { ".aiff", SF_FORMAT_AIFF },
		{ ".aif", SF_FORMAT_AIFF },  { ".caf", SF_FORMAT_CAF },
	};
	const char *suffix = strrchr(path, '.');
	int kind = 0;

	for (size_t i = 0; suffix && i < sizeof kinds / sizeof *kinds; i++)
		if (strcasecmp(suffix, kinds[i].suffix) == 0)
			kind = kinds[i].kind;
	if (!kind)
		return 0;
	if (!format)
		format = kind == SF_FORMAT_FLAC ? "24" : "float";
	if (strcmp(format, "16") == 0)
		return kind | SF_FORMAT_PCM_16;
	if (strcmp(format, "24") == 0)
		return kind | SF_FORMAT_PCM_24;
	if (strcmp(format, "float") == 0 && kind != SF_FORMAT_FLAC)
		return kind | SF_FORMAT_FLOAT;
	return 0;
}

int soundfile_bits(const char *path, const char *format)
{
	switch (soundfile_format(path, format) & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_16:
		return 16;
	case SF_FORMAT_PCM_24:
		return 24;
	default:
		return 0;
	}
}

/* Bytes as a number, the first the lowest or, in RIFX, the highest. */
static uint64_t number_of(const uint8_t *bytes, int count, bool high_first)
{
	uint64_t number = 0;

	for (int i = 0; i < count; i++)
		number |= (uint64_t)bytes[i] << 8 * (high_first ? count - 1 - i : i);
	return number;
}

/* RIFF: chunks of a name, a size and as many bytes, made even (Multimedia Programming
 * Interface and Data Specifications 1.0); of RF64 the data's size stands in "ds64" (EBU
 * Tech 3306). What is written into a pipe has all ones for a size, or SoX's. */
int64_t soundfile_missing(const char *path)
{
	uint8_t head[28];
	uint64_t large = 0, size = 0;
	bool found = false;
	struct stat status;
	FILE *file = fopen(path, "rb");

	if (!file || fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) ||
	    fread(head, 12, 1, file) != 1 || memcmp(head + 8, "WAVE", 4) != 0) {
		if (file)
			fclose(file);
		return 0;
	}
	const bool high_first = memcmp(head, "RIFX", 4) == 0;
	while (!found && fread(head, 8, 1, file) == 1) {
		size = number_of(head + 4, 4, high_first);
		found = memcmp(head, "data", 4) == 0;
		if (memcmp(head, "ds64", 4) == 0 && size >= 16 &&
		    fread(head, 16, 1, file) == 1) {
			large = number_of(head + 8, 8, high_first);
			size -= 16;
		}
		if (!found && fseeko(file, (off_t)(size + size % 2), SEEK_CUR) != 0)
			break;
	}
	const int64_t there = status.st_size - ftello(file);
	fclose(file);
	if (size == UINT32_MAX || size == 0x7ffff000)
		size = large;
	return found && size <= INT64_MAX && (int64_t)size > there
		       ? (int64_t)size - there
		       : 0;
}

SNDFILE *soundfile_create(const char *path, const char *format, int rate, int channels,
			  int64_t frames, char *error, size_t error_size)
{
	SF_INFO info = { .samplerate = rate,
			 .channels = channels,
			 .format = soundfile_format(path, format) };
	if ((info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_WAV &&
	    frames > wav_bytes_max / (int64_t)sizeof(float) / channels)
		info.format ^= SF_FORMAT_WAV ^ SF_FORMAT_RF64;
	SNDFILE *file = sf_open(path, SFM_WRITE, &info);

	if (!file) {
		snprintf(error, error_size, "%s", sf_strerror(NULL));
		return NULL;
	}
	/* This chunk holds the time of day. */
	sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
	sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
	return file;
}

bool soundfile_is_same(const char *one, const char *other)
{
	struct stat a, b;

	return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* soundkind.c - the kinds of sound files that are written. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundkind.h"

#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { OPUS_USUAL = 192, VORBIS_USUAL = 256, MP3_USUAL = 320, KBPS_MAX = 512 };

static const struct row {
	const char *suffix;
	int format;
	const char *usual;
	enum tags_kind tags;
	int channels_max;
} rows[] = {
	{ ".wav", SF_FORMAT_WAV, "float", TAGS_RIFF, 8 },
	{ ".rf64", SF_FORMAT_RF64, "float", TAGS_RIFF, 8 },
	{ ".w64", SF_FORMAT_W64, "float", TAGS_NONE, 8 },
	{ ".flac", SF_FORMAT_FLAC, "24", TAGS_FLAC, 8 },
	{ ".aiff", SF_FORMAT_AIFF, "float", TAGS_AIFF, 8 },
	{ ".aif", SF_FORMAT_AIFF, "float", TAGS_AIFF, 8 },
	{ ".caf", SF_FORMAT_CAF, "float", TAGS_CAF, 8 },
	{ ".opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, "192k", TAGS_OPUS, 2 },
	{ ".ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, "256k", TAGS_VORBIS, 2 },
	{ ".mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, "320k", TAGS_MP3, 2 },
};
enum { ROWS = sizeof(rows) / sizeof(*rows) };

static const struct row *row_find(const char *path)
{
	const char *suffix = strrchr(path, '.');

	for (int i = 0; suffix && i < ROWS; i++)
		if (strcasecmp(suffix, rows[i].suffix) == 0)
			return &rows[i];
	return NULL;
}

static bool is_lossy(const struct row *row)
{
	return row->format & SF_FORMAT_SUBMASK;
}

/* "192k": 192; else 0. */
static int kbps_of(const char *format)
{
	char *end;
	const long kbps = strtol(format, &end, 10);

	return (*end == 'k' || *end == 'K') && !end[1] && kbps >= 8 && kbps <= KBPS_MAX
		       ? (int)kbps
		       : 0;
}

static const struct {
	const char *name;
	int format, bits;
} samples[] = {
	{ "float", SF_FORMAT_FLOAT, 0 },
	{ "24", SF_FORMAT_PCM_24, 24 },
	{ "16", SF_FORMAT_PCM_16, 16 },
};

struct soundkind soundkind_of(const char *path, const char *format)
{
	const struct row *row = row_find(path);
	struct soundkind kind = { .format = 0 };

	if (!row)
		return kind;
	format = format ? format : row->usual;
	kind.tags = row->tags;
	kind.channels_max = row->channels_max;
	if (is_lossy(row)) {
		kind.kbps = kbps_of(format);
		kind.format = kind.kbps ? row->format : 0;
		return kind;
	}
	for (int i = 0; i < 3; i++)
		if (strcmp(samples[i].name, format) == 0 &&
		    !(row->format == SF_FORMAT_FLAC && i == 0)) {
			kind.format = row->format | samples[i].format;
			kind.bits = samples[i].bits;
		}
	return kind;
}

bool soundkind_is_format(const char *format)
{
	for (int i = 0; i < 3; i++)
		if (strcmp(samples[i].name, format) == 0)
			return true;
	return kbps_of(format) > 0;
}

const char *soundkind_accepts(const char *path)
{
	const struct row *row = path ? row_find(path) : NULL;

	if (!row)
		return "float, 24, 16 or, for .opus .ogg .mp3, a bit rate: 192k (FLAC: "
		       "not float)";
	return is_lossy(row)                   ? "a bit rate from 8k to 512k"
	       : row->format == SF_FORMAT_FLAC ? "24 or 16"
					       : "float, 24 or 16";
}

const char *soundkind_suffixes(void)
{
	return ".wav .rf64 .w64 .flac .aiff .caf .opus .ogg or .mp3";
}

/* The lowest rate of the list that is not below; else the highest. */
static int rate_from(const int *list, int count, int rate)
{
	for (int i = 0; i < count; i++)
		if (list[i] >= rate)
			return list[i];
	return list[count - 1];
}

int soundkind_rate(const struct soundkind *kind, int rate)
{
	static const int opus[] = { 8000, 12000, 16000, 24000, 48000 };
	static const int mp3[] = { 8000,  11025, 12000, 16000, 22050,
				   24000, 32000, 44100, 48000 };

	if (kind->tags == TAGS_OPUS)
		return rate_from(opus, 5, rate);
	if (kind->tags == TAGS_MP3 && rate > 48000)
		return rate % 44100 ? 48000 : 44100;
	if (kind->tags == TAGS_MP3)
		return rate_from(mp3, 9, rate);
	return rate;
}

/* Vorbis' nominal rates of qualities 0 to 10, of two channels at 44.1 or 48 kHz. */
static double vorbis_quality(double kbps)
{
	static const double steps[] = { 64,  80,  96,  112, 128, 160,
					192, 224, 256, 320, 500 };

	for (int i = 0; i < 10; i++)
		if (kbps < steps[i + 1])
			return (i + (kbps - steps[i]) / (steps[i + 1] - steps[i])) / 10;
	return 1;
}

double soundkind_level(const struct soundkind *kind, int rate, int channels)
{
	double level = 0;

	if (kind->tags == TAGS_OPUS) /* 6 to 256 kbit/s for each channel */
		level = 1 - ((double)kind->kbps / channels - 6) / 250;
	else if (kind->tags == TAGS_VORBIS)
		level = 1 - vorbis_quality(kind->kbps * 2.0 / channels);
	else if (rate >= 32000)
		level = (320.0 - kind->kbps) / (320 - 32);
	else if (rate >= 16000)
		level = (160.0 - kind->kbps) / (160 - 8);
	else
		level = (64.0 - kind->kbps) / (64 - 8);
	return level < 0 ? 0 : level > 1 ? 1 : level;
}

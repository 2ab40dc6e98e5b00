/* test_soundfile.c - the one reader: kinds of files x what may have happened to them, and
 * what must come out of each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundfile.h"

#include "tests/support/test.h"

#include <fcntl.h>
#include <sndfile.h>
#include <stdlib.h>
#include <unistd.h>

enum { FRAMES = 100000, CHANNELS = 2, BYTES_MAX = 1 << 21 };

/* libvorbisenc's encoder, which only this test uses, leaks (1.3.7). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libvorbisenc";
}

/* A file in memory. */
struct blob {
	uint8_t bytes[BYTES_MAX];
	int64_t size, at;
};

static struct blob whole, made;
static int64_t whole_frames; /* that the whole file plays: some kinds round up */
static char path[] = "/tmp/lathe-soundfile-XXXXXX";
static float sound[FRAMES * CHANNELS];

static sf_count_t blob_length(void *context)
{
	return ((struct blob *)context)->size;
}

static sf_count_t blob_seek(sf_count_t offset, int whence, void *context)
{
	struct blob *blob = context;

	return blob->at = (whence == SEEK_SET   ? 0
			   : whence == SEEK_CUR ? blob->at
						: blob->size) +
			  offset;
}

static sf_count_t blob_read(void *to, sf_count_t count, void *context)
{
	struct blob *blob = context;

	count = count < blob->size - blob->at ? count : blob->size - blob->at;
	memcpy(to, blob->bytes + blob->at, (size_t)count);
	blob->at += count;
	return count;
}

static sf_count_t blob_write(const void *from, sf_count_t count, void *context)
{
	struct blob *blob = context;

	if (blob->at + count > BYTES_MAX)
		return 0;
	memcpy(blob->bytes + blob->at, from, (size_t)count);
	blob->at += count;
	blob->size = blob->at > blob->size ? blob->at : blob->size;
	return count;
}

static sf_count_t blob_tell(void *context)
{
	return ((struct blob *)context)->at;
}

static void blob_save(const struct blob *blob, int64_t size)
{
	const int fd = open(path, O_WRONLY | O_TRUNC);

	CHECK(fd >= 0 && write(fd, blob->bytes, (size_t)blob->size) == blob->size &&
		      ftruncate(fd, size) == 0,
	      "%s", path);
	close(fd);
}

static void blob_insert(struct blob *blob, int64_t at, const char *bytes, int count)
{
	memmove(blob->bytes + at + count, blob->bytes + at, (size_t)(blob->size - at));
	memcpy(blob->bytes + at, bytes, (size_t)count);
	blob->size += count;
}

static void number_put(uint8_t *to, uint64_t number, int count, bool high_first)
{
	for (int i = 0; i < count; i++)
		to[high_first ? count - 1 - i : i] = (uint8_t)(number >> 8 * i);
}

/* ---- the kinds --------------------------------------------------------------------------- */

enum family { WAV, BLOCKS, RF64, W64, AIFF, CAF, AU, FLAC, OGG, MPEG, OTHER };

static const struct kind {
	const char *name;
	int format, rate;
	enum family family;
	int frame_bytes; /* 0: compressed */
} kinds[] = {
	{ "WAV 16", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, WAV, 4 },
	{ "WAV 24", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 44100, WAV, 6 },
	{ "WAV float", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, WAV, 8 },
	{ "WAV 8", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 8000, WAV, 2 },
	{ "WAV u-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, WAV, 2 },
	{ "RIFX 16", SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 44100, WAV, 4 },
	{ "WAVEX 24", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 96000, WAV, 6 },
	{ "RF64 16", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 48000, RF64, 4 },
	{ "W64 16", SF_FORMAT_W64 | SF_FORMAT_PCM_16, 48000, W64, 4 },
	{ "W64 float", SF_FORMAT_W64 | SF_FORMAT_FLOAT, 48000, W64, 8 },
	{ "AIFF 16", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 44100, AIFF, 4 },
	{ "AIFF 24", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 44100, AIFF, 6 },
	{ "AIFC float", SF_FORMAT_AIFF | SF_FORMAT_FLOAT, 44100, AIFF, 8 },
	{ "AIFC sowt", SF_FORMAT_AIFF | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 44100,
	  AIFF, 4 },
	{ "CAF 16", SF_FORMAT_CAF | SF_FORMAT_PCM_16, 44100, CAF, 4 },
	{ "CAF float", SF_FORMAT_CAF | SF_FORMAT_FLOAT | SF_ENDIAN_LITTLE, 44100, CAF,
	  8 },
	{ "AU 16", SF_FORMAT_AU | SF_FORMAT_PCM_16, 22050, AU, 4 },
	{ "AU float", SF_FORMAT_AU | SF_FORMAT_FLOAT, 22050, AU, 8 },
	{ "FLAC 16", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, FLAC, 0 },
	{ "FLAC 24", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 96000, FLAC, 0 },
	{ "Vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, OGG, 0 },
	{ "Opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, OGG, 0 },
	{ "MP3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, MPEG, 0 },
	{ "WAV IMA", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 44100, BLOCKS, 0 },
	{ "WAV MS", SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM, 44100, BLOCKS, 0 },
	{ "VOC", SF_FORMAT_VOC | SF_FORMAT_PCM_16, 44100, OTHER, 4 },
	{ "IRCAM", SF_FORMAT_IRCAM | SF_FORMAT_PCM_16, 44100, OTHER, 4 },
	{ "NIST", SF_FORMAT_NIST | SF_FORMAT_PCM_16, 44100, OTHER, 4 },
};

static void kind_make(const struct kind *kind)
{
	static SF_VIRTUAL_IO calls = { blob_length, blob_seek, blob_read, blob_write,
				       blob_tell };
	SF_INFO info = { .samplerate = kind->rate,
			 .channels = CHANNELS,
			 .format = kind->format };

	whole.size = whole.at = 0;
	SNDFILE *file = sf_open_virtual(&calls, SFM_WRITE, &info, &whole);
	CHECK(file && sf_writef_float(file, sound, FRAMES) == FRAMES, "%s: %s",
	      kind->name, sf_strerror(file));
	sf_close(file);
	made = whole;
}

/* Where a mark of four letters stands, or -1. */
static int64_t find(const char *mark)
{
	const uint8_t *place = memmem(made.bytes, (size_t)made.size, mark, 4);

	return place ? place - made.bytes : -1;
}

/* ---- what comes out ------------------------------------------------------------------------ */

/* Reads it all; frames. The note is a part of `note`, or empty where that is "". */
static int64_t play(const struct kind *kind, const char *what, int64_t least,
		    int64_t most, const char *note)
{
	static float piece[1000 * 64];
	char error[512];
	struct soundfile *file = soundfile_open(path, error, sizeof(error));
	int64_t frames = 0, n;

	CHECK(file, "%s, %s: %s", kind->name, what, file ? "" : error);
	if (!file)
		return 0;
	const int64_t expected = file->exact ? file->frames : -1;
	while ((n = soundfile_read(file, piece, 1000)) > 0)
		frames += n;
	CHECK(frames >= least && frames <= most && frames == file->read,
	      "%s, %s: %lld frames, %lld to %lld wanted", kind->name, what,
	      (long long)frames, (long long)least, (long long)most);
	CHECK(expected < 0 || expected == frames, "%s, %s: %lld frames, %lld expected",
	      kind->name, what, (long long)frames, (long long)expected);
	CHECK(*note ? strstr(file->note, note) != NULL : file->note[0] == '\0',
	      "%s, %s: says \"%s\", wanted \"%s\"", kind->name, what, file->note, note);
	CHECK(file->rate == kind->rate && file->channels == CHANNELS, "%s, %s: %d x %d",
	      kind->name, what, file->rate, file->channels);
	soundfile_close(file);
	return frames;
}

/* The first frames are those that were written, at their place. */
static void check_samples(const struct kind *kind)
{
	static float found[FRAMES * CHANNELS];
	char error[256];
	struct soundfile *file = soundfile_open(path, error, sizeof(error));
	const double within = kind->frame_bytes == 2 ? 0.02
			      : kind->frame_bytes    ? 1e-4
						     : 0.2;
	double worst = 0;

	if (!file)
		return;
	soundfile_read(file, found, FRAMES);
	for (int i = 2000; i < FRAMES; i++)
		worst = fmax(worst, fabs((double)found[i] - (double)sound[i]));
	CHECK(worst < within, "%s: off by %g", kind->name, worst);
	soundfile_close(file);
}

static void test_whole(const struct kind *kind)
{
	/* An MP3's encoder may round up, a block of ADPCM as well. */
	const bool blocks = kind->family == MPEG || kind->family == BLOCKS;

	blob_save(&made, made.size);
	whole_frames = play(kind, "whole", FRAMES, blocks ? FRAMES + 4000 : FRAMES, "");
	check_samples(kind);
}

static void test_cut(const struct kind *kind)
{
	/* Of a page of Ogg that is not whole nothing can be played, and pages are long. */
	const int64_t size = whole.size * (kind->family == OGG ? 9 : 6) / 10;
	int64_t least = FRAMES * 35 / 100, most = FRAMES * 95 / 100;

	blob_save(&made, size);
	if (kind->frame_bytes && kind->family != OTHER) {
		most = FRAMES - (whole.size - size) / kind->frame_bytes;
		least = most - 64;
	}
	play(kind, "cut", least, most, kind->family == OTHER ? "" : "is cut short");
}

static void test_joined(const struct kind *kind)
{
	if (kind->family == OTHER)
		return; /* nothing tells where one ends */
	made = whole;
	blob_insert(&made, made.size, (char *)whole.bytes, (int)whole.size);
	blob_save(&made, made.size);
	if (kind->family == MPEG)
		play(kind, "joined", 2 * FRAMES, 2 * FRAMES + 8000,
		     "more than its header");
	else
		play(kind, "joined", 2 * whole_frames, 2 * whole_frames,
		     "2 files joined");
}

/* The sizes that a program leaves that writes into a pipe, or that was killed. */
static bool sizes_open(const struct kind *kind, uint64_t size)
{
	const bool high_first =
		kind->family == AIFF || kind->family == CAF || made.bytes[3] == 'X';
	int64_t at;

	made = whole;
	switch (kind->family) {
	case WAV:
	case BLOCKS:
		number_put(made.bytes + 4, size, 4, high_first);
		number_put(made.bytes + find("data") + 4, size, 4, high_first);
		return true;
	case RF64:
		at = find("ds64");
		number_put(made.bytes + at + 16, size, 8, false);
		return true;
	case W64:
		number_put(made.bytes + find("data") + 16, size, 8, false);
		return true;
	case AIFF:
		at = find("SSND");
		number_put(made.bytes + at + 4, size, 4, true);
		number_put(made.bytes + find("COMM") + 10, 0, 4, true);
		return size == 0;
	case CAF:
		number_put(made.bytes + find("data") + 4, size, 8, true);
		return size != 0;
	case AU:
		number_put(made.bytes + 8, size, 4, true);
		return size != 0;
	default:
		return false;
	}
}

static void test_unknown(const struct kind *kind)
{
	if (sizes_open(kind, 0)) {
		blob_save(&made, made.size);
		play(kind, "size 0", whole_frames, whole_frames + 16,
		     "was never finished");
	}
	if (sizes_open(kind, UINT64_MAX) && kind->family != W64 &&
	    kind->family != RF64) {
		blob_save(&made, made.size);
		play(kind, "open size", whole_frames, whole_frames + 16, "");
	}
	made = whole;
	if (kind->family == FLAC) { /* total samples of STREAMINFO */
		made.bytes[21] &= 0xf0;
		memset(made.bytes + 22, 0, 4);
		blob_save(&made, made.size);
		play(kind, "open size", FRAMES, FRAMES, "");
	}
	if (kind->family == MPEG) { /* no tag tells how long it is */
		int64_t at = find("Xing") > 0 ? find("Xing") : find("Info");
		CHECK(at > 0, "the tag of an MP3");
		memset(made.bytes + (at > 0 ? at : 0), 0, 120);
		blob_save(&made, made.size);
		play(kind, "no tag", FRAMES, FRAMES + 4000, "");
	}
}

/* A header that was written once and not again: less than there is. */
static void test_stale(const struct kind *kind)
{
	if (kind->frame_bytes == 0 || kind->family == OTHER)
		return;
	const uint64_t half = (uint64_t)(FRAMES / 2 * kind->frame_bytes);
	const int more = kind->family == AIFF ? 8 : kind->family == CAF ? 4 : 24;
	sizes_open(kind, half + (kind->family == W64 || kind->family == AIFF ||
						 kind->family == CAF
					 ? (uint64_t)more
					 : 0));
	blob_save(&made, made.size);
	play(kind, "stale size", FRAMES, FRAMES + 16,
	     "holds more than its header says");
}

/* Chunks of odd sizes before the data, made even or not, and rubbish behind. */
static void test_odd(const struct kind *kind)
{
	static const char low[] = "junk\5\0\0\0hello\0", high[] = "junk\0\0\0\5hello\0";
	const bool high_first = kind->family == AIFF || whole.bytes[3] == 'X';

	for (int padded = 0; padded < 2; padded++) {
		made = whole;
		if (kind->family == WAV || kind->family == RF64 || kind->family == AIFF)
			blob_insert(&made, find(kind->family == AIFF ? "SSND" : "data"),
				    high_first ? high : low, 13 + padded);
		else if (kind->family == CAF && padded)
			blob_insert(&made, find("data"), "junk\0\0\0\0\0\0\0\5hello",
				    17);
		else if (kind->family == MPEG && padded)
			blob_insert(&made, 0, "ID3\4\0\0\0\0\0\5hello", 15);
		else if (kind->family == FLAC && padded)
			blob_insert(&made, 42, "\1\0\0\5hello", 9);
		else
			continue;
		blob_save(&made, made.size);
		play(kind, padded ? "odd chunk" : "odd chunk, not made even", FRAMES,
		     kind->family == MPEG ? FRAMES + 4000 : FRAMES, "");
	}
	if (kind->family != WAV && kind->family != AIFF)
		return;
	made = whole;
	memcpy(made.bytes + made.size, "TAGrubbish", 10);
	made.size += 10;
	blob_save(&made, made.size);
	play(kind, "a tag behind", FRAMES, FRAMES, "");
}

/* More than 4 GiB, most of it a hole: what the head says it will come to. */
static void test_huge(const struct kind *kind)
{
	const int64_t data = 5LL << 30;
	const uint64_t wrapped = (uint64_t)data & UINT32_MAX;

	if (kind->frame_bytes == 0 || kind->family == OTHER)
		return;
	made = whole;
	const int more = kind->family == AIFF ? 8 : kind->family == CAF ? 4 : 24;
	const bool wide =
		kind->family == RF64 || kind->family == W64 || kind->family == CAF;
	sizes_open(kind, (wide ? (uint64_t)data : wrapped) +
				 (kind->family == AIFF || kind->family == W64 ||
						  kind->family == CAF
					  ? (uint64_t)more
					  : 0));
	const int64_t mark =
		kind->family == AU ? 0 : find(kind->family == AIFF ? "SSND" : "data");
	const int64_t head = kind->family == AU
				     ? (int64_t)(whole.bytes[6] << 8 | whole.bytes[7])
			     : kind->family == AIFF ? mark + 16
			     : kind->family == CAF  ? mark + 16
			     : kind->family == W64  ? mark + 24
						    : mark + 8;
	blob_save(&made, head + data);
	char error[256];
	struct soundfile *file = soundfile_open(path, error, sizeof(error));
	CHECK(file && file->exact && file->frames == data / kind->frame_bytes,
	      "%s of 5 GiB: %lld frames", kind->name,
	      file ? (long long)file->frames : -1LL);
	soundfile_close(file);
}

/* ---- layouts ----------------------------------------------------------------------------- */

static void check_place(const char *what, struct layout layout, int rack,
			const char *wanted)
{
	int place[LAYOUT_MAX];
	char found[256] = "", error[256];
	size_t used = 0;

	if (!layout_place(&layout, rack, place, error, sizeof(error)))
		snprintf(found, sizeof(found), "%s", error);
	else
		for (int c = 0; c < layout.channels; c++)
			used += (size_t)snprintf(found + used, sizeof(found) - used,
						 "%s%d", c ? " " : "", place[c] + 1);
	CHECK(!strcmp(found, wanted), "%s in %d: \"%s\", wanted \"%s\"", what, rack,
	      found, wanted);
}

static void test_layouts(void)
{
	check_place("5.1", layout_mask(0x3f, 6), 6, "1 2 3 4 5 6");
	check_place("5.1 side", layout_mask(0x60f, 6), 6, "1 2 3 4 5 6");
	check_place("7.1", layout_mask(0x63f, 8), 8, "1 2 3 4 7 8 5 6");
	check_place("6.1", layout_mask(0x70f, 7), 7, "1 2 3 4 7 5 6");
	check_place("2.1", layout_mask(0xb, 3), 6, "1 2 4");
	check_place("2.1", layout_mask(0xb, 3), 3,
		    "its channels are L R LFE; a rack of 3 channels has L R C");
	check_place("3.1", layout_mask(0xf, 4), 6, "1 2 3 4");
	check_place("3.1", layout_mask(0xf, 4), 4,
		    "its channels are L R C LFE; a rack of 4 channels has L R Ls Rs");
	check_place("4.1", layout_mask(0x3b, 5), 6, "1 2 4 5 6");
	check_place("quad", layout_mask(0x33, 4), 6, "1 2 5 6");
	check_place("5 unlabelled", layout_mask(0, 5), 6, "1 2 3 5 6");
	check_place("6 unlabelled", layout_mask(0, 6), 6, "1 2 3 4 5 6");
	check_place("Vorbis 5.1", layout_vorbis(6), 6, "1 3 2 5 6 4");
	check_place("Vorbis 7.1", layout_vorbis(8), 8, "1 3 2 5 6 7 8 4");
	check_place("Vorbis 3", layout_vorbis(3), 3, "1 3 2");
	check_place("FLAC 7.1", layout_flac(8), 8, "1 2 3 4 7 8 5 6");
	check_place("CAF 5.1 C", layout_core(123 << 16 | 6, 0, NULL, 6), 6,
		    "1 3 2 5 6 4");
	check_place("CAF 5.1 D", layout_core(124 << 16 | 6, 0, NULL, 6), 6,
		    "3 1 2 5 6 4");
	check_place("CAF bitmap", layout_core(1 << 16, 0x3f, NULL, 6), 6,
		    "1 2 3 4 5 6");
	check_place("CAF labels", layout_core(0, 0, (uint32_t[]) { 3, 1, 2, 4 }, 4), 6,
		    "3 1 2 4");
	check_place(
		"CAF wide", layout_core(0, 0, (uint32_t[]) { 1, 2, 7, 8 }, 4), 8,
		"its channels are L R another another; a rack of 8 channels has L R C "
		"LFE Ls Rs Lb Rb");
}

/* A file of each kind with six channels, each at its own level: in the file's order as its
 * kind prescribes it, and back in the rack's. */
static void test_orders(void)
{
	static const struct {
		const char *name;
		int format;
		int order[6]; /* the rack's channel in each of the file's */
	} files[] = {
		{ "WAVEX", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, { 0, 1, 2, 3, 4, 5 } },
		{ "FLAC", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, { 0, 1, 2, 3, 4, 5 } },
		{ "Vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, { 0, 2, 1, 4, 5, 3 } },
		{ "Opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, { 0, 2, 1, 4, 5, 3 } },
	};
	static float six[FRAMES * 6];

	for (size_t k = 0; k < sizeof(files) / sizeof(*files); k++) {
		SF_INFO info = { .samplerate = 48000,
				 .channels = 6,
				 .format = files[k].format };
		int place[LAYOUT_MAX] = { 0 };
		double power[6] = { 0 };
		char error[256];
		for (int i = 0; i < FRAMES * 6; i++)
			six[i] = (float)(0.05 * (1 + files[k].order[i % 6]) *
					 sin(2 * M_PI *
					     (50 + 20 * files[k].order[i % 6]) *
					     (i / 6) / 48000.0));
		SNDFILE *out = sf_open(path, SFM_WRITE, &info);
		CHECK(out && sf_writef_float(out, six, FRAMES) == FRAMES, "%s",
		      files[k].name);
		sf_close(out);
		struct soundfile *in = soundfile_open(path, error, sizeof(error));
		CHECK(in && layout_place(&in->layout, 6, place, error, sizeof(error)),
		      "%s: %s", files[k].name, error);
		const int n = in ? soundfile_read(in, six, FRAMES) : 0;
		for (int i = 6000; i < n * 6; i++)
			power[place[i % 6]] += (double)six[i] * (double)six[i];
		for (int c = 1; c < 6; c++)
			CHECK(power[c] > power[c - 1], "%s: channel %d", files[k].name,
			      c + 1);
		soundfile_close(in);
	}
}

int main(void)
{
	close(mkstemp(path));
	for (int i = 0; i < FRAMES * CHANNELS; i++)
		sound[i] = (float)(0.5 * sin(0.03 * (i / 2)) * sin(0.0007 * i));
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		kind_make(&kinds[k]);
		test_whole(&kinds[k]);
		test_cut(&kinds[k]);
		test_unknown(&kinds[k]);
		test_joined(&kinds[k]);
		test_stale(&kinds[k]);
		test_odd(&kinds[k]);
		test_huge(&kinds[k]);
	}
	test_layouts();
	test_orders();
	unlink(path);
	return test_result();
}

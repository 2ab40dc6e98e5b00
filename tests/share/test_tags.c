/* test_tags.c - every tag, picture, cue point and chunk through every pair of formats: what
 * both have a place for arrives, what has none is named, and the audio stays. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundfile.h"
#include "share/soundkind.h"
#include "share/soundwriter.h"
#include "share/tags.h"
#include "share/tags_kinds.h"

#include "tests/support/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { FRAMES = 48000, RATE = 48000 };

static char folder[] = "/tmp/lathe-tags-XXXXXX", paths[2][128];

static const char *const ends[] = { ".wav", ".rf64", ".aiff", ".caf", ".flac",
				    ".ogg", ".opus", ".mp3",  ".w64" };
enum { ENDS = sizeof(ends) / sizeof(*ends) };

/* The texts that have names of their own somewhere, and one that has none. */
static const char *const texts[][2] = {
	{ "TITLE", "T\xc3\xa4st \xe2\x82\xac \xf0\x9d\x84\x9e" },
	{ "ARTIST", "Someone" },
	{ "ALBUM", "The Album" },
	{ "ALBUMARTIST", "Various" },
	{ "TRACKNUMBER", "3/12" },
	{ "DISCNUMBER", "1/2" },
	{ "DATE", "2026" },
	{ "GENRE", "Jazz" },
	{ "COMMENT", "a = b; \"c\"" },
	{ "COMPOSER", "C" },
	{ "LYRICIST", "L" },
	{ "LYRICS", "one\ntwo" },
	{ "CONDUCTOR", "D" },
	{ "ISRC", "USRC17607839" },
	{ "COPYRIGHT", "2026 X" },
	{ "ORGANIZATION", "Label" },
	{ "BPM", "120" },
	{ "LANGUAGE", "eng" },
	{ "ENGINEER", "E" },
	{ "ENCODED-BY", "F" },
	{ "SOMETHING ELSE", "of its own" },
};
enum { TEXTS = sizeof(texts) / sizeof(*texts) };

static struct tags *made(void)
{
	struct tags *tags = calloc(1, sizeof(*tags));
	uint8_t cover[70000]; /* more than a page of Ogg */

	for (size_t i = 0; i < sizeof(cover); i++)
		cover[i] = (uint8_t)(i * 7 + (i >> 8));
	tags->rate = RATE;
	for (int i = 0; i < TEXTS; i++)
		tags_add(tags, texts[i][0], texts[i][1]);
	tags_add(tags, "ARTIST", "Another");
	tags_add_picture(tags, 3, "image/jpeg", "cov\xc3\xa9r", cover, sizeof(cover));
	tags_add_picture(tags, 4, "image/png", "", cover, 500);
	tags_add_cue(tags, 12000, "first");
	tags_add_cue(tags, 24000, "");
	tags_add_cue(tags, 36000, "last \xc3\xa4");
	tags_add_chunk(tags, "iXML", (const uint8_t *)"<BWFXML/>", 9);
	tags_add_chunk(tags, "axml", (const uint8_t *)"<ebuCore/>", 10);
	tags->has_bext = true;
	tags->bext = (struct bext) { .description = "A take",
				     .originator = "Recorder",
				     .reference = "CHXYZ",
				     .date = "2026-05-04",
				     .time = "12:34:56",
				     .time_reference = 5000000000,
				     .umid = { 1, 2, 3 },
				     .loudness = -2301,
				     .range = 512,
				     .true_peak = -101,
				     .momentary = -1800,
				     .short_term = -2000,
				     .history = strdup("A=PCM\r\n") };
	return tags;
}

static void fill(float *audio)
{
	for (int i = 0; i < FRAMES; i++)
		audio[2 * i] = audio[2 * i + 1] = 0.5f * sinf(0.05f * (float)i);
}

static void write_file(const char *path, const struct tags *tags)
{
	static float audio[2 * FRAMES];
	char error[256] = "";
	struct soundwriter *writer =
		soundwriter_open(path, NULL, RATE, 2, FRAMES, error, sizeof(error));

	fill(audio);
	if (writer)
		soundwriter_tags(writer, tags);
	CHECK(writer &&
		      soundwriter_write(writer, audio, FRAMES, error, sizeof(error)) &&
		      soundwriter_finish(writer, error, sizeof(error)),
	      "%s: %s", path, error);
	soundwriter_close(writer);
}

/* The audio is what it was: whole, and where it was. */
static void check_audio(const char *path)
{
	static float wanted[2 * FRAMES], found[2 * FRAMES];
	char error[256] = "";
	struct soundfile *file = soundfile_open(path, error, sizeof(error));
	double sum = 0;

	fill(wanted);
	CHECK(file, "%s: %s", path, error);
	if (!file)
		return;
	const int got = soundfile_read(file, found, FRAMES);
	CHECK(got >= FRAMES - 2400 && !file->note[0], "%s: %d frames, %s", path, got,
	      file->note);
	for (int i = 4800; i < 2 * got - 4800; i++)
		sum += fabs((double)(found[i] - wanted[i]));
	/* MP3 is some frames late. */
	CHECK(strstr(path, ".mp3") || sum / (2 * got) < 0.02, "%s: off by %.3f", path,
	      sum / (2 * got));
	soundfile_close(file);
}

static bool can_picture(enum tags_kind kind)
{
	return kind != TAGS_NONE && kind != TAGS_CAF;
}

/* Chapters have milliseconds where there are no frames. */
static void check_cues(const struct tags *tags, const char *what)
{
	static const struct cue_point wanted[] = { { 12000, (char *)"first" },
						   { 24000, (char *)"" },
						   { 36000, (char *)"last \xc3\xa4" } };

	CHECK(tags->cue_count == 3, "%s: %d cue points", what, tags->cue_count);
	for (int i = 0; i < tags->cue_count && i < 3; i++) {
		CHECK(llabs((long long)(tags->cues[i].frame - wanted[i].frame)) <= 24,
		      "%s: cue point %d at %lld", what, i,
		      (long long)tags->cues[i].frame);
		CHECK_TEXT(tags->cues[i].label, wanted[i].label);
	}
}

static void check_bext(const struct bext *b, const char *what)
{
	const struct tags *wanted = made();
	const struct bext *w = &wanted->bext;

	CHECK(!strcmp(b->description, w->description) &&
		      !strcmp(b->originator, w->originator) &&
		      !strcmp(b->reference, w->reference) &&
		      !strcmp(b->date, w->date) && !strcmp(b->time, w->time) &&
		      b->time_reference == w->time_reference &&
		      !memcmp(b->umid, w->umid, sizeof(b->umid)) &&
		      b->loudness == w->loudness && b->range == w->range &&
		      b->true_peak == w->true_peak && b->momentary == w->momentary &&
		      b->short_term == w->short_term && b->history &&
		      !strcmp(b->history, w->history),
	      "%s: bext", what);
	tags_destroy((struct tags *)wanted);
}

/* What a file of kind `from`, then one of kind `to`, have a place for. */
static void check_pair(const char *from, const char *to)
{
	const enum tags_kind one = soundkind_of(from, NULL).tags,
			     other = soundkind_of(to, NULL).tags;
	struct tags *all = made(), *first, *second;
	char what[64], lost[256];

	snprintf(what, sizeof(what), "%s to %s", from, to);
	snprintf(paths[0], sizeof(paths[0]), "%s/one%s", folder, from);
	snprintf(paths[1], sizeof(paths[1]), "%s/other%s", folder, to);
	write_file(paths[0], all);
	first = tags_read(paths[0], RATE);
	write_file(paths[1], first);
	second = tags_read(paths[1], RATE);
	const bool both = one != TAGS_NONE && other != TAGS_NONE;
	for (int i = 0; i < TEXTS && both; i++) {
		const char *found = tags_get(second, texts[i][0]);
		CHECK(found && strcmp(found, texts[i][1]) == 0, "%s: %s: %s", what,
		      texts[i][0], found ? found : "missing");
	}
	CHECK(second->tag_count == (both ? all->tag_count : 0), "%s: %d texts", what,
	      second->tag_count);
	CHECK(second->picture_count == (can_picture(one) && can_picture(other) ? 2 : 0),
	      "%s: %d pictures", what, second->picture_count);
	for (int i = 0; i < second->picture_count && i < 2; i++) {
		const struct picture *p = &second->pictures[i], *w = &all->pictures[i];
		CHECK(p->type == w->type && p->size == w->size &&
			      !memcmp(p->bytes, w->bytes, p->size) &&
			      !strcmp(p->mime, w->mime) &&
			      !strcmp(p->description, w->description),
		      "%s: picture %d", what, i);
	}
	if (both)
		check_cues(second, what);
	const bool riff = one == TAGS_RIFF && other == TAGS_RIFF;
	CHECK(second->chunk_count == (riff ? 2 : 0) && second->has_bext == riff,
	      "%s: %d chunks, bext %d", what, second->chunk_count, second->has_bext);
	if (riff)
		check_bext(&second->bext, what);
	/* What is lost is named, and only that. */
	tags_lost(first, other, lost, sizeof(lost));
	CHECK((strstr(lost, "picture") != NULL) ==
		      (first->picture_count && !can_picture(other)),
	      "%s: lost %s", what, lost);
	CHECK((strstr(lost, "bext") != NULL) ==
			      (first->has_bext && other != TAGS_RIFF) &&
		      (strstr(lost, "iXML") != NULL) ==
			      (first->chunk_count && other != TAGS_RIFF),
	      "%s: lost %s", what, lost);
	CHECK((strstr(lost, "texts") != NULL) == (one && !other), "%s: lost %s", what,
	      lost);
	check_audio(paths[1]);
	tags_destroy(all);
	tags_destroy(first);
	tags_destroy(second);
	unlink(paths[0]);
	unlink(paths[1]);
}

/* ---- what others write ----------------------------------------------------------- */

static void test_id3(void)
{
	static const uint8_t tag2[] = "ID3\2\0\0\0\0\0\22"
				      "TT2\0\0\5\0Caf\351"
				      "TRK\0\0\1";
	static const uint8_t tag3[] = "ID3\3\0\0\0\0\0\61"
				      "TIT2\0\0\0\7\0\0\1\377\376A\0B\0"
				      "TYER\0\0\0\5\0\0\0"
				      "1999"
				      "TXXX\0\0\0\7\0\0\0Mood\0x";
	struct tags *tags = calloc(1, sizeof(*tags));

	id3_read(tags, tag2, sizeof(tag2) - 1);
	CHECK(tags->tag_count == 1, "%d", tags->tag_count);
	CHECK_TEXT(tags_get(tags, "TITLE"), "Caf\xc3\xa9");
	tags_set(tags, NULL, NULL);
	id3_read(tags, tag3, sizeof(tag3) - 1);
	CHECK(tags->tag_count == 3, "%d", tags->tag_count);
	CHECK_TEXT(tags_get(tags, "TITLE"), "AB");
	CHECK_TEXT(tags_get(tags, "DATE"), "1999");
	CHECK_TEXT(tags_get(tags, "MOOD"), "x");
	tags_destroy(tags);
}

/* Whatever is cut off or wrong harms nothing: ASan and UBSan watch in `make sanitize`. */
static void test_damage(void)
{
	struct tags *all = made();
	uint8_t bytes[4096];
	uint32_t seed = 3;

	for (int e = 0; e < ENDS; e++) {
		snprintf(paths[0], sizeof(paths[0]), "%s/one%s", folder, ends[e]);
		write_file(paths[0], all);
		const int fd = open(paths[0], O_RDWR);
		for (int k = 0; k < 40; k++) {
			seed = seed * 1664525u + 1013904223u;
			const off_t size = lseek(fd, 0, SEEK_END);
			const off_t at =
				(off_t)(seed % (k % 2 ? 2048u : (unsigned)size));
			bytes[0] = (uint8_t)(seed >> 24);
			CHECK(pwrite(fd, bytes, 1, at) == 1, "%s", paths[0]);
			tags_destroy(tags_read(paths[0], RATE));
		}
		CHECK(ftruncate(fd, lseek(fd, 0, SEEK_END) - 1000) == 0, "%s",
		      paths[0]);
		tags_destroy(tags_read(paths[0], RATE));
		close(fd);
		unlink(paths[0]);
	}
	tags_destroy(all);
}

static void test_move(void)
{
	struct tags *tags = made();

	tags_move(tags, 96000, 24000);
	CHECK(tags->cue_count == 2 && tags->cues[0].frame == 0 &&
		      tags->cues[1].frame == 24000,
	      "cue points");
	CHECK(tags->bext.time_reference == (5000000000 + 24000) * 2, "time reference");
	tags_destroy(tags);
}

int main(void)
{
	CHECK(mkdtemp(folder), "%s", folder);
	for (int from = 0; from < ENDS; from++)
		for (int to = 0; to < ENDS; to++)
			check_pair(ends[from], ends[to]);
	test_id3();
	test_damage();
	test_move();
	rmdir(folder);
	return test_result();
}

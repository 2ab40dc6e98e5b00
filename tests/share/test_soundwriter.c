/* test_soundwriter.c - the one writer: whole or not at all, in order, and honest. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/newfile.h"
#include "share/soundfile.h"
#include "share/soundwriter.h"

#include "tests/support/test.h"

#include <fcntl.h>
#include <sndfile.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRAMES = 5000 };

static char folder[] = "/tmp/lathe-writer-XXXXXX", path[128];

static const char *name(const char *end)
{
	snprintf(path, sizeof(path), "%s/out%s", folder, end);
	return path;
}

static int entries(void)
{
	char command[128], line[16] = "";

	snprintf(command, sizeof(command), "ls -A %s | wc -l", folder);
	FILE *pipe = popen(command, "r");

	if (!fgets(line, sizeof(line), pipe))
		line[0] = '\0';
	pclose(pipe);
	return atoi(line);
}

/* Channel c at (c + 1) / 16. */
static void fill(float *audio, int channels)
{
	for (int i = 0; i < FRAMES * channels; i++)
		audio[i] = (float)(i % channels + 1) / 16;
}

static void write_out(const char *end, const char *format, int channels, int64_t frames)
{
	static float audio[FRAMES * 8];
	char error[256] = "";
	struct soundwriter *writer = soundwriter_open(
		name(end), format, 48000, channels, frames, error, sizeof(error));

	fill(audio, channels);
	CHECK(writer &&
		      soundwriter_write(writer, audio, FRAMES, error, sizeof(error)) &&
		      soundwriter_finish(writer, error, sizeof(error)),
	      "%s: %s", path, error);
	soundwriter_close(writer);
}

/* Each kind, each number of channels: back in the rack's order. */
static void test_orders(void)
{
	static const char *const ends[] = { ".wav", ".flac", ".aiff", ".caf", ".w64" };
	static float audio[FRAMES * 8];
	int place[LAYOUT_MAX];
	char error[256];

	for (int e = 0; e < 5; e++)
		for (int channels = 1; channels <= 8; channels++) {
			write_out(ends[e], "16", channels, FRAMES);
			struct soundfile *in =
				soundfile_open(path, error, sizeof(error));
			CHECK(in && in->channels == channels &&
				      layout_place(&in->layout, channels, place, error,
						   sizeof(error)),
			      "%s, %d channels: %s", ends[e], channels, error);
			if (!in)
				continue;
			CHECK(soundfile_read(in, audio, FRAMES) == FRAMES &&
				      !in->note[0],
			      "%s: %s", ends[e], in->note);
			for (int c = 0; c < channels; c++)
				CHECK(fabsf(audio[c] - (float)(place[c] + 1) / 16) <
					      1e-3f,
				      "%s, %d channels: %d holds %g", ends[e], channels,
				      c + 1, (double)audio[c]);
			const bool can = e == 0 || e == 1 || channels == 6;
			CHECK(!can || channels < 3 || in->layout.labelled ||
				      e == 4 /* W64 can't */,
			      "%s, %d channels: no layout", ends[e], channels);
			soundfile_close(in);
		}
}

static void file_head(char head[5], struct stat *status)
{
	const int fd = open(path, O_RDONLY);

	memset(head, 0, 5);
	CHECK(fd >= 0 && read(fd, head, 4) == 4 && fstat(fd, status) == 0, "%s", path);
	close(fd);
}

/* A WAV whose length was not known is a WAV, and so is one whose length was. */
static void test_length(void)
{
	struct stat status;
	char head[5], error[256];

	write_out(".wav", "24", 2, -1);
	file_head(head, &status);
	CHECK_TEXT(head, "RIFF");
	struct soundfile *in = soundfile_open(path, error, sizeof(error));
	CHECK(in && in->frames == FRAMES, "%s", error);
	soundfile_close(in);
	write_out(".wav", "24", 2, FRAMES);
	file_head(head, &status);
	CHECK_TEXT(head, "RIFF");
	CHECK(status.st_size == 44 + FRAMES * 6, "%lld bytes",
	      (long long)status.st_size);
	struct soundwriter *writer = soundwriter_open(name(".aiff"), "24", 48000, 2,
						      1LL << 30, error, sizeof(error));
	CHECK(!writer && strstr(error, "AIFF"), "%s", error);
	soundwriter_close(writer);
	writer = soundwriter_open(name(".wav"), "24", 48000, 2, 1LL << 30, error,
				  sizeof(error));
	CHECK(writer, "%s", error);
	soundwriter_close(writer);
}

static void test_clipping(void)
{
	static float audio[4 * 2] = { 1, -1, 1.5f, -0.5f, -2, 0.25f, 0, 1.0001f };
	char error[256];
	struct soundwriter *writer =
		soundwriter_open(name(".wav"), "16", 48000, 2, 4, error, sizeof(error));

	CHECK(writer && soundwriter_write(writer, audio, 4, error, sizeof(error)), "%s",
	      error);
	if (writer)
		CHECK(writer->clipped == 3 && writer->peak == 2,
		      "%lld clipped, peak %g", (long long)writer->clipped,
		      (double)writer->peak);
	soundwriter_close(writer);
}

/* What was there stays, with its mode; a link stays one. */
static void test_replacing(void)
{
	char error[256], link[160], found[16] = "";
	struct newfile file;
	struct stat status;
	const int before = entries();

	name(".txt");
	CHECK(newfile_write(path, "old", 3, error, sizeof(error)), "%s", error);
	chmod(path, 0640);
	CHECK(newfile_open(&file, path, error, sizeof(error)) && file.replaces &&
		      write(file.fd, "half", 4) == 4,
	      "%s", error);
	newfile_cancel(&file);
	FILE *old = fopen(path, "r");
	CHECK(old && fgets(found, sizeof(found), old), "%s", path);
	fclose(old);
	CHECK_TEXT(found, "old");
	snprintf(link, sizeof(link), "%s/link.txt", folder);
	CHECK(symlink("out.txt", link) == 0, "%s", link);
	CHECK(newfile_write(link, "new", 3, error, sizeof(error)), "%s", error);
	CHECK(lstat(link, &status) == 0 && S_ISLNK(status.st_mode), "%s", link);
	CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0640 &&
		      status.st_size == 3,
	      "mode %o", status.st_mode);
	CHECK(entries() == before + 2, "%d entries", entries());
	CHECK(newfile_write("/dev/null", "x", 1, error, sizeof(error)), "%s", error);
	CHECK(!newfile_write("/dev/full", "x", 1, error, sizeof(error)), "a full disk");
	CHECK_TEXT(error, "No space left on device");
	CHECK(!newfile_write(folder, "x", 1, error, sizeof(error)), "a folder");
	CHECK(!newfile_write("/tmp/no/such/folder", "x", 1, error, sizeof(error)),
	      "no folder");
}

/* A disk that fills up says so, whatever the kind, and the old file stays. */
static void test_full(void)
{
	static const char *const ends[] = { ".wav", ".flac", ".aiff", ".caf", ".w64" };
	static float audio[FRAMES * 2];
	const struct rlimit full = { 20000, RLIM_INFINITY };
	const struct rlimit open_ended = { RLIM_INFINITY, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < FRAMES * 2; i++)
		audio[i] = (float)(rand() % 1000) / 2000;
	for (int e = 0; e < 5; e++) {
		char error[256] = "";
		struct stat before, after;
		write_out(ends[e], "24", 2, FRAMES);
		CHECK(stat(path, &before) == 0, "%s", path);
		const int count = entries();
		setrlimit(RLIMIT_FSIZE, &full);
		struct soundwriter *writer = soundwriter_open(
			path, "24", 48000, 2, FRAMES, error, sizeof(error));
		bool good = writer;
		for (int i = 0; good && i < 20; i++)
			good = soundwriter_write(writer, audio, FRAMES, error,
						 sizeof(error));
		good = good && soundwriter_finish(writer, error, sizeof(error));
		soundwriter_close(writer);
		setrlimit(RLIMIT_FSIZE, &open_ended);
		CHECK(!good, "%s: written to a full disk", ends[e]);
		CHECK_TEXT(error, "File too large");
		CHECK(stat(path, &after) == 0 && before.st_ino == after.st_ino &&
			      before.st_mtim.tv_nsec == after.st_mtim.tv_nsec &&
			      entries() == count,
		      "%s: the old file was touched", ends[e]);
	}
}

int main(void)
{
	char command[64];

	if (!mkdtemp(folder))
		return 1;
	test_orders();
	test_length();
	test_clipping();
	test_replacing();
	test_full();
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	CHECK(system(command) == 0, "%s", command);
	return test_result();
}

/* fuzz_soundfile.c - any bytes as a sound file: frames or a sentence, never harm. libFuzzer:
 *   make fuzz SECONDS=60 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FRAMES_MAX = 1 << 13, PIECE = 997 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static float piece[PIECE * LAYOUT_MAX];
	char path[64], error[512] = "";
	int place[LAYOUT_MAX], got = PIECE;
	const int fd = memfd_create("sound", 0);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	struct soundfile *file = soundfile_open(path, error, sizeof(error));
	close(fd);
	/* Either a file, or words. */
	if (!file && !error[0])
		abort();
	if (!file)
		return 0;
	if (file->channels < 1 || file->channels > LAYOUT_MAX ||
	    file->layout.channels != file->channels)
		abort();
	for (int wide = 1; wide <= 8; wide++)
		layout_place(&file->layout, wide, place, error, sizeof(error));
	while (got == PIECE && file->read < FRAMES_MAX)
		got = soundfile_read(file, piece, PIECE);
	if (file->exact && got < PIECE && file->read != file->frames)
		abort();
	if (memchr(file->note, 0, sizeof(file->note)) == NULL)
		abort();
	soundfile_close(file);
	return 0;
}

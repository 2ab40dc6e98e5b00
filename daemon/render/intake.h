/* intake.h - what is played: a sound file's audio in the rack's order of channels.
 * lathe-render. */
#ifndef LATHE_RENDER_INTAKE_H
#define LATHE_RENDER_INTAKE_H

#include "daemon/rack/rack.h"
#include "share/soundfile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intake {
	int rate;       /* Hz */
	int width;      /* channels: those of all the rack's inputs, in order */
	int64_t frames; /* how many will come, if `exact`; else a hint, or -1 */
	bool exact;
	int64_t read;
	int64_t strays; /* samples that are no audio; silence is played for them */
	struct soundfile *file;
	float *mixed;          /* as the file has them */
	int room;              /* frames of `mixed` */
	bool spread;           /* a mono file feeds every input */
	int place[LAYOUT_MAX]; /* the file's channel i is channel place[i] of `width` */
};

/* NULL and a sentence without the path on failure. */
struct intake *intake_open(const char *path, const struct rack *rack, char *error,
			   size_t error_size);
/* The next interleaved frames. Returns how many there were; the rest of the `frames` is
 * silence. */
int intake_read(struct intake *intake, float *to, int frames);
void intake_close(struct intake *intake);

#endif

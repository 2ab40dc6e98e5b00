/* layout.h - which loudspeaker each channel is for, and the order a rack has them in.
 *
 * A rack of N channels has them as modules/loudness counts them (ITU-R BS.1770-5, annex
 * 1):
 *   1 M, 2 L R, 3 L R C, 4 L R Ls Rs, 5 L R C Ls Rs, 6 L R C LFE Ls Rs,
 *   7 L R C LFE Ls Rs Cs, 8 L R C LFE Ls Rs Lb Rb
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_LAYOUT_H
#define LATHE_SHARE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum speaker {
	SPEAKER_NONE, /* unknown */
	SPEAKER_L,
	SPEAKER_R,
	SPEAKER_C,
	SPEAKER_LFE,
	SPEAKER_LS,
	SPEAKER_RS,
	SPEAKER_LB,
	SPEAKER_RB,
	SPEAKER_CS,
	SPEAKER_OTHER, /* a speaker that no rack has */
};

enum { LAYOUT_MAX = 64 };

struct layout {
	int channels;
	bool labelled; /* false: assumed to be in the rack's order */
	uint8_t speaker[LAYOUT_MAX];
};

/* The rack's own order of 1 to 8 channels. */
struct layout layout_rack(int channels);
/* The layout of the bits of WAVEFORMATEXTENSIBLE and of FLAC's tag of that name;
 * CoreAudio's channel bitmaps are the same bits. 0: not labelled. */
struct layout layout_mask(uint32_t mask, int channels);
/* The layout of CoreAudio's tag (CAF "chan", AIFF "CHAN"), its bitmap and
 * labels[channels]. */
struct layout layout_core(uint32_t tag, uint32_t bitmap, const uint32_t *labels,
			  int channels);
/* The layout in the order that the format itself prescribes. */
struct layout layout_flac(int channels);
struct layout layout_vorbis(int channels);

/* Sets place[i] to the channel of a rack of `rack_channels` that the file's channel i
 * is for. A file without labels is assumed to be in the order of a rack of as many
 * channels. False and a sentence ("channel 4 is ...") if the rack has no such
 * channel. */
bool layout_place(const struct layout *file, int rack_channels, int *place, char *error,
		  size_t error_size);
/* "L R C LFE Ls Rs" */
void layout_text(const struct layout *layout, char *text, size_t size);

#endif

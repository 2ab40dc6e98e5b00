/* layout.c - which loudspeaker each channel is for, and the order a rack has them
 * in. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/layout.h"

#include <stdio.h>
#include <string.h>

enum { RACK_MAX = 8 };

static const char *const speaker_names[] = { "?",  "L",  "R",  "C",  "LFE",    "Ls",
					     "Rs", "Lb", "Rb", "Cs", "another" };

static struct layout layout_of(const uint8_t *speakers, int channels)
{
	struct layout layout = { .channels = channels, .labelled = true };

	memcpy(layout.speaker, speakers, (size_t)channels);
	return layout;
}

static struct layout unlabelled(int channels)
{
	struct layout layout = { .channels = channels };

	if (channels >= 1 && channels <= RACK_MAX) {
		layout = layout_rack(channels);
		layout.labelled = false;
	}
	return layout;
}

struct layout layout_rack(int channels)
{
	static const uint8_t rack[RACK_MAX][RACK_MAX] = {
		{ SPEAKER_C },
		{ SPEAKER_L, SPEAKER_R },
		{ SPEAKER_L, SPEAKER_R, SPEAKER_C },
		{ SPEAKER_L, SPEAKER_R, SPEAKER_LS, SPEAKER_RS },
		{ SPEAKER_L, SPEAKER_R, SPEAKER_C, SPEAKER_LS, SPEAKER_RS },
		{ SPEAKER_L, SPEAKER_R, SPEAKER_C, SPEAKER_LFE, SPEAKER_LS,
		  SPEAKER_RS },
		{ SPEAKER_L, SPEAKER_R, SPEAKER_C, SPEAKER_LFE, SPEAKER_LS, SPEAKER_RS,
		  SPEAKER_CS },
		{ SPEAKER_L, SPEAKER_R, SPEAKER_C, SPEAKER_LFE, SPEAKER_LS, SPEAKER_RS,
		  SPEAKER_LB, SPEAKER_RB },
	};

	return layout_of(rack[channels - 1], channels);
}

/* Back channels are the surrounds if there are no side channels. */
static void settle_backs(struct layout *layout)
{
	bool sides = false;

	for (int c = 0; c < layout->channels; c++)
		sides |= layout->speaker[c] == SPEAKER_LS ||
			 layout->speaker[c] == SPEAKER_RS;
	for (int c = 0; c < layout->channels && !sides; c++) {
		if (layout->speaker[c] == SPEAKER_LB)
			layout->speaker[c] = SPEAKER_LS;
		else if (layout->speaker[c] == SPEAKER_RB)
			layout->speaker[c] = SPEAKER_RS;
	}
}

struct layout layout_mask(uint32_t mask, int channels)
{
	static const uint8_t bits[] = { SPEAKER_L,     SPEAKER_R,     SPEAKER_C,
					SPEAKER_LFE,   SPEAKER_LB,    SPEAKER_RB,
					SPEAKER_OTHER, SPEAKER_OTHER, SPEAKER_CS,
					SPEAKER_LS,    SPEAKER_RS };
	struct layout layout = { .channels = channels, .labelled = true };
	int at = 0;

	if (mask == 0 || channels > LAYOUT_MAX)
		return unlabelled(channels);
	for (unsigned bit = 0; bit < 32; bit++)
		if (mask >> bit & 1 && at < channels)
			layout.speaker[at++] =
				bit < sizeof(bits) ? bits[bit] : SPEAKER_OTHER;
	while (at < channels) /* more channels than bits: the rest have no speaker */
		layout.speaker[at++] = SPEAKER_OTHER;
	settle_backs(&layout);
	return layout;
}

/* CoreAudio's labels are the bits' numbers plus 1; its Rls and Rrs are 33 and 34. */
static uint8_t core_speaker(uint32_t label)
{
	switch (label) {
	case 1:
	case 301: /* of a headphone pair */
		return SPEAKER_L;
	case 2:
	case 302:
		return SPEAKER_R;
	case 3:
	case 42: /* mono */
		return SPEAKER_C;
	case 4:
		return SPEAKER_LFE;
	case 5:
	case 10:
		return SPEAKER_LS;
	case 6:
	case 11:
		return SPEAKER_RS;
	case 9:
		return SPEAKER_CS;
	case 33:
		return SPEAKER_LB;
	case 34:
		return SPEAKER_RB;
	default:
		return SPEAKER_OTHER;
	}
}

/* CoreAudioBaseTypes.h; the tag's low 16 bits are the number of channels. */
struct layout layout_core(uint32_t tag, uint32_t bitmap, const uint32_t *labels,
			  int channels)
{
	enum { L = 1, R, C, E, S, T, B, D, U }; /* enum speaker: E LFE, S T the sides */
	static const struct {
		uint16_t tag;
		uint8_t speaker[RACK_MAX];
	} tags[] = {
		{ 100, { C } },
		{ 101, { L, R } },
		{ 102, { L, R } },
		{ 108, { L, R, S, T } },
		{ 113, { L, R, C } },
		{ 114, { C, L, R } },
		{ 115, { L, R, C, U } },
		{ 116, { C, L, R, U } },
		{ 117, { L, R, C, S, T } },
		{ 118, { L, R, S, T, C } },
		{ 119, { L, C, R, S, T } },
		{ 120, { C, L, R, S, T } },
		{ 121, { L, R, C, E, S, T } },
		{ 122, { L, R, S, T, C, E } },
		{ 123, { L, C, R, S, T, E } },
		{ 124, { C, L, R, S, T, E } },
		{ 125, { L, R, C, E, S, T, U } },
		{ 128, { L, R, C, E, S, T, B, D } },
		{ 131, { L, R, U } },
		{ 132, { L, R, S, T } },
		{ 133, { L, R, E } },
		{ 134, { L, R, E, U } },
		{ 135, { L, R, E, S, T } },
		{ 136, { L, R, C, E } },
		{ 137, { L, R, C, E, U } },
	};
	struct layout layout = { .channels = channels, .labelled = true };
	const uint32_t name = tag >> 16;

	if (channels > LAYOUT_MAX)
		return unlabelled(channels);
	if (name == 1)
		return layout_mask(bitmap, channels);
	if (name == 0 && labels) {
		for (int c = 0; c < channels; c++)
			layout.speaker[c] = core_speaker(labels[c]);
		settle_backs(&layout);
		return layout;
	}
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		if (tags[i].tag == name && (int)(tag & 0xffff) == channels)
			return layout_of(tags[i].speaker, channels);
	return unlabelled(channels);
}

/* RFC 9639, 9.1.3. */
struct layout layout_flac(int channels)
{
	static const uint32_t masks[RACK_MAX] = { 0x4,  0x3,  0x7,   0x33,
						  0x37, 0x3f, 0x70f, 0x63f };

	return channels >= 1 && channels <= RACK_MAX
		       ? layout_mask(masks[channels - 1], channels)
		       : unlabelled(channels);
}

/* Vorbis I, 4.3.9; Opus' mapping family 1 is the same (RFC 7845, 5.1.1.2). */
struct layout layout_vorbis(int channels)
{
	enum { L = 1, R, C, E, S, T, B, D, U };
	static const uint8_t orders[RACK_MAX][RACK_MAX] = {
		{ C },
		{ L, R },
		{ L, C, R },
		{ L, R, S, T },
		{ L, C, R, S, T },
		{ L, C, R, S, T, E },
		{ L, C, R, S, T, U, E },
		{ L, C, R, S, T, B, D, E },
	};

	return channels >= 1 && channels <= RACK_MAX
		       ? layout_of(orders[channels - 1], channels)
		       : unlabelled(channels);
}

void layout_text(const struct layout *layout, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (int c = 0; c < layout->channels && c < LAYOUT_MAX && used + 10 < size; c++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", c ? " " : "",
					 speaker_names[layout->speaker[c]]);
}

bool layout_place(const struct layout *file, int rack_channels, int *place, char *error,
		  size_t error_size)
{
	const struct layout rack = layout_rack(rack_channels);
	char has[128], takes[128];

	for (int i = 0; i < file->channels; i++) {
		place[i] = file->channels == rack_channels && !file->labelled ? i : -1;
		for (int c = 0; c < rack_channels && place[i] < 0; c++)
			if (rack.speaker[c] == file->speaker[i])
				place[i] = c;
		if (place[i] >= 0 && place[i] < rack_channels)
			continue;
		layout_text(file, has, sizeof(has));
		layout_text(&rack, takes, sizeof(takes));
		snprintf(error, error_size,
			 "its channels are %s; a rack of %d channels has %s", has,
			 rack_channels, takes);
		return false;
	}
	return true;
}

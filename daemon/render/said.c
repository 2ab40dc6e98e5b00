/* said.c - what an output says of itself. lathe-render.
 *
 * ReplayGain 2.0 (reference -18 LUFS); RFC 7845, 5.2.1: R128_TRACK_GAIN, to -23 LUFS, in
 * 1/256 dB; EBU Tech 3285 v2. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/said.h"

#include "share/soundkind.h"
#include "daemon/render/say.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const double replaygain_lufs = -18, r128_lufs = -23;

static const char *const gains[] = {
	"REPLAYGAIN_TRACK_GAIN",
	"REPLAYGAIN_TRACK_PEAK",
	"REPLAYGAIN_ALBUM_GAIN",
	"REPLAYGAIN_ALBUM_PEAK",
	"REPLAYGAIN_REFERENCE_LOUDNESS",
	"R128_TRACK_GAIN",
	"R128_ALBUM_GAIN",
};
enum { GAINS = sizeof(gains) / sizeof(*gains) };

static bool has_gains(const struct tags *tags)
{
	for (int i = 0; i < GAINS; i++)
		if (tags_get(tags, gains[i]))
			return true;
	return false;
}

static bool is_opus(const struct song *song)
{
	return soundkind_of(song->out, NULL).tags == TAGS_OPUS;
}

bool said_measures(const struct song *song)
{
	return song->out[0] &&
	       (is_opus(song) ||
		(song->tags && (song->tags->has_bext || has_gains(song->tags))));
}

/* ---- gains ----------------------------------------------------------------------- */

static void set_number(struct tags *tags, const char *name, const char *format,
		       double value)
{
	char text[48];

	snprintf(text, sizeof(text), format, value);
	tags_set(tags, name, text);
}

static void set_r128(struct tags *tags, const char *name, double loudness)
{
	char text[48];
	const double steps = rint((r128_lufs - loudness) * 256);

	snprintf(text, sizeof(text), "%d", (int)fmin(fmax(steps, -32768), 32767));
	tags_set(tags, name, text);
}

static void gains_set(struct tags *tags, const struct song *song,
		      const struct session *session, bool opus)
{
	const double loudness = gauge_integrated(&song->after);
	const double album = session->album_loudness;

	for (int i = 0; i < GAINS; i++)
		tags_set(tags, gains[i], NULL);
	if (!isfinite(loudness))
		return;
	if (opus) {
		set_r128(tags, "R128_TRACK_GAIN", loudness);
		if (isfinite(album))
			set_r128(tags, "R128_ALBUM_GAIN", album);
		return;
	}
	set_number(tags, "REPLAYGAIN_TRACK_GAIN", "%.2f dB",
		   replaygain_lufs - loudness);
	set_number(tags, "REPLAYGAIN_TRACK_PEAK", "%.6f",
		   (double)song->after.true_peak);
	if (!isfinite(album))
		return;
	set_number(tags, "REPLAYGAIN_ALBUM_GAIN", "%.2f dB", replaygain_lufs - album);
	set_number(tags, "REPLAYGAIN_ALBUM_PEAK", "%.6f",
		   pow(10, session->album_peak / 20));
}

/* ---- bext ------------------------------------------------------------------------ */

static int hundredths(double level)
{
	return isfinite(level) && fabs(level) < 99.99 ? (int)rint(level * 100)
						      : TAGS_NO_LEVEL;
}

static void bext_set(struct bext *bext, const struct song *song)
{
	const struct gauge *gauge = &song->after;
	char line[128], *history;

	bext->loudness = hundredths(gauge_integrated(gauge));
	bext->range = hundredths(gauge_range(gauge));
	bext->true_peak = hundredths(gauge_true_peak(gauge));
	bext->momentary = hundredths(gauge->momentary_max);
	bext->short_term = hundredths(gauge->short_term_max);
	snprintf(line, sizeof(line), "A=PCM,F=%d,M=%s,T=lathe-render\r\n", song->rate,
		 song->channels == 1   ? "mono"
		 : song->channels == 2 ? "stereo"
				       : "multichannel");
	const size_t size =
		(bext->history ? strlen(bext->history) : 0) + strlen(line) + 1;
	history = malloc(size);
	if (!history)
		return;
	snprintf(history, size, "%s%s", bext->history ? bext->history : "", line);
	free(bext->history);
	bext->history = history;
}

void said_write(struct song *song, const struct session *session,
		struct soundwriter *writer, int64_t cut)
{
	const enum tags_kind kind = soundwriter_tags_kind(writer);
	char lost[256];

	if (!song->tags)
		return;
	struct tags *tags = tags_copy(song->tags);
	tags_move(tags, song->rate, cut);
	if (is_opus(song) || has_gains(tags))
		gains_set(tags, song, session, is_opus(song));
	if (tags->has_bext)
		bext_set(&tags->bext, song);
	tags_lost(tags, kind, lost, sizeof(lost));
	if (lost[0])
		song_say(song, "%s: has no place for: %s", song->out, lost);
	soundwriter_tags(writer, tags);
	tags_destroy(tags);
}

/* song.h - one file through the rack: played as it is, or with one gain that was searched
 * for. What a song's processes find out stands in `struct song`, plain data in memory that
 * they share. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_SONG_H
#define LATHE_RENDER_SONG_H

#include "daemon/render/gauge.h"
#include "daemon/render/halves.h"
#include "daemon/render/options.h"
#include "daemon/render/tally.h"
#include "share/tags.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct song {
	/* Given */
	const char *in;
	char out[PATH_MAX]; /* "": nothing is written */
	struct tally tally;
	struct tags *tags; /* the file's; NULL: not read. Not shared */
	int kept; /* a file without a name, for the audio before the gain; -1: none */
	/* Found out */
	int status; /* exit status */
	bool skipped, written, done;
	char said[2048];    /* why not, and what else is to be said, line by line */
	char note[512];     /* how header and content disagree */
	int rate, channels; /* of the output */
	int file_rate;
	int64_t cut; /* frames left out at the head, at the file's rate */
	int64_t read, strays, latency;
	int64_t clipped;
	float peak; /* largest sample written, linear */
	bool replaces;
	double seconds;       /* duration of the run */
	struct gauge before;  /* the file; only for a page */
	struct gauge after;   /* the output, or what reached the gain */
	double gain, ceiling; /* dB, of the last pass */
	double limiting;      /* most gain reduction of the last limiter, dB */
	double rode;          /* dB that levellers moved in the first minute */
	struct codec_result codecs[CODECS_MAX];
	int64_t kept_frames; /* of the programme, with the front's latency */
	int64_t kept_total, front_latency;
	/* Now */
	int from, to;        /* promille: what the run that is under way is of all */
	atomic_int promille; /* of all runs */
	atomic_bool runs;
};

/* What all songs have in common. */
struct services;

struct session {
	const struct render_options *options;
	struct rack *rack;
	int output;                      /* node */
	const struct services *services; /* NULL: not asked for */
	double album_loudness;           /* LUFS, while an album is written; else NAN */
	double album_peak;               /* dBTP */
	struct halves halves;            /* empty unless a gain is searched for */
	void (*progress)(void *context); /* NULL, or called now and then */
	void *progress_context;
};

/* Opens and closes `kept`. Songs of an album have it open before processes are forked,
 * others in their own process. False, and said: there is no room for it. */
bool song_keep(struct song *song);
void song_drop(struct song *song);

/* Each returns the exit status, which song->status keeps. */
/* Plays the whole rack and writes, as the daemon would. */
int song_play(struct song *song, struct session *session);
/* Plays the front half into `kept` and measures it. */
int song_prepare(struct song *song, struct session *session);
/* Plays the back half at song->gain and song->ceiling, measures it, and writes it if
 * asked to. */
int song_pass(struct song *song, struct session *session, bool writes);

#endif

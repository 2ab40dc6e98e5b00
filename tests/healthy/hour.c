/* hour.c - healthy programme through sense, failover and a broadcast chain, and the alarms that
 * are raised meanwhile: there should be none.
 *
 *   hour CONFIG SECONDS KIND FILE...   the files, again and again; `made`: programme.h's
 *
 * Everything runs in one thread, as fast as it can; time is counted in frames. Prints a row of
 * a table; exit status 0 when nothing was raised. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/desk.h"
#include "daemon/unattended/air.h"
#include "share/soundload.h"
#include "tests/support/play.h"
#include "tests/support/programme.h"

enum { RATE = 48000, BLOCK = 512, TICK = 2400, INPUTS_HERE = 4, MINUTES_MAX = 30 };

struct hour {
	struct play *play;
	struct desk desk;
	struct air *air;
	float in[2][BLOCK], out[2][BLOCK];
	uint64_t events; /* the serial of the newest that was looked at */
	int raised;
	char said[1024]; /* what was raised */
	bool has_mean;   /* this file holds what input_dc is about */
	int means;       /* files that do, and for which it was raised */
};

static bool hour_open(struct hour *hour, const char *path)
{
	char config[4096] = "";
	FILE *file = fopen(path, "r");

	if (!file || !fread(config, 1, sizeof(config) - 1, file)) {
		perror(path);
		return false;
	}
	fclose(file);
	hour->play = play_open(config, RATE, 0);
	if (!hour->play)
		return false;
	hour->desk = (struct desk) { .player = &player_engine,
				     .rack = hour->play->rack,
				     .engine = hour->play->engine,
				     .events = event_log_create(),
				     .status = { .rate = RATE, .block = BLOCK } };
	hour->desk.alarms = alarms_create(hour->desk.events);
	hour->air = air_create(&hour->desk);
	return true;
}

static void hour_close(struct hour *hour)
{
	air_destroy(hour->air);
	desk_finish(&hour->desk);
	alarms_destroy(hour->desk.alarms);
	event_log_destroy(hour->desk.events);
	play_close(hour->play);
}

/* Notes what was raised since the last look, and what plays. */
static void hour_look(struct hour *hour, const char *what)
{
	const double now = (double)hour->play->frame / RATE;
	const struct event *event;

	air_look(hour->air, 1.0 + now);
	alarms_tick(hour->desk.alarms, 1.0 + now);
	while ((event = event_next(hour->desk.events, hour->events))) {
		const size_t used = strlen(hour->said);
		hour->events = event->serial;
		if (event->edge != EVENT_RAISED)
			continue;
		if (hour->has_mean && strcmp(event->code, "input_dc") == 0) {
			hour->means++;
			continue;
		}
		hour->raised++;
		snprintf(hour->said + used, sizeof(hour->said) - used,
			 "%s%s at %.1f s (%s)", used ? "; " : "", event->text, now,
			 what);
	}
}

/* The same to every input. */
static void hour_block(struct hour *hour, const char *what)
{
	static float rest[CHANNELS_MAX][BLOCK];
	float *ins[2 * INPUTS_HERE], *outs[CHANNELS_MAX];

	for (int i = 0; i < 2 * INPUTS_HERE; i++)
		ins[i] = hour->in[i % 2];
	for (int c = 0; c < (int)CHANNELS_MAX; c++)
		outs[c] = c < 2 ? hour->out[c] : rest[c];
	play_block(hour->play, ins, outs, BLOCK);
	engine_tick(hour->play->engine);
	if (hour->play->frame % TICK < BLOCK)
		hour_look(hour, what);
}

/* Does the file hold a mean above -40 dBFS for 5 s, as some chip music does? Then input_dc is right.
 * Measured here by sums of whole seconds. */
static bool has_mean(const struct sound *sound)
{
	const double most =
		0.01 * 0.9 * RATE; /* its seconds begin elsewhere than sense's */
	int run = 0, longest = 0;

	for (int64_t at = 0; at + RATE <= sound->frames; at += RATE) {
		bool over = false;
		for (int c = 0; c < sound->channels; c++) {
			double sum = 0.0;
			for (int n = 0; n < RATE; n++)
				sum += (double)sound
					       ->audio[(at + n) * sound->channels + c];
			over |= fabs(sum) > most;
		}
		run = over ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest >= 5;
}

static bool hour_file(struct hour *hour, const char *path, double until)
{
	struct sound sound;
	char why[512];

	if (!sound_load(&sound, path, (int64_t)MINUTES_MAX * 60 * 48000, why,
			sizeof(why)) ||
	    !sound_convert(&sound, RATE, 0, 1.0, why, sizeof(why))) {
		fprintf(stderr, "hour: %s: %s\n", path, why);
		return false;
	}
	hour->has_mean = has_mean(&sound);
	for (int64_t at = 0;
	     at < sound.frames && (double)hour->play->frame < until * RATE;
	     at += BLOCK) {
		for (int n = 0; n < BLOCK; n++)
			for (int c = 0; c < 2; c++) {
				const int64_t place = (at + n) * sound.channels +
						      (c < sound.channels ? c : 0);
				hour->in[c][n] = at + n < sound.frames
							 ? sound.audio[place]
							 : 0.0f;
			}
		hour_block(hour, path);
	}
	free(sound.audio);
	return true;
}

/* Speech, music down to -55 dBFS, pauses of 20 s of room, one leg for 25 s. */
static void hour_made(struct hour *hour, double until)
{
	enum { PARTS = 6 };
	static const struct stretch part[PARTS] = { { 40, SPEECH }, { 60, MUSIC },
						    { 8, SOFT },    { 20, ROOM },
						    { 40, MUSIC },  { 25, LEFT } };
	static struct stretch stretches[1000];
	struct programme programme;
	double t = 0.0;
	int count = 0;

	while (count < 999 && t < until) {
		t += part[count % PARTS].until;
		stretches[count] = (struct stretch) { t, part[count % PARTS].kind };
		count++;
	}
	stretches[count] = (struct stretch) { 0, SPEECH };
	programme_start(&programme, stretches, 1, RATE);
	while ((double)hour->play->frame < until * RATE) {
		programme_fill(&programme, hour->in[0], hour->in[1], BLOCK);
		hour_block(hour, "made");
	}
}

int main(int argc, char **argv)
{
	static struct hour hour;

	if (argc < 5) {
		fprintf(stderr, "usage: hour CONFIG SECONDS KIND FILE...\n");
		return 2;
	}
	const double until = atof(argv[2]);
	if (!hour_open(&hour, argv[1]))
		return 2;
	if (strcmp(argv[4], "made") == 0)
		hour_made(&hour, until);
	while ((double)hour.play->frame < until * RATE)
		for (int i = 4; i < argc && (double)hour.play->frame < until * RATE;
		     i++)
			if (!hour_file(&hour, argv[i], until))
				return 2;
	printf("| %s | %.0f | %d | %.1f | %.0f | %d | %s |\n", argv[3], until / 60,
	       argc - 4, (double)play_meter(hour.play, "after", "integrated"),
	       (double)play_meter(hour.play, "air", "switches"), hour.means,
	       hour.raised ? hour.said : "none");
	hour_close(&hour);
	return hour.raised > 0;
}

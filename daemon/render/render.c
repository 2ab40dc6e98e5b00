/* render.c - lathe-render: plays files through a rack. It runs the daemon's engine in one
 * thread, and writes what the daemon would play from silence at --start-frame. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/clock.h"
#include "daemon/base/text.h"
#include "daemon/config/config.h"
#include "daemon/config/contents.h"
#include "daemon/render/crew.h"
#include "daemon/render/cue.h"
#include "daemon/render/delivery.h"
#include "daemon/render/learn.h"
#include "daemon/render/options.h"
#include "daemon/render/page.h"
#include "daemon/render/progress.h"
#include "daemon/render/report.h"
#include "daemon/render/search.h"
#include "daemon/render/services.h"
#include "daemon/render/sets.h"
#include "daemon/render/songs.h"
#include "daemon/render/stop.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One run of the program. */
struct render {
	struct render_options options;
	struct session session;
	struct song *songs;
	struct progress progress;
	struct gauge album;
	struct target target;
	struct services services;
	bool has_album;
	int printed; /* songs */
};

/* ---- the rack -------------------------------------------------------------------- */

/* By its name; else the rack's master or, where the config names none, the first. */
static int output_find(const struct rack *rack, const char *name)
{
	for (int i = 0; i < rack->node_count && !name; i++)
		if (rack->nodes[i].master)
			return i;
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind == NODE_OUTPUT &&
		    (!name || strcmp(rack->nodes[i].name, name) == 0))
			return i;
	return -1;
}

static int rack_load(struct session *session)
{
	const struct render_options *options = session->options;
	struct complaints complaints = { 0 };

	session->rack = config_load(options->config, &complaints);
	if (complaints.text.bytes)
		fputs(complaints.text.bytes, stderr);
	text_finish(&complaints.text);
	if (!session->rack)
		return EXIT_CONFIG;
	contents_read(session->rack, NULL);
	for (int i = 0; i < options->set_count; i++)
		if (!set_apply(session->rack, options->sets[i]))
			return EXIT_USAGE;
	session->output = output_find(session->rack, options->output);
	if (session->output < 0) {
		fprintf(stderr, "lathe-render: --output %s: the rack's outputs are:",
			options->output);
		for (int i = 0; i < session->rack->node_count; i++)
			if (session->rack->nodes[i].kind == NODE_OUTPUT)
				fprintf(stderr, " %s", session->rack->nodes[i].name);
		fputc('\n', stderr);
		return EXIT_USAGE;
	}
	if (options->has_loudness)
		halves_make(&session->halves, session->rack, session->output);
	return 0;
}

/* ---- songs ----------------------------------------------------------------------- */

static void task_play(struct song *song, struct session *session)
{
	if (!song->skipped)
		song_play(song, session);
}

static void task_search(struct song *song, struct session *session)
{
	if (!song->skipped)
		search_song(song, session);
}

static void song_print(struct render *render, const struct song *song)
{
	const struct render_options *options = &render->options;

	report_say(song, &render->session);
	if (options->json || song->status)
		return;
	if (options->measures)
		report_line(song);
	if (song->written)
		delivery_codecs(song, &render->session);
	if (options->meters && !song->skipped)
		report_song(song, &render->session);
}

/* In the parent, when a song is done: prints it and what waits for it, in the order of the
 * command line. */
static void song_done(struct crew *crew, struct song *song)
{
	struct render *render = crew->context;

	progress_clear(&render->progress);
	song->done = true;
	while (render->printed < crew->count && crew->songs[render->printed].done)
		song_print(render, &crew->songs[render->printed++]);
	fflush(stdout);
}

static int jobs_usual(void)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores > 1 ? (int)cores : 1;
}

static void songs_run(struct render *render)
{
	const struct render_options *options = &render->options;
	struct crew crew = {
		.session = &render->session,
		.songs = render->songs,
		.count = options->in_count,
		.jobs = options->jobs ? options->jobs : jobs_usual(),
		.task = options->has_loudness ? task_search : task_play,
		.done = song_done,
		.context = render,
	};

	if (options->album) {
		search_album(&crew, &render->album, &render->target);
		render->has_album = true;
	} else {
		crew_run(&crew);
	}
	progress_clear(&render->progress);
	/* An album's songs that failed early were not reported. */
	for (; render->printed < options->in_count && !stop_asked(); render->printed++)
		if (!options->album || render->songs[render->printed].status ||
		    render->songs[render->printed].done)
			song_print(render, &render->songs[render->printed]);
}

static const char *tag_of(const struct song *song, const char *name)
{
	return tags_get(song->tags, name);
}

static int played(const struct render *render)
{
	int count = 0;

	for (int i = 0; i < render->options.in_count; i++)
		count += !render->songs[i].status;
	return count;
}

/* What is told of all songs together. Returns the exit status. */
static int songs_report(struct render *render)
{
	const struct render_options *options = &render->options;
	const struct gauge *album = render->has_album ? &render->album : NULL;
	const int count = options->in_count;
	const struct crew crew = { .session = &render->session,
				   .songs = render->songs,
				   .count = count };
	const double loudness = album ? search_loudness(&crew, &render->album) : 0;
	char error[512];
	int status = 0;

	for (int i = 0; i < count; i++)
		if (render->songs[i].status > status)
			status = render->songs[i].status;
	if (options->json && options->out_is_many)
		report_songs(render->songs, count, &render->session, album, loudness,
			     render->target.gain);
	else if (options->json && !status)
		report_song(render->songs, &render->session);
	else if (album && !options->json)
		report_album(album, loudness, render->target.gain, played(render));
	if (!options->json && options->services)
		delivery_services(render->songs, count, &render->session);
	if (!report_end())
		status = status ? status : EXIT_FILE;
	const struct page page = { .songs = render->songs,
				   .count = count,
				   .session = &render->session,
				   .album = album,
				   .album_gain = render->target.gain };
	if (options->report &&
	    !page_write(&page, options->report, error, sizeof(error))) {
		fprintf(stderr, "lathe-render: %s: %s\n", options->report, error);
		status = status ? status : EXIT_FILE;
	}
	if (options->cue && !cue_write(options->cue, render->songs, count, tag_of,
				       error, sizeof(error))) {
		fprintf(stderr, "lathe-render: %s: %s\n", options->cue, error);
		status = status ? status : EXIT_FILE;
	}
	return status;
}

static int render_all(struct render *render)
{
	const struct render_options *options = &render->options;
	char error[512];
	int status = rack_load(&render->session);

	if (status)
		return status;
	if (options->services) {
		if (!services_read(&render->services, options->services_file, error,
				   sizeof(error))) {
			fprintf(stderr, "lathe-render: --services: %s\n", error);
			return EXIT_USAGE;
		}
		render->session.services = &render->services;
	}
	render->songs = songs_create(&render->session);
	status = songs_name(render->songs, &render->session);
	if (!status && options->out_is_many)
		status = songs_folders(render->songs, options->in_count);
	if (status)
		return status;
	if (options->skip_done)
		songs_skip(render->songs, &render->session);
	render->progress = (struct progress) { .songs = render->songs,
					       .count = options->in_count,
					       .began = clock_seconds() };
	render->session.progress = progress_draw;
	render->session.progress_context = &render->progress;
	stop_hold(true);
	songs_run(render);
	return stop_asked() ? EXIT_FILE : songs_report(render);
}

static int learn(const struct render_options *options)
{
	char error[512];

	if (learn_curve(options->ins[0], options->learn, error, sizeof(error)))
		return 0;
	fprintf(stderr, "lathe-render: %s\n", error);
	return EXIT_FILE;
}

int main(int argc, char **argv)
{
	static struct render render = { .options = { .block = 1024 } };

	render.session.options = &render.options;
	render_options_read(&render.options, argc, argv);
	if (render.options.learn)
		return learn(&render.options);
	render.session.album_loudness = render.session.album_peak = (double)NAN;
	const int status = render_all(&render);
	songs_destroy(render.songs, render.options.in_count);
	halves_finish(&render.session.halves);
	rack_destroy(render.session.rack);
	stop_hold(false); /* ends the process here if it was stopped */
	return status;
}

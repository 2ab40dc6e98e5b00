/* play.c - lathe-play: plays a sound file in a loop into JACK ports.
 *
 *   lathe-play [--into CLIENT[:INPUT]] [--silence FROM,SECONDS] FILE
 *   lathe-play --probe              prints the server's rate; exit 1 without a server
 *   lathe-play --check FILE         exit 0 if it can be played, else 1
 *
 * --silence: once, FROM seconds after the start, it plays zeros for SECONDS.
 *
 * The whole file is read and converted to the server's rate before the client is
 * activated, so that the process callback only copies. A mono file feeds all ports, else
 * port N gets channel N of a rack. Ends on SIGINT or SIGTERM, or when the server ends.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <jack/jack.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "share/soundfile.h"
#include "share/soundload.h"

enum { PORTS = 8, SECONDS_MAX = 1800 };

struct player {
	jack_client_t *client;
	jack_port_t *ports[PORTS];
	int port_count;
	const char *into, *path; /* the client to connect to, or NULL; the file */
	struct sound sound;
	jack_nframes_t at;
	double silent_from, silent_seconds;     /* seconds 0: never silent */
	uint64_t played, silent_at, silent_end; /* frames since the start */
	int from[PORTS]; /* the file's channel for each port, -1: silence */
	bool told;       /* reported: not all channels are heard */
};

static volatile sig_atomic_t stop_asked;
static atomic_bool server_gone;

static void on_signal(int number)
{
	(void)number;
	stop_asked = 1;
}

static void on_shutdown(void *context)
{
	(void)context;
	atomic_store(&server_gone, true);
}

/* JACK's thread. */
static int on_process(jack_nframes_t frames, void *context)
{
	struct player *player = context;
	float *out[PORTS];

	for (int p = 0; p < player->port_count; p++)
		out[p] = jack_port_get_buffer(player->ports[p], frames);
	for (jack_nframes_t i = 0; i < frames; i++) {
		const uint64_t now = player->played++;
		const bool silent =
			now >= player->silent_at && now < player->silent_end;
		const float *from = player->sound.audio +
				    (size_t)player->at * (size_t)player->sound.channels;
		for (int p = 0; p < player->port_count; p++)
			out[p][i] = silent || player->from[p] < 0
					    ? 0.0f
					    : from[player->from[p]];
		if (++player->at == player->sound.frames)
			player->at = 0;
	}
	return 0;
}

static int complain(const char *path, const char *why)
{
	fprintf(stderr, "lathe-play: %s: %s\n", path, why);
	return 1;
}

/* Whether the first frame can be read. Exit status. */
static int check(const char *path)
{
	char why[512];
	float frame[LAYOUT_MAX];
	struct soundfile *file = soundfile_open(path, why, sizeof(why));

	if (!file)
		return complain(path, why);
	const bool good = soundfile_read(file, frame, 1) == 1;
	soundfile_close(file);
	return good ? 0 : complain(path, "holds no audio");
}

/* Ports are in the order of the smallest rack that has all the file's loudspeakers. */
static void ports_place(struct player *player)
{
	const struct sound *sound = &player->sound;
	int place[LAYOUT_MAX];
	char why[256];

	player->port_count = sound->channels == 1      ? 2
			     : sound->channels < PORTS ? sound->channels
						       : PORTS;
	for (int p = 0; p < PORTS; p++)
		player->from[p] = sound->channels == 1 ? 0 : p;
	for (int wide = sound->channels; sound->channels > 1 && wide <= PORTS; wide++) {
		if (!layout_place(&sound->layout, wide, place, why, sizeof(why)))
			continue;
		for (int p = 0; p < PORTS; p++)
			player->from[p] = -1;
		for (int c = 0; c < sound->channels; c++)
			player->from[place[c]] = c;
		player->port_count = wide;
		return;
	}
}

static bool file_read(struct player *player)
{
	const char *path = player->path;
	char why[512];
	struct soundfile *file = soundfile_open(path, why, sizeof(why));

	if (!file)
		return !complain(path, why);
	const int64_t most = (int64_t)SECONDS_MAX * file->rate;
	soundfile_close(file);
	if (!sound_load(&player->sound, path, most, why, sizeof(why)))
		return !complain(path, why);
	if (player->sound.more)
		fprintf(stderr, "lathe-play: %s: playing its first %d minutes\n", path,
			SECONDS_MAX / 60);
	if (player->sound.note[0])
		complain(path, player->sound.note);
	ports_place(player);
	return true;
}

static bool player_open(struct player *player)
{
	jack_status_t status;

	player->client = jack_client_open("lathe-play", JackNoStartServer, &status);
	if (!player->client) {
		fprintf(stderr, "lathe-play: no JACK server answers%s%s\n",
			getenv("JACK_DEFAULT_SERVER") ? " under the name " : "",
			getenv("JACK_DEFAULT_SERVER") ? getenv("JACK_DEFAULT_SERVER")
						      : "");
		return false;
	}
	jack_set_process_callback(player->client, on_process, player);
	jack_on_shutdown(player->client, on_shutdown, NULL);
	for (int p = 0; p < player->port_count; p++) {
		char port[16];
		snprintf(port, sizeof(port), "out_%d", p + 1);
		player->ports[p] = jack_port_register(player->client, port,
						      JACK_DEFAULT_AUDIO_TYPE,
						      JackPortIsOutput, 0);
		if (!player->ports[p])
			return false;
	}
	return true;
}

/* Connects output N to the client's input N. Called again when ports may have changed. */
static void player_connect(struct player *player)
{
	char pattern[160];

	if (!player->into)
		return;
	snprintf(pattern, sizeof(pattern),
		 strchr(player->into, ':') ? "^%s_" : "^%s:", player->into);
	const char **found = jack_get_ports(player->client, pattern,
					    JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput);
	int p = 0;
	for (; found && p < player->port_count && found[p]; p++)
		if (!jack_port_connected_to(player->ports[p], found[p]))
			jack_connect(player->client, jack_port_name(player->ports[p]),
				     found[p]);
	jack_free(found);
	if (p > 0 && p < player->port_count && !player->told) {
		char has[128];
		layout_text(&player->sound.layout, has, sizeof(has));
		fprintf(stderr,
			"lathe-play: %s has %d channels (%s), the rack takes %d: the "
			"others are not heard\n",
			player->path, player->sound.channels, has, p);
		player->told = true;
	}
}

static int probe(void)
{
	jack_status_t status;
	jack_client_t *client =
		jack_client_open("lathe-probe", JackNoStartServer, &status);

	if (!client)
		return 1;
	printf("%u Hz, %u frames\n", jack_get_sample_rate(client),
	       jack_get_buffer_size(client));
	jack_client_close(client);
	return 0;
}

static const char *options(int argc, char **argv, struct player *player)
{
	static const struct option table[] = {
		{ "into", required_argument, NULL, 'i' },
		{ "probe", no_argument, NULL, 'p' },
		{ "check", required_argument, NULL, 'c' },
		{ "silence", required_argument, NULL, 's' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) == 'i' ||
	       option == 'p' || option == 'c' || option == 's') {
		if (option == 'p')
			exit(probe());
		if (option == 'c')
			exit(check(optarg));
		if (option == 's' && sscanf(optarg, "%lf,%lf", &player->silent_from,
					    &player->silent_seconds) != 2)
			option = '?';
		if (option == '?')
			break;
		if (option == 'i')
			player->into = optarg;
	}
	if (option != -1 || optind != argc - 1) {
		fprintf(stderr, "usage: lathe-play [--into CLIENT[:INPUT]] [--silence "
				"FROM,SECONDS] FILE\n");
		exit(2);
	}
	return argv[optind];
}

static void be_quiet(const char *text)
{
	(void)text;
}

/* Plays until a signal comes or the server ends. Returns the exit status. */
static int play(struct player *player)
{
	char why[256];

	if (!player_open(player))
		return 1;
	if (!sound_convert(&player->sound, (int)jack_get_sample_rate(player->client), 0,
			   1, why, sizeof(why)))
		return complain(player->path, why);
	const double rate = (double)jack_get_sample_rate(player->client);
	player->silent_at = (uint64_t)(player->silent_from * rate);
	player->silent_end =
		player->silent_at + (uint64_t)(player->silent_seconds * rate);
	if (jack_activate(player->client))
		return 1;
	player_connect(player);
	puts("playing"); /* run.sh waits for it */
	fflush(stdout);
	while (!stop_asked && !atomic_load(&server_gone)) {
		player_connect(player);
		nanosleep(&(struct timespec) { .tv_nsec = 100000000 }, NULL);
	}
	if (!atomic_load(&server_gone))
		jack_client_close(player->client);
	return 0;
}

int main(int argc, char **argv)
{
	struct player player = { 0 };
	struct sigaction action = { .sa_handler = on_signal };

	jack_set_error_function(be_quiet);
	jack_set_info_function(be_quiet);
	player.path = options(argc, argv, &player);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	int status = file_read(&player) ? play(&player) : 1;
	free(player.sound.audio);
	return status;
}

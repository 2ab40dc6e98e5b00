/* play.c - lathe-play: plays a sound file in a loop into JACK ports.
 *
 *   lathe-play [--into CLIENT] FILE
 *   lathe-play --probe              is a server there? prints its rate; exit 0 or 1
 *   lathe-play --check FILE         can it be played? exit 0 or 1
 *
 * The file is read and brought to the server's rate whole, before the client goes live, so
 * that the process callback only copies. A mono file feeds all ports; otherwise port N
 * gets channel N. Ends on SIGINT or SIGTERM, or when the server goes.
 */
#include <getopt.h>
#include <jack/jack.h>
#include <samplerate.h>
#include <signal.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PORTS = 8, SECONDS_MAX = 1800 };

struct player {
	jack_client_t *client;
	jack_port_t *ports[PORTS];
	int port_count;
	const char *into; /* client that is to hear this, or NULL */
	float *audio;     /* interleaved */
	jack_nframes_t frames, at;
	int channels;
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
		const float *from =
			player->audio + (size_t)player->at * (size_t)player->channels;
		for (int p = 0; p < player->port_count; p++)
			out[p][i] = player->channels == 1  ? from[0]
				    : p < player->channels ? from[p]
							   : 0.0f;
		if (++player->at == player->frames)
			player->at = 0;
	}
	return 0;
}

static SNDFILE *file_open(const char *path, SF_INFO *info)
{
	SNDFILE *file = sf_open(path, SFM_READ, info);

	if (!file)
		fprintf(stderr, "lathe-play: %s: %s\n", path, sf_strerror(NULL));
	return file;
}

/* Whether the first frame can be read. Exit status. */
static int check(const char *path)
{
	SF_INFO info = { 0 };
	SNDFILE *file = file_open(path, &info);
	float *frame = file ? calloc((size_t)info.channels, sizeof *frame) : NULL;
	bool good = frame && sf_readf_float(file, frame, 1) == 1;

	if (file && !good)
		fprintf(stderr, "lathe-play: %s: holds no audio\n", path);
	free(frame);
	if (file)
		sf_close(file);
	return !good;
}

static float *file_read(const char *path, SF_INFO *info)
{
	SNDFILE *file = file_open(path, info);

	if (!file)
		return NULL;
	if (info->frames > (sf_count_t)SECONDS_MAX * info->samplerate) {
		fprintf(stderr, "lathe-play: %s: playing its first %d minutes\n", path,
			SECONDS_MAX / 60);
		info->frames = (sf_count_t)SECONDS_MAX * info->samplerate;
	}
	float *audio = calloc((size_t)info->frames * (size_t)info->channels + 1,
			      sizeof *audio);
	if (audio)
		info->frames = sf_readf_float(file, audio, info->frames);
	sf_close(file);
	if (!audio || info->frames < 1) {
		fprintf(stderr, "lathe-play: %s: %s\n", path,
			audio ? "holds no audio" : "does not fit into memory");
		free(audio);
		return NULL;
	}
	return audio;
}

/* Takes `audio` over; returns it at `rate`, or NULL. */
static float *resampled(float *audio, SF_INFO *info, int rate)
{
	double ratio = (double)rate / info->samplerate;

	if (info->samplerate == rate)
		return audio;
	long room = (long)((double)info->frames * ratio) + 16;
	float *out = calloc((size_t)room * (size_t)info->channels, sizeof *out);
	SRC_DATA data = { .data_in = audio,
			  .data_out = out,
			  .input_frames = (long)info->frames,
			  .output_frames = room,
			  .src_ratio = ratio };
	int error =
		out ? src_simple(&data, SRC_SINC_MEDIUM_QUALITY, info->channels) : 1;
	free(audio);
	if (error) {
		fprintf(stderr, "lathe-play: cannot bring %d Hz to %d Hz: %s\n",
			info->samplerate, rate,
			out ? src_strerror(error) : "no memory");
		free(out);
		return NULL;
	}
	info->frames = data.output_frames_gen;
	return out;
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
		snprintf(port, sizeof port, "out_%d", p + 1);
		player->ports[p] = jack_port_register(player->client, port,
						      JACK_DEFAULT_AUDIO_TYPE,
						      JackPortIsOutput, 0);
		if (!player->ports[p])
			return false;
	}
	return true;
}

/* Its ports come and go: asked again and again. Output N goes to the client's input N. */
static void player_connect(struct player *player)
{
	char pattern[160];

	if (!player->into)
		return;
	snprintf(pattern, sizeof pattern, "^%s:", player->into);
	const char **found = jack_get_ports(player->client, pattern,
					    JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput);
	for (int p = 0; found && p < player->port_count && found[p]; p++)
		if (!jack_port_connected_to(player->ports[p], found[p]))
			jack_connect(player->client, jack_port_name(player->ports[p]),
				     found[p]);
	jack_free(found);
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
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) == 'i' ||
	       option == 'p' || option == 'c') {
		if (option == 'p')
			exit(probe());
		if (option == 'c')
			exit(check(optarg));
		player->into = optarg;
	}
	if (option != -1 || optind != argc - 1) {
		fprintf(stderr, "usage: lathe-play [--into CLIENT] FILE\n");
		exit(2);
	}
	return argv[optind];
}

static void be_quiet(const char *text)
{
	(void)text;
}

/* Until a signal, or until the server goes. Exit status. */
static int play(struct player *player, SF_INFO *info)
{
	player->port_count = info->channels == 1      ? 2
			     : info->channels < PORTS ? info->channels
						      : PORTS;
	if (!player_open(player))
		return 1;
	player->audio = resampled(player->audio, info,
				  (int)jack_get_sample_rate(player->client));
	if (!player->audio)
		return 1;
	player->frames = (jack_nframes_t)info->frames;
	player->channels = info->channels;
	if (jack_activate(player->client))
		return 1;
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
	SF_INFO info = { 0 };
	struct sigaction action = { .sa_handler = on_signal };

	jack_set_error_function(be_quiet);
	jack_set_info_function(be_quiet);
	const char *path = options(argc, argv, &player);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	player.audio = file_read(path, &info);
	int status = player.audio ? play(&player, &info) : 1;
	free(player.audio);
	return status;
}

/* probe.c - two JACK clients that play through a rack and judge what comes back.
 *
 *   probe ramp SECONDS              every frame tells when it was played: none may be lost,
 *                                   repeated or shifted; exit 0 when so
 *   probe dc SECONDS                a constant 0.25: how it rises and falls
 *   probe file SECONDS IN SENT GOT  silence for SECONDS, then IN; writes what was sent and
 *                                   what came back from the same frame on
 *   probe compare A B SHIFT         largest difference of A[n] and B[n + SHIFT]
 *   probe thru SECONDS              one client, NAME, that copies in_1, in_2 to out_1, out_2
 *   probe delay SECONDS FRAMES      the same, FRAMES later: outboard gear
 *   probe noise SECONDS             the same ports, but it plays noise
 *
 * The server is $JACK_DEFAULT_SERVER. Ports: NAME-out:1, NAME-out:2, NAME-in:1, NAME-in:2,
 * NAME being $PROBE or "probe" (two servers of one user can't have clients of the same
 * name); $PROBE_INPUTS makes it as many -in ports. The rack under test connects them. With `jackd -S` a cycle waits for all
 * clients, so that only a frame the rack spoils is counted. SIGTERM ends early.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jack/jack.h>
#include <math.h>
#include <signal.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/random.h"

enum {
	CHANNELS = 2,
	INPUTS_MAX = 16,
	SECONDS_MAX = 900,
	LOCK = 2048,
	PERIOD = 1 << 20
};
static const float step = 0x1p-22f; /* of the ramp: PERIOD of them reach 0.25 */
static const float constant = 0.25f;

/* Frames [at, at + count) of a tape were played or heard at JACK's time. */
struct cycle {
	uint32_t time;
	size_t at, count;
};

struct side {
	jack_client_t *client;
	int channels;
	jack_port_t *ports[INPUTS_MAX];
	struct cycle *cycles;
	size_t cycle_count, cycles_max;
	size_t frames, frames_max;
	float *tape[INPUTS_MAX];
};

static struct side out = { .channels = CHANNELS }, in = { .channels = CHANNELS };
static enum { RAMP, DC, FROM_FILE } signal_kind;
static float *file_audio; /* interleaved */
static size_t file_frames, silence_frames;
static _Atomic uint32_t file_time; /* of its first frame */
static _Atomic bool file_started, full, freewheel;
static _Atomic unsigned xruns;
static volatile sig_atomic_t ended;

static void on_end(int number)
{
	(void)number;
	ended = 1;
}

static int on_xrun(void *context)
{
	(void)context;
	atomic_fetch_add(&xruns, 1);
	return 0;
}

static void on_freewheel(int starting, void *context)
{
	(void)context;
	atomic_store(&freewheel, starting != 0);
}

static float sample(int channel, uint32_t time, size_t frame)
{
	float sign = channel ? -1.0f : 1.0f;

	if (signal_kind == RAMP)
		return sign * step * (float)(time % PERIOD + 1); /* 0 is silence */
	if (signal_kind == DC)
		return constant;
	frame -= silence_frames;
	if (frame < file_frames)
		return file_audio[frame * CHANNELS + (size_t)channel];
	return 0.0f;
}

/* Notes a cycle; false: the tape is full. */
static bool note(struct side *side, jack_nframes_t frames)
{
	if (atomic_load(&full) || side->frames + frames > side->frames_max ||
	    side->cycle_count == side->cycles_max) {
		atomic_store(&full, true);
		return false;
	}
	side->cycles[side->cycle_count++] =
		(struct cycle) { jack_last_frame_time(side->client), side->frames,
				 frames };
	side->frames += frames;
	return true;
}

static int on_play(jack_nframes_t frames, void *context)
{
	float *buffers[CHANNELS];
	size_t at = out.frames;
	uint32_t time = jack_last_frame_time(out.client);

	(void)context;
	for (int c = 0; c < CHANNELS; c++)
		buffers[c] = jack_port_get_buffer(out.ports[c], frames);
	if (signal_kind == FROM_FILE && !atomic_load(&file_started)) {
		/* The file starts with a cycle. */
		if (at < silence_frames) {
			at = SIZE_MAX / 2;
		} else {
			silence_frames = at;
			atomic_store(&file_time, time);
			atomic_store(&file_started, true);
		}
	}
	for (int c = 0; c < CHANNELS; c++)
		for (uint32_t i = 0; i < frames; i++)
			buffers[c][i] = sample(c, time + i, at + i);
	note(&out, frames);
	return 0;
}

static int on_record(jack_nframes_t frames, void *context)
{
	size_t at = in.frames;

	(void)context;
	if (!note(&in, frames))
		return 0;
	for (int c = 0; c < in.channels; c++)
		memcpy(in.tape[c] + at, jack_port_get_buffer(in.ports[c], frames),
		       frames * sizeof(float));
	return 0;
}

static bool side_open(struct side *side, const char *suffix,
		      JackProcessCallback process, unsigned long flags, double seconds)
{
	const char *given = getenv("PROBE");
	char port[8], name[64];

	snprintf(name, sizeof(name), "%s%s", given ? given : "probe", suffix);

	side->client =
		jack_client_open(name, JackNoStartServer | JackUseExactName, NULL);
	if (!side->client)
		return false;
	side->frames_max = (size_t)(seconds * jack_get_sample_rate(side->client));
	side->cycles_max = side->frames_max / 16 + 1;
	side->cycles = calloc(side->cycles_max, sizeof(*side->cycles));
	for (int c = 0; c < side->channels; c++) {
		snprintf(port, sizeof(port), "%d", c + 1);
		side->ports[c] = jack_port_register(side->client, port,
						    JACK_DEFAULT_AUDIO_TYPE, flags, 0);
		/* Touched, so that the audio thread meets no new page. */
		side->tape[c] = malloc(side->frames_max * sizeof(float));
		memset(side->tape[c], 1, side->frames_max * sizeof(float));
	}
	jack_set_process_callback(side->client, process, NULL);
	jack_set_xrun_callback(side->client, on_xrun, NULL);
	jack_set_freewheel_callback(side->client, on_freewheel, NULL);
	return jack_activate(side->client) == 0;
}

/* ---- a client like any other ----------------------------------------------------------- */

enum { GEAR_FRAMES = 1 << 16 };
static float gear[CHANNELS][GEAR_FRAMES]; /* what came in, by frame */
static size_t gear_delay;
static bool is_noise;
static _Atomic unsigned long cycles;

static int on_copy(jack_nframes_t frames, void *context)
{
	static uint32_t seed = 1;
	static size_t gear_at;

	(void)context;
	for (int c = 0; c < CHANNELS; c++) {
		const float *from = jack_port_get_buffer(in.ports[c], frames);
		float *to = jack_port_get_buffer(out.ports[c], frames);

		for (uint32_t i = 0; !is_noise && i < frames; i++) {
			gear[c][(gear_at + i) % GEAR_FRAMES] = from[i];
			to[i] = gear[c][(gear_at + i - gear_delay) % GEAR_FRAMES];
		}
		for (uint32_t i = 0; is_noise && i < frames; i++)
			to[i] = 0.25f * (float)random_noise(&seed);
	}
	gear_at += frames;
	atomic_fetch_add(&cycles, 1);
	return 0;
}

/* Copies, perhaps later, or plays noise, and tells how that went. */
static int run_copy(double seconds)
{
	const char *given = getenv("PROBE");
	jack_client_t *client = jack_client_open(
		given ? given : "probe", JackNoStartServer | JackUseExactName, NULL);
	char name[8];

	if (!client)
		return 2;
	for (int c = 0; c < CHANNELS; c++) {
		snprintf(name, sizeof(name), "in_%d", c + 1);
		in.ports[c] = jack_port_register(client, name, JACK_DEFAULT_AUDIO_TYPE,
						 JackPortIsInput, 0);
		snprintf(name, sizeof(name), "out_%d", c + 1);
		out.ports[c] = jack_port_register(client, name, JACK_DEFAULT_AUDIO_TYPE,
						  JackPortIsOutput, 0);
	}
	jack_set_process_callback(client, on_copy, NULL);
	jack_set_xrun_callback(client, on_xrun, NULL);
	if (jack_activate(client))
		return 2;
	for (double waited = 0.0; waited < seconds && !ended; waited += 0.01)
		usleep(10000);
	printf("cycles=%lu xruns=%u\n", atomic_load(&cycles), atomic_load(&xruns));
	jack_client_close(client);
	return 0;
}

/* Until the rack has connected all ports; the dc test also plays to nobody. */
static void await_rack(void)
{
	for (int tries = 0; tries < 500 && !ended; tries++) {
		int connected = 0;

		for (int c = 0; c < in.channels; c++)
			connected += jack_port_connected(in.ports[c]) > 0;
		for (int c = 0; c < CHANNELS; c++)
			connected += jack_port_connected(out.ports[c]) > 0;
		if (connected == in.channels + CHANNELS)
			return;
		usleep(10000);
	}
}

/* ---- verdicts ------------------------------------------------------------------------ */

/* Frames between playing and hearing, or -1: not a frame of the ramp. */
static int64_t ramp_age(uint32_t time, size_t at)
{
	float left = in.tape[0][at], right = in.tape[1][at];
	long place = lrintf(left / step);

	if (fabsf(left + right) > step / 2 || left == 0.0f)
		return -1;
	return (time - (uint32_t)(place - 1)) % PERIOD;
}

/* Was this frame of time played at all? A busy machine may skip the player. */
static bool was_played(uint32_t time)
{
	static size_t near;

	for (size_t tried = 0; tried < out.cycle_count; tried++) {
		const struct cycle *cycle = &out.cycles[near];

		if (time - cycle->time < cycle->count)
			return true;
		/* The next is the likeliest; before it, start over. */
		if ((int32_t)(time - cycle->time) < 0)
			near = near ? near - 1 : out.cycle_count - 1;
		else if (near + 1 < out.cycle_count &&
			 (int32_t)(time - out.cycles[near + 1].time) >= 0)
			near++;
		else
			return false;
	}
	return false;
}

static int judge_ramp(void)
{
	int64_t latency = -1, last = -1;
	size_t run = 0, good = 0, wrong = 0, silent = 0, skipped = 0, told = 0;

	for (size_t k = 0; k < in.cycle_count; k++) {
		const struct cycle *cycle = &in.cycles[k];

		for (size_t i = 0; i < cycle->count; i++) {
			uint32_t time = cycle->time + (uint32_t)i;
			int64_t age = ramp_age(time, cycle->at + i);

			run = age >= 0 && age == last ? run + 1 : 0;
			if (age != last && latency >= 0 && told < 16) {
				printf("frame %zu: age %lld after %lld\n",
				       cycle->at + i, (long long)age, (long long)last);
				told++;
			}
			last = age;
			if (latency < 0) {
				if (run >= LOCK)
					latency = age;
			} else if (age == latency) {
				good++;
			} else if (!was_played(time - (uint32_t)latency)) {
				skipped++;
			} else {
				wrong++;
				silent += in.tape[0][cycle->at + i] == 0.0f;
			}
		}
	}
	printf("latency=%lld good=%zu wrong=%zu silent=%zu skipped=%zu xruns=%u "
	       "last=%lld\n",
	       (long long)latency, good, wrong, silent, skipped, atomic_load(&xruns),
	       (long long)last);
	return good && !wrong ? 0 : 1;
}

static int judge_dc(void)
{
	double rate = jack_get_sample_rate(in.client);
	size_t first = SIZE_MAX, top = SIZE_MAX, fall = 0, end = 0;
	float worst = 0.0f, before = 0.0f;

	for (size_t i = 0; i < in.frames; i++) {
		float now = in.tape[0][i];

		worst = fmaxf(worst, fabsf(now - before));
		before = now;
		if (now != 0.0f && first == SIZE_MAX)
			first = i;
		if (now > 0.999f * constant) {
			top = top == SIZE_MAX ? i : top;
			fall = i;
		}
		if (now != 0.0f)
			end = i;
	}
	if (top == SIZE_MAX) {
		puts("nothing came back");
		return 1;
	}
	printf("rise_ms=%.1f fall_ms=%.1f step=%.6f end=%.6f\n",
	       1e3 * (double)(top - first) / rate, 1e3 * (double)(end - fall) / rate,
	       (double)worst, (double)before);
	return 0;
}

/* ---- files --------------------------------------------------------------------------- */

static float *file_read(const char *path, size_t *frames, int *rate)
{
	SF_INFO info = { 0 };
	SNDFILE *file = sf_open(path, SFM_READ, &info);
	float *audio;

	if (!file || info.channels != CHANNELS) {
		fprintf(stderr, "%s: not a stereo file\n", path);
		exit(2);
	}
	audio = calloc((size_t)info.frames * CHANNELS, sizeof(*audio));
	*frames = (size_t)sf_readf_float(file, audio, info.frames);
	*rate = info.samplerate;
	sf_close(file);
	return audio;
}

static void file_write(const char *path, int rate, int channels, const float *audio,
		       size_t frames)
{
	SF_INFO info = { .samplerate = rate,
			 .channels = channels,
			 .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
	SNDFILE *file = sf_open(path, SFM_WRITE, &info);

	if (!file ||
	    sf_writef_float(file, audio, (sf_count_t)frames) != (sf_count_t)frames)
		fprintf(stderr, "%s: can't be written\n", path);
	sf_close(file);
}

/* What was heard from the file's first frame on, and the file for as long. */
static int judge_file(const char *sent, const char *got)
{
	int rate = (int)jack_get_sample_rate(in.client);
	uint32_t start = atomic_load(&file_time);
	size_t from = SIZE_MAX, frames;
	float *heard;

	for (size_t k = 0; k < in.cycle_count && from == SIZE_MAX; k++)
		if (in.cycles[k].time == start)
			from = in.cycles[k].at;
	if (!atomic_load(&file_started) || from == SIZE_MAX) {
		puts("the first cycle of the file was not heard");
		return 1;
	}
	frames = in.frames - from < file_frames ? in.frames - from : file_frames;
	const size_t width = (size_t)in.channels;
	heard = calloc(frames * width, sizeof(*heard));
	for (size_t i = 0; i < frames; i++)
		for (size_t c = 0; c < width; c++)
			heard[i * width + c] = in.tape[c][from + i];
	file_write(got, rate, in.channels, heard, frames);
	file_write(sent, rate, CHANNELS, file_audio, frames);
	printf("frames=%zu xruns=%u\n", frames, atomic_load(&xruns));
	free(heard);
	return 0;
}

static int compare(const char *a_path, const char *b_path, long shift)
{
	size_t a_frames, b_frames, compared = 0;
	int rate;
	float *a = file_read(a_path, &a_frames, &rate);
	float *b = file_read(b_path, &b_frames, &rate);
	float worst = 0.0f, peak = 0.0f;

	for (size_t i = 0; i < a_frames; i++) {
		long j = (long)i + shift;

		if (j < 0 || (size_t)j >= b_frames)
			continue;
		for (size_t c = 0; c < CHANNELS; c++) {
			float x = a[i * CHANNELS + c], y = b[(size_t)j * CHANNELS + c];

			worst = fmaxf(worst, fabsf(x - y));
			peak = fmaxf(peak, fabsf(x));
		}
		compared++;
	}
	printf("compared=%zu peak=%.6f difference=%.9g\n", compared, (double)peak,
	       (double)worst);
	free(a);
	free(b);
	return compared && peak > 0.0f && worst == 0.0f ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	double seconds = argc > 2 ? atof(argv[2]) : 0.0, length = seconds;
	bool from_file = strcmp(mode, "file") == 0 && argc == 6;
	int rate, verdict;

	if (strcmp(mode, "compare") == 0 && argc == 5)
		return compare(argv[2], argv[3], atol(argv[4]));
	signal_kind = from_file ? FROM_FILE : strcmp(mode, "dc") == 0 ? DC : RAMP;
	bool from_gear = strcmp(mode, "delay") == 0 && argc == 4;
	if ((argc != 3 && !from_file && !from_gear) || seconds <= 0.0 ||
	    seconds > SECONDS_MAX) {
		fputs("usage: see the first lines of probe.c\n", stderr);
		return 2;
	}
	signal(SIGTERM, on_end);
	signal(SIGINT, on_end);
	if (getenv("PROBE_INPUTS"))
		in.channels = atoi(getenv("PROBE_INPUTS"));
	if (in.channels < CHANNELS || in.channels > INPUTS_MAX)
		return 2;
	is_noise = strcmp(mode, "noise") == 0;
	if (from_gear)
		gear_delay = (size_t)atol(argv[3]) % GEAR_FRAMES;
	if (is_noise || from_gear || strcmp(mode, "thru") == 0)
		return run_copy(seconds);
	if (from_file) {
		file_audio = file_read(argv[3], &file_frames, &rate);
		silence_frames = (size_t)(seconds * rate);
		length += (double)file_frames / rate + 0.5;
	}
	/* A file is played to its end, however slow the machine is: until the tape is full. */
	const double tape = length + (from_file ? 2.0 : 6.0);
	if (from_file)
		length *= 20.0;
	if (!side_open(&in, "-in", on_record, JackPortIsInput, tape) ||
	    !side_open(&out, "-out", on_play, JackPortIsOutput, tape)) {
		fputs("no JACK server, or no room in it\n", stderr);
		return 2;
	}
	if (signal_kind != DC)
		await_rack();
	for (double waited = 0.0; waited < length && !ended && !atomic_load(&full);
	     waited += 0.01)
		usleep(10000);
	atomic_store(&full, true); /* leaving JACK is not part of the test */
	/* Who leaves a server that freewheels may stall it. */
	for (int tries = 0; tries < 6000 && atomic_load(&freewheel) && !ended; tries++)
		usleep(10000);
	jack_deactivate(in.client);
	jack_deactivate(out.client);
	verdict = from_file           ? judge_file(argv[4], argv[5])
		  : signal_kind == DC ? judge_dc()
				      : judge_ramp();
	jack_client_close(in.client);
	jack_client_close(out.client);
	return verdict;
}

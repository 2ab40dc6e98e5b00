/* subjects.c - reads the table of what is compared. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/subjects.h"

#include <sndfile.h>

#include "tests/bench/lv2.h"
#include "tests/support/play.h"
#include "tests/support/random.h"

enum { NAMES_MAX = 64, TEXT_MAX = 16384 };

static struct {
	char *name, *text;
} names[NAMES_MAX];
static int name_count;

static char *trimmed(char *text)
{
	text += strspn(text, " \t");
	size_t length = strlen(text);
	while (length && strchr(" \t\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* The longest name that stands here, or -1. */
static int name_at(const char *text)
{
	int best = -1;
	size_t longest = 0;

	for (int i = 0; i < name_count; i++) {
		size_t length = strlen(names[i].name);
		if (length > longest && !strncmp(text, names[i].name, length)) {
			best = i;
			longest = length;
		}
	}
	return best;
}

/* Writes `text` with every @NAME replaced; texts of names hold no names any more. */
static void expand(const char *text, char *out)
{
	size_t at = 0;

	while (*text && at < TEXT_MAX - 1) {
		int name = *text == '@' ? name_at(text + 1) : -1;
		if (name < 0) {
			out[at++] = *text++;
			continue;
		}
		at += (size_t)snprintf(out + at, TEXT_MAX - at, "%s", names[name].text);
		text += 1 + strlen(names[name].name);
	}
	out[at < TEXT_MAX ? at : TEXT_MAX - 1] = '\0';
}

static void name_add(char *line)
{
	char text[TEXT_MAX];
	char *equals = strchr(line, '=');

	if (!equals || name_count == NAMES_MAX)
		return;
	*equals = '\0';
	expand(trimmed(equals + 1), text);
	names[name_count].name = strdup(trimmed(line));
	names[name_count++].text = strdup(text);
}

/* The impulse response "response.wav" of a room, stereo, in a folder of its own; read
 * once, as a rack with it is opened. */
enum { RESPONSE_FRAMES = 65536 };

static void make_response(const char *path)
{
	SF_INFO info = { .samplerate = RATE,
			 .channels = 2,
			 .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
	SNDFILE *file = sf_open(path, SFM_WRITE, &info);
	uint32_t seed = 1;
	for (int i = 0; file && i < RESPONSE_FRAMES; i++) {
		float frame[2];
		for (int c = 0; c < 2; c++) {
			frame[c] = 0.02f * (float)random_noise(&seed) *
				   expf(-(float)i / (RATE / 4));
		}
		sf_writef_float(file, frame, 1);
	}
	sf_close(file);
}

static bool has_sends(const struct play *play)
{
	const struct port *ports;
	const int count = engine_ports(play->engine, &ports);

	for (int i = 0; i < count; i++)
		if (ports[i].of_node)
			return true;
	return false;
}

/* host: "lathe GOAL [WORST]" or "lathe:ISA GOAL [WORST]" */
static bool open_lathe(struct subject *subject, const char *host, const char *nodes)
{
	char config[TEXT_MAX + 128], isa[8] = "", before[8] = "";
	char folder[] = "/tmp/lathe-bench-XXXXXX", response[64];
	const char *forced = getenv("LATHE_ISA"), *goal = strchr(host, ' ');
	char *rest = NULL;

	if (host[5] == ':')
		sscanf(host + 6, "%7[a-z0-9]", isa);
	snprintf(before, sizeof(before), "%s", forced ? forced : "");
	subject->empty = !*nodes;
	subject->whole = strstr(subject->group, "whole") != NULL;
	subject->goal = goal ? strtod(goal, &rest) : 0;
	subject->worst = rest ? strtod(rest, NULL) : 0;
	if (subject->worst <= 0)
		subject->worst = WORST_BLOCK;
	const char *made = mkdtemp(folder);
	char *path =
		strncmp(nodes, "config ", 7) == 0 ? realpath(nodes + 7, NULL) : NULL;
	if (path)
		snprintf(config, sizeof(config), "@include \"%s\"\n", path);
	else
		snprintf(config, sizeof(config),
			 "rack = { files = \"%s\"; empty = %s; }; nodes = ( %s );\n",
			 folder, subject->empty ? "true" : "false", nodes);
	free(path);
	snprintf(response, sizeof(response), "%s/response.wav", folder);
	if (made && strstr(nodes, "response.wav"))
		make_response(response);
	if (*isa)
		setenv("LATHE_ISA", isa, 1);
	subject->play = play_open(config, RATE, 0);
	subject->cabled = subject->play && has_sends(subject->play);
	unlink(response);
	rmdir(folder);
	if (*isa && forced)
		setenv("LATHE_ISA", before, 1);
	else if (*isa)
		unsetenv("LATHE_ISA");
	return subject->play;
}

/* what: "URI settings ; URI settings" */
static bool open_plugins(struct subject *subject, char *what, int block)
{
	char *rest = what;

	for (char *stage = strtok_r(what, ";", &rest);
	     stage && subject->stage_count < STAGES_MAX;
	     stage = strtok_r(NULL, ";", &rest)) {
		stage += strspn(stage, " ");
		char *settings = stage + strcspn(stage, " ");
		if (*settings)
			*settings++ = '\0';
		struct lv2_plugin *plugin = lv2_open(stage, settings, RATE, block);
		if (!plugin)
			return false;
		subject->stages[subject->stage_count++] = plugin;
	}
	return subject->stage_count > 0;
}

/* False: not one, not wanted, or it can't be opened. */
static bool subject_open(struct subject *subject, char *line, const char *only,
			 int block, bool peers)
{
	char *fields[4], *rest = line, what[TEXT_MAX];
	int count = 0;

	for (char *f; count < 4 && (f = strsep(&rest, count < 3 ? "|" : "\n"));)
		fields[count++] = trimmed(f);
	if (count < 4)
		return false;
	memset(subject, 0, sizeof(*subject));
	snprintf(subject->group, sizeof(subject->group), "%s", fields[0]);
	snprintf(subject->name, sizeof(subject->name), "%s", fields[1]);
	const bool lathe = !strncmp(fields[2], "lathe", 5);
	if ((only && strcmp(only, fields[0]) != 0 && strcmp(only, fields[1]) != 0 &&
	     *fields[3]) ||
	    (!lathe && !peers))
		return false;
	expand(fields[3], what);
	if (lathe ? open_lathe(subject, fields[2], what)
		  : open_plugins(subject, what, block))
		return true;
	printf("# left out, not installed or not running: %s\n", fields[1]);
	return false;
}

int subjects_open(struct subject *subjects, const char *path, const char *only,
		  int block, bool peers)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	int count = 0;

	while (file && count < SUBJECTS_MAX && getline(&line, &room, file) > 0) {
		if (!strncmp(line, "let ", 4))
			name_add(line + 4);
		else if (line[0] != '#')
			count += subject_open(&subjects[count], line, only, block,
					      peers);
	}
	free(line);
	if (file)
		fclose(file);
	else
		perror(path);
	return count;
}

int subjects_open_nth(struct subject *subject, const char *path, const char *only,
		      int nth)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	int found = -1;

	name_count = 0;
	while (file && found < 0 && getline(&line, &room, file) > 0) {
		if (!strncmp(line, "let ", 4))
			name_add(line + 4);
		else if (line[0] != '#' && strstr(line, "| lathe") && nth-- == 0)
			found = subject_open(subject, line, only, 64, false);
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

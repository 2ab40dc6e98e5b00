/* lathectl.h - what the command line's parts share. */
#ifndef LATHE_LATHECTL_H
#define LATHE_LATHECTL_H

#include "control/client.h"
#include <signal.h>
#include <stdio.h>

enum {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_ANSWER = 3,
	PATH_BYTES = 160,
};

struct options {
	const char *host, *port;
	bool json, fresh, summary;
	double rate;     /* Hz */
	double seconds;  /* < 0: until stopped */
	double since;    /* undo: seconds to go back; < 0: one step */
	double patience; /* seconds to wait for an answer */
};

/* Where racks answer. */
struct place {
	char name[80]; /* as it was given */
	char host[80], port[8];
};

enum { PLACES_MAX = 32 };

struct places {
	const char *port; /* for those without one */
	struct place place[PLACES_MAX];
	int count;
};

/* hosts.c: whom --host means. False: said why. */
bool places_read(struct places *places, const char *hosts, const char *port);
/* Each group of the hosts file, whatever else is wrong with it. */
void groups_each(void (*each)(void *context, const char *name), void *context);

/* How several racks' answers stand side by side. */
enum shape {
	SHAPE_LINES,  /* as they are, each with its rack's name */
	SHAPE_VALUES, /* a table: the first word, and a column for each rack */
	SHAPE_NAMES,  /* a table: the line, and which racks have it */
	SHAPE_STREAM, /* as they come */
	SHAPE_ONE,    /* the command itself sees to it */
};

/* One conversation: options, the client, and what has gone wrong so far. */
struct session {
	struct options options;
	struct client client;
	struct places places; /* more than one: each command goes to all of them */
	FILE *input;          /* in place of stdin */
	double lead;          /* seconds until client.due; 0: changes act at once */
	bool refused;
	char last_error[PATH_BYTES]; /* the address of the last that was said */
};

extern volatile sig_atomic_t stop_asked; /* a signal came */

/* "/eq/gain" from "eq/gain" or "/eq/gain", without "/" at its end. */
void path_normal(const char *given, char path[PATH_BYTES]);
bool is_pattern(const char *path);
/* Prints /rack/error (or keeps quiet about others' messages). True when it was one. */
bool session_error(struct session *session, const struct message *message);
/* Says that nobody answers; returns EXIT_NO_ANSWER. */
int session_no_answer(const struct session *session);
/* For a ping whose pong is to be known among earlier ones. */
int session_number(void);
/* Until the handler is content; nothing for as long as our patience is a timeout. */
enum client_end session_listen(struct session *session,
			       bool (*on_message)(void *, const struct message *),
			       void *context);
/* A string with its quotes, as JSON has it. */
void json_string(FILE *to, const char *text);
/* A number as short as it reads back, or null. */
void json_number(FILE *to, double value);

/* What an answer is awaited with. */
struct wait {
	struct session *session;
	const char *path; /* of the answer */
	int status;
	int count; /* rows or parts of a long answer so far */
	char *text;
	size_t length;
};
/* Until the handler says that it is done; then the exit status. */
int ask_and_wait(struct wait *wait, bool (*on_message)(void *, const struct message *));
/* Whether all rows or parts came: else says so and sets the status. */
bool wait_whole(struct wait *wait, double count);
/* Handler: gathers a /rack/result, prints it, sets the status. */
bool on_result(void *context, const struct message *message);

/* values.c: every address that matches, with what it holds. */
int command_get(struct session *session, int argc, char **argv);
int command_set(struct session *session, int argc, char **argv);
int command_ramp(struct session *session, int argc, char **argv);
int command_toggle(struct session *session, int argc, char **argv);
int command_adjust(struct session *session, int argc, char **argv);
int command_reset(struct session *session, int argc, char **argv);
/* rack.c: the rack as a whole. */
int command_list(struct session *session, int argc, char **argv);
int command_describe(struct session *session, int argc, char **argv);
int command_status(struct session *session, int argc, char **argv);
int command_config(struct session *session, int argc, char **argv);
int command_check(struct session *session, int argc, char **argv);
int command_reload(struct session *session, int argc, char **argv);
int command_lock(struct session *session, int argc, char **argv);
int command_unlock(struct session *session, int argc, char **argv);
int command_sync(struct session *session, int argc, char **argv);
int command_ping(struct session *session, int argc, char **argv);
/* scene.c and undo.c: named sets of values, and the way back. */
int command_scene(struct session *session, int argc, char **argv);
int command_undo(struct session *session, int argc, char **argv);
int command_redo(struct session *session, int argc, char **argv);
int command_history(struct session *session, int argc, char **argv);
/* compare.c: honest comparison, and whether anybody hears it. */
int command_compare(struct session *session, int argc, char **argv);
int command_abx(struct session *session, int argc, char **argv);
/* script.c: timed commands. */
int command_script(struct session *session, int argc, char **argv);
/* main.c: the tables of the command line. */
struct command {
	const char *name;
	const char *arguments; /* as usage shows them; complete.c knows ADDRESS PATTERN
				  NODE NAME VALUE FILE and a|b */
	const char *help;
	int least, most; /* words after it */
	int (*run)(struct session *session, int argc, char **argv);
	bool changes; /* on many racks: at a common time */
	enum shape shape;
};
struct option_row {
	char letter; /* under which option_take() knows it */
	const char *name, *value, *help;
};
extern const struct command commands[];
extern const struct option_row option_rows[];
extern const int command_count, option_count;
/* The row of "--port" or "--port=1", or NULL. */
const struct option_row *option_find(const char *given);
/* complete.c: what the shells may offer after these words. */
int completion_print(const char *host, const char *port, int argc, char **argv);
/* many.c: runs the command on each of the places, at a common time when it `changes` the
 * racks, and prints their answers side by side. The worst exit status. */
int many_run(struct session *session, enum shape shape, bool changes,
	     int (*run)(struct session *session, int argc, char **argv), int argc,
	     char **argv);
/* main.c: one command with its words, as from the command line. */
int command_words(struct session *session, int argc, char **argv);
/* live.c and meters.c: what comes by itself. */
int command_watch(struct session *session, int argc, char **argv);
int command_monitor(struct session *session, int argc, char **argv);
int command_events(struct session *session, int argc, char **argv);
int command_meters(struct session *session, int argc, char **argv);

#endif

/* board.h - what lathectl meters knows of a rack: its nodes and outputs, their meters, the
 * alarms that stand. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_BOARD_H
#define LATHE_LATHECTL_BOARD_H

#include "control/lathectl/gauge.h"
#include "control/lathectl/picture.h"

enum { ALARMS_MAX = 64, NO_PART = -1 }; /* CHAIN_NONE */

/* A node or output. */
struct part {
	char path[64];   /* "tone", "rack/output/main" */
	char label[48];  /* "Equaliser" */
	char from[1000]; /* as /rack/graph says it */
	int first, end;  /* its gauges */
	bool is_output, is_master;
	bool is_bypassed, is_muted, is_dimmed;
	int loudness; /* of an output: the part that measures it, or NO_PART */
	/* Of a loudness meter; NAN until they are heard. */
	double target, tolerance, max_true_peak;
};

struct standing {
	char code[32], node[64], text[256], seen_by[48], to_do[200];
	int level;
	double since, seen; /* seconds since 1970; seen 0: by nobody yet */
};

struct board {
	struct session *session;
	struct pictures pictures;
	struct gauge *gauges;
	int count;
	struct part *parts;
	int part_count;
	char **nodes; /* nodes to show; none: all */
	int node_count;
	struct standing alarms[ALARMS_MAX], coming[ALARMS_MAX];
	int alarm_count, coming_count;
	bool has_marks;    /* a gauge is a mark on a scale */
	bool has_targets;  /* a part is a loudness meter */
	int slot_hint;     /* where the next message is expected */
	int heard;         /* descriptions */
	bool is_whole;     /* all descriptions have come */
	double hash;       /* of the tree; NAN: not heard yet */
	bool is_changed;   /* the tree has changed since it was read */
	char config[200];  /* the name of the rack's file */
	char state[32];    /* "playing" */
	char status[400];  /* "  jack running  rate 48000 ..." */
	char brief[120];   /* "load 0.8 %  xruns 0  48000 Hz/1024" */
	char message[300]; /* the newest error */
	double message_until;
};

/* Reads which meters there are. Returns EXIT_DONE; EXIT_NO_ANSWER; EXIT_REFUSED when there are
 * none, or after the rack's error was printed. Prints nothing else. */
int board_read(struct board *board);
/* Forgets all of a rack. */
void board_clear(struct board *board);
/* (Re)news the subscriptions. */
void board_subscribe(struct board *board, double rate);
/* Asks for what is not subscribed: status, alarms, hash. */
void board_ask(struct board *board);
/* Takes one message; for client_run(). */
bool board_take(void *context, const struct message *message);
/* A look at the values is over: the next values count anew. */
void board_looked(struct board *board);
/* The least and the most of all gauges begin anew. */
void board_reset(struct board *board);

/* A part's gauge by its whole name ("gr", "in/1"), or NULL. */
const struct gauge *board_gauge(const struct board *board, const struct part *part,
				const char *name);
/* The part with this path, or NO_PART. */
int board_part(const struct board *board, const char *path);
/* "main" of "rack/output/main". */
const char *part_name(const struct part *part);

#endif

/* dispatch.h - what a datagram asks for: sets are gathered and applied as one, queries are
 * answered, the rack's commands carried out. Control thread.
 *
 * Plain sets of one turn travel together (the newest value of a param wins) until something
 * must see their effect: a query, a command, a rebuild. A bundle is one change by itself. */
#ifndef LATHE_OSC_DISPATCH_H
#define LATHE_OSC_DISPATCH_H

#include "daemon/osc/answer.h"
#include "daemon/osc/gather.h"
#include "daemon/osc/osc.h"
#include "daemon/osc/timed.h"

enum {
	SYNCS_MAX = 512,
	SYNCS_OF_ONE_MAX = 16, /* of one client, so that others find room */
	SYNC_BYTES_MAX = 512,
	SAVES_MAX = 64,
};

/* A sync or a ping that waits for what came before it. */
struct sync {
	struct sockaddr_in to;
	bool is_ping;    /* for the answers alone */
	uint64_t serial; /* that the audio must play */
	uint64_t answer; /* the newest long answer then */
	size_t size;
	uint8_t bytes[SYNC_BYTES_MAX]; /* the message, for its arguments */
};

/* A scene that is being written, and who waits for it. */
struct save {
	struct sockaddr_in to;
	uint64_t serial; /* of the write */
	struct text result;
};

struct dispatch {
	struct desk *desk;
	struct osc_parts parts;
	struct addresses *addresses;
	struct watch *watch;
	struct answers *answers;
	struct timed *timed;
	struct gather *turn;   /* what has not been applied yet */
	struct gather *gather; /* that, or a bundle's own */
	struct gather *spare;  /* for the next bundle, or NULL */
	uint64_t *bits;        /* [places] scratch */
	int shape;             /* counts racks */
	double turn_end;       /* when the sender's turn is over */
	double now, started;
	uint64_t serial; /* of the newest change */
	bool reloaded;   /* the newest reload is not in the audio yet */
	struct sync syncs[SYNCS_MAX];
	int sync_count;
	struct save saves[SAVES_MAX];
	int save_count;
	uint64_t scenes_told;
	struct sockaddr_in loader; /* who loads a scene hears of its end, too */
};

struct dispatch *dispatch_create(struct desk *desk, const struct osc_parts *parts,
				 int fd);
void dispatch_destroy(struct dispatch *dispatch);

struct bundle;

/* One datagram that passed the gate. `now`: seconds, monotonic. False: it is a bundle and
 * the turn ended before it did; call again with the same bytes. *cut is NULL at first, and
 * holds between the calls how far it has come. */
bool dispatch_some(struct dispatch *dispatch, const uint8_t *bytes, size_t size,
		   const struct sockaddr_in *from, double now, double end,
		   struct bundle **cut);
void bundle_destroy(struct bundle *bundle); /* one that is given up */
/* All of it. */
void dispatch_packet(struct dispatch *dispatch, const uint8_t *bytes, size_t size,
		     const struct sockaddr_in *from, double now);
/* The end of a turn: what was gathered is applied, answers are sent. */
void dispatch_flush(struct dispatch *dispatch);
/* Takes a bundle whose time has come and that means "now" by now; false: none. The caller
 * frees *bytes. */
bool dispatch_due(struct dispatch *dispatch, double now, uint8_t **bytes, size_t *size,
		  struct sockaddr_in *from);
/* Syncs, long answers. */
void dispatch_tick(struct dispatch *dispatch, double now);
bool dispatch_busy(const struct dispatch *dispatch); /* some of these are under way */
/* The rack is another one. */
void dispatch_reshape(struct dispatch *dispatch);

/* Whether the rack is locked against this sender, and what to say then. */
bool dispatch_locked(const struct dispatch *dispatch, const struct sender *sender,
		     char *text, size_t size);

/* ---- bundle.c and dispatch.c share ------------------------------------------------------- */

/* In a bundle the sets go first, as one; then what may look at their effect. */
enum pass { PASS_ALL, PASS_SETS, PASS_OTHERS };
void dispatch_message(struct dispatch *dispatch, const struct sender *sender,
		      const uint8_t *bytes, size_t size, enum pass pass);
void dispatch_apply(struct dispatch *dispatch); /* what was gathered */

/* ---- command.c: /rack/subscribe, /rack/status, ... -------------------------------------- */

/* The commands in turn, and the role that each takes; NULL after the last. */
const char *command_path(int index, enum role *role);
bool command_is(const char *path);
/* Refuses what is beyond the sender's role. */
void command_run(struct dispatch *dispatch, const struct sender *sender,
		 const struct message *message);
void command_synced(struct dispatch *dispatch); /* answers the syncs that are due */

/* What commands share. */
/* "it takes the role admin; 10.0.0.7 has control" */
void command_forbidden(const struct sender *sender, enum role needed, char *text,
		       size_t size);
void command_complain(struct dispatch *dispatch, const struct sender *sender,
		      const char *path, const char *code, const char *text);
/* "/rack/result": takes the text over. */
void command_result(struct dispatch *dispatch, const struct sender *sender,
		    const struct message *message, bool ok, struct text *text);
/* Numbers come as i f s; anything else leaves the default. */
double command_number(const struct argument *argument, double otherwise);

/* ---- command_scene.c: /rack/scene/... ---------------------------------------------------- */

void command_scene_save(struct dispatch *dispatch, const struct sender *sender,
			const struct message *message);
void command_scene_load(struct dispatch *dispatch, const struct sender *sender,
			const struct message *message);
void command_scene_delete(struct dispatch *dispatch, const struct sender *sender,
			  const struct message *message);
void command_scene_rename(struct dispatch *dispatch, const struct sender *sender,
			  const struct message *message);
void command_scene_list(struct dispatch *dispatch, const struct sender *sender,
			const struct message *message);
void command_scene_state(struct dispatch *dispatch, const struct sender *sender,
			 const struct message *message);
/* Each tick: answers the saves that are on the disk, tells subscribers the news. */
void command_scene_tick(struct dispatch *dispatch);
/* Tells a new subscriber which scene is active. */
void command_scene_greet(struct dispatch *dispatch, const struct client *client);

/* ---- command_undo.c ---------------------------------------------------------------------- */

void command_undo(struct dispatch *dispatch, const struct sender *sender,
		  const struct message *message);
void command_undo_since(struct dispatch *dispatch, const struct sender *sender,
			const struct message *message);
void command_redo(struct dispatch *dispatch, const struct sender *sender,
		  const struct message *message);
void command_history(struct dispatch *dispatch, const struct sender *sender,
		     const struct message *message);

#endif

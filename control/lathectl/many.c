/* many.c - one command on several racks: a process for each conversation, so that nobody
 * waits for another; here the clocks are brought together and the answers are put side by
 * side.
 *
 *   child --trip, clock--> parent --the common time--> child --change--> rack
 *   child --lines--> parent --side by side--> stdout
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/many.h"

#include "share/json.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const double lead_least = 0.2, lead_spare = 0.05;
static const double clock_tolerance = 0.05; /* seconds that are not worth mentioning */
static const double seconds_1900_to_1970 = 2208988800.0;

enum { PINGS = 3 };

/* The time that a rack's pong tells. */
struct reading {
	double sent, trip; /* to the rack and back, seconds */
	double ahead;      /* its clock minus this machine's, seconds */
	int nonce;
};

struct child {
	const struct place *place;
	pid_t pid;
	int talk;       /* the pipes for the common time */
	int ends[2];    /* the pipes of its standard output and standard error */
	char *text[2];  /* what it has printed: all of it, or the last line so far */
	size_t used[2]; /* bytes */
	char *errors;   /* all of its standard error */
	int status;
	bool answered;
	struct reading reading;
};

struct crew {
	struct session *session;
	enum shape shape;
	struct child child[PLACES_MAX];
	int count;
};

static double wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* ---- the child: one rack ------------------------------------------------------------ */

/* Takes the quickest of a few pings. */
static bool on_pong(void *context, const struct message *message)
{
	struct reading *reading = context;
	double now = wall_clock(), trip = now - reading->sent;

	if (strcmp(message->path, "/rack/pong") != 0 ||
	    message_number(message, 0) != reading->nonce)
		return false;
	if (trip < reading->trip) {
		double theirs = message_number(message, 4);
		reading->trip = trip;
		reading->ahead = isnan(theirs) ? 0 : theirs - (reading->sent + now) / 2;
	}
	return true;
}

static bool clock_compare(struct session *session, struct reading *reading)
{
	*reading = (struct reading) { .trip = (double)INFINITY };
	for (int i = 0; i < PINGS && (i == 0 || isfinite(reading->trip)); i++) {
		reading->nonce = i;
		reading->sent = wall_clock();
		client_send(&session->client, "/rack/ping", "i", i);
		client_run(&session->client, session->options.patience, on_pong,
			   reading);
	}
	return isfinite(reading->trip);
}

static lo_timetag tag_of(double wall)
{
	double seconds = floor(wall);

	return (lo_timetag) { (uint32_t)(seconds + seconds_1900_to_1970),
			      (uint32_t)((wall - seconds) * 4294967295.0) };
}

/* Agrees on the time with the other processes. False: the rack does not answer, or the
 * parent is gone. */
static bool time_agree(struct session *session, int talk)
{
	struct reading reading;
	double when;

	if (!clock_compare(session, &reading) ||
	    send(talk, &reading, sizeof(reading), MSG_NOSIGNAL) < 0 ||
	    recv(talk, &when, sizeof(when), 0) != sizeof(when))
		return false;
	session->lead = fmax(when - wall_clock(), 1e-3);
	session->client.due = tag_of(when + reading.ahead);
	return true;
}

struct job {
	int (*run)(struct session *session, int argc, char **argv);
	int argc;
	char **argv;
	bool changes;
	char *input; /* the standard input as text, or NULL */
};

static int child_run(struct session *session, const struct place *place,
		     const struct job *job, int talk)
{
	char error[256];

	session->is_child = true;
	session->places.count = 1;
	session->options.host = place->host;
	session->options.port = place->port;
	if (job->input)
		session->input = fmemopen(job->input, strlen(job->input), "r");
	if (!client_open(&session->client, place->host, place->port, error,
			 sizeof(error))) {
		fprintf(stderr, "lathectl: %s\n", error);
		return EXIT_NO_ANSWER;
	}
	if (job->changes && !time_agree(session, talk))
		return session_no_answer(session);
	close(talk);
	int status = job->run(session, job->argc, job->argv);
	return fflush(stdout) != 0 && status == EXIT_DONE ? EXIT_REFUSED : status;
}

static bool child_start(struct crew *crew, struct child *child, const struct job *job)
{
	int out[2], err[2], talk[2];

	if (pipe(out) < 0 || pipe(err) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, talk) < 0)
		return false;
	child->pid = fork();
	if (child->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		close(out[0]);
		close(err[0]);
		close(talk[0]);
		for (int i = 0; i < crew->count; i++)
			close(crew->child[i].talk);
		exit(child_run(crew->session, child->place, job, talk[1]));
	}
	close(out[1]);
	close(err[1]);
	close(talk[1]);
	child->ends[0] = out[0];
	child->ends[1] = err[0];
	child->talk = talk[0];
	return child->pid > 0;
}

/* ---- the parent: one time ------------------------------------------------------------ */

static void clock_tell(const struct child *child)
{
	double ahead = child->reading.ahead;

	if (fabs(ahead) > fmax(clock_tolerance, child->reading.trip))
		fprintf(stderr,
			"lathectl: %s: its clock is %.3g s %s ours; this is taken into "
			"account\n",
			child->place->name, fabs(ahead),
			ahead > 0 ? "ahead of" : "behind");
}

/* A time late enough for the slowest rack. A child whose rack does not answer prints
 * that itself. */
static void time_choose(struct crew *crew)
{
	double slowest = 0;

	for (int i = 0; i < crew->count; i++) {
		struct child *child = &crew->child[i];
		child->answered =
			recv(child->talk, &child->reading, sizeof(child->reading), 0) ==
			sizeof(child->reading);
		if (child->answered)
			slowest = fmax(slowest, child->reading.trip);
	}
	double when = wall_clock() + fmax(lead_least, 2 * slowest + lead_spare);
	for (int i = 0; i < crew->count; i++) {
		const struct child *child = &crew->child[i];
		if (!child->answered)
			continue;
		clock_tell(child);
		/* A child that has ended meanwhile has its exit status. */
		if (send(child->talk, &when, sizeof(when), MSG_NOSIGNAL) < 0)
			continue;
	}
}

/* ---- what they print ----------------------------------------------------------------- */

static void line_print(const struct crew *crew, struct child *child, int end,
		       const char *line)
{
	static const char own[] = "lathectl: ";
	const char *name = child->place->name;

	if (end == 1) {
		bool ours = strncmp(line, own, sizeof(own) - 1) == 0;
		line += ours ? sizeof(own) - 1 : 0;
		fprintf(stderr, "lathectl: %s: %s\n", name, line);
		size_t before = child->errors ? strlen(child->errors) + 1 : 0;
		child->errors = realloc(child->errors, before + strlen(line) + 1);
		if (!child->errors)
			abort();
		if (before)
			child->errors[before - 1] = '\n';
		strcpy(child->errors + before, line);
	} else if (crew->session->options.json) {
		fputs("{\"host\": ", stdout);
		json_string(stdout, name);
		printf(", \"answer\": %s}\n", line);
	} else {
		printf("%s: %s\n", name, line);
	}
}

/* Reads one pipe; passes on complete lines at once where that is wanted. */
static bool text_take(const struct crew *crew, struct child *child, int end)
{
	char bytes[8192];
	ssize_t length = read(child->ends[end], bytes, sizeof(bytes));

	if (length < 0 && errno == EINTR)
		return true;
	size_t more = length > 0 ? (size_t)length : 0;
	char *text = realloc(child->text[end], child->used[end] + more + 1);
	if (!text)
		abort();
	memcpy(text + child->used[end], bytes, more);
	child->text[end] = text;
	child->used[end] += more;
	text[child->used[end]] = '\0';
	if (end == 1 || crew->shape == SHAPE_STREAM) {
		char *line = text, *next;
		for (; (next = strchr(line, '\n')); line = next + 1) {
			*next = '\0';
			line_print(crew, child, end, line);
		}
		child->used[end] -= (size_t)(line - text);
		memmove(text, line, child->used[end] + 1);
		fflush(stdout);
	}
	if (length > 0)
		return true;
	close(child->ends[end]);
	child->ends[end] = -1;
	return false;
}

/* Reads until all children have closed both pipes. A signal is passed on to all of
 * them. */
static void texts_read(struct crew *crew)
{
	int open = 2 * crew->count;
	nfds_t ends = (nfds_t)open;
	bool told = false;

	while (open > 0) {
		struct pollfd waiting[2 * PLACES_MAX];
		for (int i = 0; i < 2 * crew->count; i++)
			waiting[i] = (struct pollfd) { crew->child[i / 2].ends[i % 2],
						       POLLIN, 0 };
		int count = poll(waiting, ends, -1);
		for (int i = 0; stop_asked && !told && i < crew->count; i++)
			kill(crew->child[i].pid, SIGTERM);
		told = stop_asked != 0;
		for (int i = 0; count > 0 && i < 2 * crew->count; i++)
			if (waiting[i].revents)
				open -= !text_take(crew, &crew->child[i / 2], i % 2);
	}
}

/* ---- side by side -------------------------------------------------------------------- */

/* Letters, not bytes. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void cell_print(const char *text, int width)
{
	int blanks = width - width_of(text);

	printf("%s%*s", text, blanks > 0 ? blanks : 0, "");
}

/* One line of the table; the cells lie in the children's texts. */
struct row {
	const char *key;
	const char *cells[PLACES_MAX];
};

struct table {
	struct row *rows;
	int count, room;
	int hint; /* racks answer in nearly the same order */
};

static struct row *row_at(struct table *table, const char *key)
{
	for (int i = 0; i < table->count; i++) {
		int at = (table->hint + i) % table->count;
		if (strcmp(table->rows[at].key, key) == 0) {
			table->hint = at + 1;
			return &table->rows[at];
		}
	}
	if (table->count == table->room) {
		table->room = table->room ? 2 * table->room : 64;
		table->rows = realloc(table->rows,
				      (size_t)table->room * sizeof(*table->rows));
		if (!table->rows)
			abort();
	}
	struct row *row = &table->rows[table->count++];
	*row = (struct row) { .key = key };
	return row;
}

/* Names end at two spaces, other first words at one. Splits in place. */
static const char *value_of(char *line, enum shape shape)
{
	char *gap = strstr(line, "  ");

	if (!gap && shape == SHAPE_VALUES)
		gap = strchr(line, ' ');
	if (!gap)
		return shape == SHAPE_NAMES ? "yes" : "";
	*gap++ = '\0';
	return gap + strspn(gap, " ");
}

static void table_print(struct crew *crew)
{
	struct table table = { 0 };
	int key_width = 0, widths[PLACES_MAX];

	for (int i = 0; i < crew->count; i++) {
		struct child *child = &crew->child[i];
		char *rest = child->text[0], *line;
		widths[i] = width_of(child->place->name);
		while ((line = strsep(&rest, "\n"))) {
			if (!*line)
				continue;
			const char *value = value_of(line, crew->shape);
			row_at(&table, line)->cells[i] = value;
			widths[i] = (int)fmax(widths[i], width_of(value));
			key_width = (int)fmax(key_width, width_of(line));
		}
	}
	for (int r = table.count ? -1 : 0; r < table.count; r++) {
		cell_print(r < 0 ? "" : table.rows[r].key, key_width);
		for (int i = 0; i < crew->count; i++) {
			const char *cell = r < 0 ? crew->child[i].place->name
						 : table.rows[r].cells[i];
			printf("  ");
			cell_print(cell ? cell : "-",
				   i + 1 < crew->count ? widths[i] : 0);
		}
		putchar('\n');
	}
	free(table.rows);
}

/* The lines are JSON already. */
static void array_print(char *text, bool quote)
{
	bool first = true;

	putchar('[');
	for (char *line; (line = strsep(&text, "\n"));) {
		if (!*line)
			continue;
		fputs(first ? "" : ", ", stdout);
		first = false;
		if (quote)
			json_string(stdout, line);
		else
			fputs(line, stdout);
	}
	putchar(']');
}

static void object_print(const struct child *child)
{
	fputs("{\"host\": ", stdout);
	json_string(stdout, child->place->name);
	printf(", \"exit\": %d, \"answers\": ", child->status);
	array_print(child->text[0], false);
	fputs(", \"errors\": ", stdout);
	array_print(child->errors, true);
	puts("}");
}

static void crew_print(struct crew *crew)
{
	if (crew->shape == SHAPE_STREAM)
		return;
	if (!crew->session->options.json &&
	    (crew->shape == SHAPE_VALUES || crew->shape == SHAPE_NAMES)) {
		table_print(crew);
		return;
	}
	for (int i = 0; i < crew->count; i++) {
		char *rest = crew->child[i].text[0], *line;
		if (crew->session->options.json)
			object_print(&crew->child[i]);
		else
			while ((line = strsep(&rest, "\n")))
				if (*line)
					line_print(crew, &crew->child[i], 0, line);
	}
}

/* ---- the command --------------------------------------------------------------------- */

static char *input_read(FILE *from)
{
	char *text = NULL;
	size_t room = 0;
	FILE *copy = open_memstream(&text, &room);

	for (int byte; copy && (byte = getc(from)) != EOF;)
		putc(byte, copy);
	if (!copy || fclose(copy) != 0)
		abort();
	return text;
}

static int crew_wait(struct crew *crew)
{
	int worst = EXIT_DONE;

	for (int i = 0; i < crew->count; i++) {
		struct child *child = &crew->child[i];
		int status;
		while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
			continue;
		child->status =
			WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_NO_ANSWER;
		worst = child->status > worst ? child->status : worst;
	}
	return worst;
}

int many_run(struct session *session, enum shape shape, bool changes,
	     int (*run)(struct session *session, int argc, char **argv), int argc,
	     char **argv)
{
	struct crew *crew = calloc(1, sizeof(*crew));
	struct job job = { run, argc, argv, changes, NULL };

	if (!crew)
		abort();
	*crew = (struct crew) { .session = session, .shape = shape };
	if (argc == 1 && strcmp(argv[0], "-") == 0)
		job.input = input_read(session->input ? session->input : stdin);
	fflush(stdout);
	for (int i = 0; i < session->places.count; i++) {
		crew->child[i].place = &session->places.place[i];
		if (!child_start(crew, &crew->child[i], &job)) {
			fprintf(stderr, "lathectl: %s\n", strerror(errno));
			break;
		}
		crew->count++;
	}
	if (changes)
		time_choose(crew);
	texts_read(crew);
	int status = crew->count < session->places.count ? EXIT_NO_ANSWER : EXIT_DONE;
	int worst = crew_wait(crew);
	crew_print(crew);
	for (int i = 0; i < crew->count; i++) {
		close(crew->child[i].talk);
		free(crew->child[i].text[0]);
		free(crew->child[i].text[1]);
		free(crew->child[i].errors);
	}
	free(job.input);
	free(crew);
	return worst > status ? worst : status;
}

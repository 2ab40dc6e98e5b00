/* hook.c - runs a command for each event: lathectl events --run.
 *
 *   lathectl --pipe of events--> runner --fork--> /bin/sh -c COMMAND, one at a time
 *
 * The runner is a process of its own, so that a slow command holds up nothing. The pipe holds
 * some dozens of events; what finds no room is told on standard error. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_BYTES = 256, WORD_BYTES = 80 };

/* Shorter than PIPE_BUF: a write is whole or nothing. */
struct job {
	char code[WORD_BYTES], node[WORD_BYTES], edge[16], level[16], text[TEXT_BYTES];
	char time[32], frame[24];
};

struct hook {
	int pipe; /* to the runner */
	pid_t runner;
	const char *on;
};

/* ---- the runner ---------------------------------------------------------------------------- */

static void command_exec(const struct job *job, const char *command)
{
	setpgid(0, 0);
	setenv("LATHE_CODE", job->code, 1);
	setenv("LATHE_NODE", job->node, 1);
	setenv("LATHE_EDGE", job->edge, 1);
	setenv("LATHE_LEVEL", job->level, 1);
	setenv("LATHE_TEXT", job->text, 1);
	setenv("LATHE_TIME", job->time, 1);
	setenv("LATHE_FRAME", job->frame, 1);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	fprintf(stderr, "lathectl: /bin/sh: %s\n", strerror(errno));
	_exit(127);
}

/* The command and all that it started are ended when the time is over. */
static void command_wait(pid_t child, const char *code)
{
	const struct timespec nap = { .tv_nsec = 20 * 1000 * 1000 };
	const double end = client_now() + HOOK_SECONDS;
	int status;

	while (waitpid(child, &status, WNOHANG) == 0) {
		if (client_now() >= end) {
			fprintf(stderr,
				"lathectl: the command for %s took over %d s: ended\n",
				code, HOOK_SECONDS);
			kill(-child, SIGKILL);
			waitpid(child, &status, 0);
			return;
		}
		nanosleep(&nap, NULL);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		fprintf(stderr, "lathectl: the command for %s ended with %d\n", code,
			WEXITSTATUS(status));
}

static void runner_main(int from, const char *command)
{
	struct job job;

	signal(SIGINT, SIG_IGN); /* lathectl closes the pipe, and all is run */
	while (read(from, &job, sizeof(job)) == (ssize_t)sizeof(job)) {
		const pid_t child = fork();
		if (child == 0) {
			signal(SIGINT, SIG_DFL);
			close(from);
			command_exec(&job, command);
		}
		if (child < 0) {
			fprintf(stderr, "lathectl: %s is not run: %s\n", job.code,
				strerror(errno));
			continue;
		}
		setpgid(child, child);
		command_wait(child, job.code);
	}
	_exit(0);
}

/* ---- lathectl ------------------------------------------------------------------------------ */

struct hook *hook_open(const char *command, const char *on)
{
	struct hook *hook = calloc(1, sizeof(*hook));
	int ends[2];

	if (!hook || pipe(ends) < 0) {
		fprintf(stderr, "lathectl: %s\n", strerror(errno));
		free(hook);
		return NULL;
	}
	fflush(NULL);
	hook->runner = fork();
	if (hook->runner == 0) {
		close(ends[1]);
		runner_main(ends[0], command);
	}
	close(ends[0]);
	if (hook->runner < 0) {
		fprintf(stderr, "lathectl: %s\n", strerror(errno));
		close(ends[1]);
		free(hook);
		return NULL;
	}
	signal(SIGPIPE, SIG_IGN);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	hook->pipe = ends[1];
	hook->on = on;
	return hook;
}

/* Is the code one of "failover,input_*"? */
static bool is_wanted(const struct hook *hook, const char *code)
{
	char pattern[WORD_BYTES];

	for (const char *at = hook->on; at;) {
		const size_t length = strcspn(at, ",");
		snprintf(pattern, sizeof(pattern), "%.*s", (int)length, at);
		if (fnmatch(pattern, code, 0) == 0)
			return true;
		at = at[length] ? at + length + 1 : NULL;
	}
	return !hook->on;
}

static void copy(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "");
}

void hook_message(struct hook *hook, const struct message *message)
{
	/* /rack/event: time, frame, level, code, text, address, edge; /rack/alarm: code, node,
	 * level, since, seen, text. */
	const bool alarm = strcmp(message->path, "/rack/alarm") == 0;
	const char *node = message_string(message, alarm ? 1 : 5);
	const char *edge = alarm ? "raised" : message_string(message, 6);
	struct job job = { .frame = "-1" };

	if (message->argc < 6 || (!alarm && strcmp(message->path, "/rack/event") != 0))
		return;
	copy(job.code, sizeof(job.code), message_string(message, alarm ? 0 : 3));
	if (!is_wanted(hook, job.code))
		return;
	copy(job.node, sizeof(job.node), node && *node == '/' ? node + 1 : node);
	copy(job.edge, sizeof(job.edge), edge ? edge : "once");
	copy(job.level, sizeof(job.level), level_word(message_number(message, 2)));
	copy(job.text, sizeof(job.text), message_string(message, alarm ? 5 : 4));
	snprintf(job.time, sizeof(job.time), "%.3f",
		 message_number(message, alarm ? 3 : 0));
	if (!alarm)
		snprintf(job.frame, sizeof(job.frame), "%.0f",
			 message_number(message, 1));
	if (write(hook->pipe, &job, sizeof(job)) != (ssize_t)sizeof(job))
		fprintf(stderr, "lathectl: %s is not run: %s\n", job.code,
			errno == EAGAIN ? "too many wait already" : strerror(errno));
}

void hook_close(struct hook *hook)
{
	if (!hook)
		return;
	close(hook->pipe);
	waitpid(hook->runner, NULL, 0);
	free(hook);
}

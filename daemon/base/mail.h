/* mail.h - how threads that may block talk to each other: a queue of letters with the
 * only mutex of the program. Never the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_MAIL_H
#define LATHE_BASE_MAIL_H

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

enum { MAIL_LETTERS = 256 };

struct letter {
	int what; /* meaning defined by the receiver */
	void *item;
};

struct mail {
	pthread_mutex_t mutex;
	pthread_cond_t arrived;
	struct letter letters[MAIL_LETTERS];
	unsigned posted, taken;
};

static inline void mail_init(struct mail *mail)
{
	pthread_condattr_t clock;

	*mail = (struct mail) { 0 };
	pthread_mutex_init(&mail->mutex, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&mail->arrived, &clock);
	pthread_condattr_destroy(&clock);
}

static inline void mail_finish(struct mail *mail)
{
	pthread_cond_destroy(&mail->arrived);
	pthread_mutex_destroy(&mail->mutex);
}

static inline void mail_post(struct mail *mail, int what, void *item)
{
	pthread_mutex_lock(&mail->mutex);
	assert(mail->posted - mail->taken < MAIL_LETTERS);
	mail->letters[mail->posted++ % MAIL_LETTERS] = (struct letter) { what, item };
	pthread_cond_signal(&mail->arrived);
	pthread_mutex_unlock(&mail->mutex);
}

/* Takes the oldest letter; waits for one for so many ms (0: not, -1: for ever). False:
 * none came. */
static inline bool mail_take(struct mail *mail, struct letter *letter, int wait_ms)
{
	struct timespec until;
	bool found;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += wait_ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_mutex_lock(&mail->mutex);
	while (mail->posted == mail->taken && wait_ms != 0) {
		if (wait_ms < 0)
			pthread_cond_wait(&mail->arrived, &mail->mutex);
		else if (pthread_cond_timedwait(&mail->arrived, &mail->mutex, &until) ==
			 ETIMEDOUT)
			break;
	}
	found = mail->posted != mail->taken;
	if (found)
		*letter = mail->letters[mail->taken++ % MAIL_LETTERS];
	pthread_mutex_unlock(&mail->mutex);
	return found;
}

#endif

/* guard.c - a witness inside an unchanged lathed, by LD_PRELOAD.
 *
 * Wraps the process callback that a JACK client registers, and counts what must never happen
 * inside: heap calls, lock calls, system calls (Linux Syscall User Dispatch), page faults and
 * voluntary context switches. One line on stderr at exit and on SIGUSR2:
 *   guard: cycles=N heap=0 locks=0 calls=0 faults=0 switches=0
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <jack/jack.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { WARM_CYCLES = 100 }; /* the first ones may touch new pages of the stack */
enum { LONG_US = 200 };

static _Thread_local int inside;
static _Thread_local int dispatching; /* 0 not asked yet, 1 on, -1 refused */
static _Thread_local char selector;   /* 1: system calls are trapped */
static atomic_int armed;              /* as dispatching, of the newest audio thread */
static atomic_ulong cycles, heap, locks, calls, faults, switches;

/* Of the cycles, by one clock. */
struct times {
	atomic_ulong worst_us, long_ones;
};
static struct times cpu, wall;

static JackProcessCallback process;
static void *process_arg;

static void find_next(const char *name, void *function, size_t size)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	memcpy(function, &symbol, size);
}

static void report(int signal_number)
{
	(void)signal_number;
	char line[300];
	int n = snprintf(line, sizeof(line),
			 "guard: cycles=%lu heap=%lu locks=%lu calls=%lu faults=%lu "
			 "switches=%lu dispatch=%d cpu=%lu wall=%lu long_cpu=%lu "
			 "long_wall=%lu\n",
			 cycles, heap, locks, calls, faults, switches, armed,
			 cpu.worst_us, wall.worst_us, cpu.long_ones, wall.long_ones);
	syscall(SYS_write, 2, line, n);
}

/* Counts the trapped call, opens the gate until the cycle ends and repeats it. */
static void on_system_call(int signal_number, siginfo_t *info, void *context)
{
	(void)signal_number;
	selector = 0;
	atomic_fetch_add(&calls, 1);
#ifdef __x86_64__
	ucontext_t *c = context;
	c->uc_mcontext.gregs[REG_RIP] -= 2;
	c->uc_mcontext.gregs[REG_RAX] = info->si_syscall;
#else
	(void)info;
	(void)context;
#endif
}

static unsigned long microseconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (unsigned long)time.tv_sec * 1000000 +
	       (unsigned long)time.tv_nsec / 1000;
}

static void times_add(struct times *times, unsigned long took_us)
{
	if (took_us > times->worst_us)
		times->worst_us = took_us;
	times->long_ones += took_us > LONG_US;
}

static int guarded(jack_nframes_t frames, void *arg)
{
	(void)arg;
	struct rusage before, after;
	if (!dispatching) {
		dispatching = prctl(59, 1, 0UL, 0UL, &selector) ? -1 : 1;
		armed = dispatching;
	}
	getrusage(RUSAGE_THREAD, &before);
	unsigned long wall_us = microseconds(CLOCK_MONOTONIC);
	unsigned long cpu_us = microseconds(CLOCK_THREAD_CPUTIME_ID);
	inside = 1;
	selector = dispatching == 1;
	int result = process(frames, process_arg);
	selector = 0;
	inside = 0;
	cpu_us = microseconds(CLOCK_THREAD_CPUTIME_ID) - cpu_us;
	wall_us = microseconds(CLOCK_MONOTONIC) - wall_us;
	getrusage(RUSAGE_THREAD, &after);
	if (atomic_fetch_add(&cycles, 1) < WARM_CYCLES)
		return result;
	times_add(&cpu, cpu_us);
	times_add(&wall, wall_us);
	long faulted =
		after.ru_minflt - before.ru_minflt + after.ru_majflt - before.ru_majflt;
	atomic_fetch_add(&faults, (unsigned long)faulted);
	atomic_fetch_add(&switches, (unsigned long)(after.ru_nvcsw - before.ru_nvcsw));
	return result;
}

int jack_set_process_callback(jack_client_t *client, JackProcessCallback callback,
			      void *arg)
{
	int (*next)(jack_client_t *, JackProcessCallback, void *);
	find_next("jack_set_process_callback", &next, sizeof(next));
	process = callback;
	process_arg = arg;
	return next(client, guarded, NULL);
}

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

void *malloc(size_t size)
{
	heap += (unsigned)inside;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	heap += (unsigned)inside;
	return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	heap += (unsigned)inside;
	return __libc_realloc(memory, size);
}

void free(void *memory)
{
	heap += inside && memory;
	__libc_free(memory);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	static int (*next)(pthread_mutex_t *);
	if (!next)
		find_next("pthread_mutex_lock", &next, sizeof(next));
	locks += (unsigned)inside;
	return next(mutex);
}

__attribute__((constructor)) static void guard_start(void)
{
	struct sigaction action = { .sa_sigaction = on_system_call,
				    .sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &action, NULL);
	action = (struct sigaction) { .sa_handler = report };
	sigaction(SIGUSR2, &action, NULL);
}

__attribute__((destructor)) static void guard_finish(void)
{
	report(0);
}

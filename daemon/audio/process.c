/* process.c - JACK's process callback: gathers the ports' buffers, calls rt_run(), and
 * does nothing else. The audio thread; the rules of rt.c hold here.
 *
 *   JACK -> process_cycle() -> rt_run() -> modules
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/audio/process.h"

#include <string.h>

enum { STACK_BYTES = 128 * 1024 }; /* stack that the audio thread may use */

static float *port_buffer(jack_port_t *port, int frames) REALTIME;
static void wait_in_freewheel(const struct process *process) REALTIME;

/* Two calls that clang can't judge: libjack returns a pointer into shared memory, and
 * in freewheel nothing is real time, so that the wait may sleep. */
#if defined(__clang__) && __clang_major__ >= 20
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wfunction-effects"
#endif
static float *port_buffer(jack_port_t *port, int frames)
{
	return jack_port_get_buffer(port, (jack_nframes_t)frames);
}

static void wait_in_freewheel(const struct process *process)
{
	process->wait(process->context);
}
#if defined(__clang__) && __clang_major__ >= 20
#pragma clang diagnostic pop
#endif

/* Gets the buffers of this cycle; NULL for a return that is not connected. */
static void gather(struct ports *ports, int frames, float *buffers[PORTS_MAX],
		   bool is_output[PORTS_MAX]) REALTIME

{
	int used = atomic_load_explicit(&ports->used, memory_order_acquire);

	memset(buffers + used, 0, sizeof(*buffers) * (size_t)(PORTS_MAX - used));
	memset(is_output + used, 0, sizeof(*is_output) * (size_t)(PORTS_MAX - used));
	for (int i = 0; i < used; i++) {
		struct slot *slot = &ports->slots[i];
		jack_port_t *port =
			atomic_load_explicit(&slot->port, memory_order_acquire);

		is_output[i] =
			atomic_load_explicit(&slot->is_output, memory_order_relaxed);
		bool open =
			is_output[i] ||
			!atomic_load_explicit(&slot->of_node, memory_order_relaxed) ||
			atomic_load_explicit(&slot->connected, memory_order_relaxed);
		buffers[i] = port && open ? port_buffer(port, frames) : NULL;
	}
}

static void silence(float *const buffers[PORTS_MAX], const bool is_output[PORTS_MAX],
		    int frames)
{
	for (int i = 0; i < PORTS_MAX; i++)
		if (buffers[i] && is_output[i])
			memset(buffers[i], 0, sizeof(float) * (size_t)frames);
}

int process_cycle(jack_nframes_t frames, void *context)
{
	struct process *process = context;
	float *buffers[PORTS_MAX];
	bool is_output[PORTS_MAX];

	gather(&process->ports, (int)frames, buffers, is_output);
	if (atomic_load_explicit(&process->freewheel, memory_order_relaxed))
		wait_in_freewheel(process);
	if (atomic_load_explicit(&process->wired, memory_order_relaxed))
		rt_run(process->rt, buffers, is_output, (int)frames);
	else
		silence(buffers, is_output, (int)frames);
	atomic_fetch_add_explicit(&process->ports.cycles, 1, memory_order_release);
	return 0;
}

void process_begin(void *context)
{
	char stack[STACK_BYTES];

	(void)context;
	memset(stack, 0, sizeof(stack));
	__asm__ volatile("" : : "r"(stack) : "memory");
}

int process_block(jack_nframes_t frames, void *context)
{
	struct process *process = context;

	atomic_store(&process->block, (int)frames);
	return 0;
}

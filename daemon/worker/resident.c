/* resident.c - what a node keeps when its plan is replaced. Worker thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/worker/resident.h"
#include "daemon/base/memory.h"

#include "daemon/base/arena.h"
#include "daemon/base/hash.h"
#include "daemon/rack/param.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t hash_file(uint64_t hash, const struct file *file)
{
	const uint64_t stamp = content_stamp(file);

	hash = hash64(hash, file->path, strlen(file->path) + 1);
	return hash64(hash, &stamp, sizeof(stamp));
}

uint64_t resident_form(const struct module *module, const struct setup *setup)
{
	uint64_t hash = 0;

	for (int i = 0; i < params_total(module, false); i++) {
		const struct param *row = param_row(module, i);
		if (row->curve != CURVE_FILE && !(row->flags & PARAM_REBUILD))
			continue;
		hash = hash64(hash, &setup->values[i], sizeof(float));
		if (setup->files && setup->files[i])
			hash = hash_file(hash, setup->files[i]);
	}
	return hash;
}

static bool same_node(const struct resident *resident, const char *name, int channels,
		      const struct module *module)
{
	return resident->module == module && resident->channels == channels &&
	       strcmp(resident->name, name) == 0;
}

static size_t power_of_two(size_t at_least)
{
	size_t size = 1;

	while (size < at_least)
		size *= 2;
	return size;
}

/* Room for half a second, in case the meter thread is late. */
static void make_tap(struct resident *resident, int rate)
{
	const struct module *module = resident->module;
	int slots = meters_total(module, resident->channels, false);
	size_t frames = (size_t)(rate / 2 > 32768 ? rate / 2 : 32768);
	struct arena *arena = resident->arena = arena_create();
	struct tap *tap = resident->tap = arena_alloc(arena, sizeof(*tap));
	unsigned char *fold = arena_alloc(arena, (size_t)slots);

	tap->channels = resident->channels;
	tap->value_count = params_total(module, false);
	tap->size = power_of_two(frames / GRID_FRAMES * tap_bytes(tap, GRID_FRAMES));
	tap->bytes = arena_alloc(arena, tap->size);
	for (int i = 0; i < slots; i++)
		fold[i] = (unsigned char)meter_row(module, resident->channels, i)->fold;
	resident->meters = arena_alloc(arena, sizeof(float) * (size_t)slots);
	folds_init(&resident->measured, arena, slots, fold);
	arena_lock(arena);
}

static struct resident *make(struct residents *residents, const char *name,
			     int channels, const struct module *module,
			     const struct setup *setup, char *error, size_t error_size)
{
	struct resident *resident =
		aligned_alloc(64, (sizeof(*resident) + 63) / 64 * 64);

	memset(resident, 0, sizeof(*resident));
	snprintf(resident->name, sizeof(resident->name), "%s", name);
	resident->module = module;
	resident->channels = channels;
	if (module && module->create) {
		resident->form = resident_form(module, setup);
		resident->handle = module->create(setup, error, error_size);
		resident->failed = !resident->handle;
	}
	if (module && module->measure && !resident->failed)
		make_tap(resident, residents->rate);
	resident->next = residents->first;
	residents->first = resident;
	return resident;
}

struct resident *resident_join(struct residents *residents, const char *name,
			       int channels, const struct module *module,
			       const struct setup *setup, char *error,
			       size_t error_size)
{
	uint64_t form = module && module->create ? resident_form(module, setup) : 0;
	uint32_t identity = 0;

	error[0] = '\0';
	for (struct resident *r = residents->first; r; r = r->next) {
		if (!same_node(r, name, channels, module))
			continue;
		identity = r->identity;
		if (r->form == form && !r->failed) {
			r->plans++;
			return r;
		}
	}
	struct resident *made =
		make(residents, name, channels, module, setup, error, error_size);
	made->identity = identity ? identity : ++residents->last_identity;
	made->plans = 1;
	return made;
}

void resident_leave(struct residents *residents, struct resident *resident)
{
	struct resident **link = &residents->first;

	if (--resident->plans > 0)
		return;
	while (*link != resident)
		link = &(*link)->next;
	*link = resident->next;
	if (resident->handle && resident->module->destroy)
		resident->module->destroy(resident->handle);
	arena_destroy(resident->arena);
	free(resident);
}

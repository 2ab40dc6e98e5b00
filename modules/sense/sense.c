/* sense.c - sense's audio thread part: the audio passes untouched. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/sense/sense.h"

#include "modules/pass.h"

static void process(void *state, const struct piece *piece) REALTIME;
static void process(void *state, const struct piece *piece)
{
	struct sense *s = state;
	const struct sense_rules *rules = piece->numbers;
	struct sense_audio audio = { .x = { { NULL } } };

	for (int c = 0; c < piece->channels; c++)
		audio.x[0][c] = piece->in[c];
	for (int done = 0; done < piece->frames;) {
		const int n = sense_room(s, piece->frames - done);
		sense_run(s, rules, &audio, done, piece->frame + (uint64_t)done, n);
		done += n;
	}
	pass_on(piece);
	piece->meters[SENSE_LEVEL] = s->input[0].level;
	piece->meters[SENSE_STATE] = (float)sense_state(s, 0);
	piece->meters[SENSE_DEAD] = sense_dead_s(s, 0);
}

static void adopt(void *state, const void *old) REALTIME;
static void adopt(void *state, const void *old)
{
	sense_adopt(state, old);
}

_Static_assert((int)SENSE_CHANNELS == (int)CHANNELS_MAX &&
		       (int)SENSE_PIECE == (int)GRID_FRAMES,
	       "sense.h hears what a node has");
_Static_assert(sizeof(struct sense) <= ADOPT_BYTES_MAX, "a reload keeps all of it");
MODULE_KERNEL(sense) = { .process = process, .adopt = adopt };

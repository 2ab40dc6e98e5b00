/* intake.c - a sound file's audio in the rack's order of channels. lathe-render. */
#include "daemon/render/intake.h"

#include "daemon/base/memory.h"
#include "daemon/engine/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Samples above +60 dBFS or not a number are not audio: the rack plays silence for
 * them. */
static const float loudest = 1000.0f;

/* Assigns channels by loudspeaker if one input is wide enough for the file, else in
 * order. */
static bool channels_place(struct intake *intake, const struct rack *rack, char *why,
			   size_t size)
{
	const int channels = intake->file->channels;

	for (int i = 0; i < rack->input_count; i++)
		intake->width += rack->inputs[i].channels;
	if (channels > intake->width) {
		snprintf(why, size, "has %d channels; the rack's inputs take %d",
			 channels, intake->width);
		return false;
	}
	intake->spread = channels == 1;
	for (int c = 0; c < channels; c++)
		intake->place[c] = c;
	return channels == 1 || rack->inputs[0].channels < channels ||
	       layout_place(&intake->file->layout, rack->inputs[0].channels,
			    intake->place, why, size);
}

struct intake *intake_open(const char *path, const struct rack *rack, char *error,
			   size_t error_size)
{
	struct intake *intake = memory_zeroed(1, sizeof(*intake));

	intake->file = soundfile_open(path, error, error_size);
	if (!intake->file) {
		intake_close(intake);
		return NULL;
	}
	intake->rate = intake->file->rate;
	intake->frames = intake->file->frames;
	intake->exact = intake->file->exact;
	bool good = intake->rate >= RATE_MIN && intake->rate <= RATE_MAX;
	if (!good)
		snprintf(error, error_size, "%d Hz; %d to %d are played", intake->rate,
			 RATE_MIN, RATE_MAX);
	if (good && channels_place(intake, rack, error, error_size))
		return intake;
	intake_close(intake);
	return NULL;
}

void intake_close(struct intake *intake)
{
	if (!intake)
		return;
	soundfile_close(intake->file);
	free(intake->mixed);
	free(intake);
}

/* The file's next frames, with silence for what is no audio. */
static int file_read(struct intake *intake, float *to, int frames)
{
	const int got = soundfile_read(intake->file, to, frames);

	for (int i = 0; i < got * intake->file->channels; i++)
		if (!(fabsf(to[i]) <= loudest)) {
			intake->strays++;
			to[i] = 0;
		}
	return got;
}

int intake_read(struct intake *intake, float *to, int frames)
{
	const int channels = intake->file->channels, width = intake->width;

	if (frames > intake->room) {
		intake->room = frames;
		intake->mixed = memory_resize(intake->mixed, (size_t)frames,
					      sizeof(float) * (size_t)channels);
	}
	const int got = file_read(intake, intake->mixed, frames);
	const float *from = intake->mixed;
	memset(to, 0, sizeof(float) * (size_t)frames * (size_t)width);
	for (int i = 0; i < got; i++)
		for (int c = 0; c < (intake->spread ? width : channels); c++)
			to[i * width + (intake->spread ? c : intake->place[c])] =
				from[i * channels + (intake->spread ? 0 : c)];
	intake->read += got;
	return got;
}

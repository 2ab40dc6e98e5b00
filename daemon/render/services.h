/* services.h - what streaming services will do with a master: their gain, where the song
 * then stands, whether they limit. Pure but for reading the table. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_SERVICES_H
#define LATHE_RENDER_SERVICES_H

#include <stdbool.h>
#include <stddef.h>

enum { SERVICES_MAX = 32 };

enum service_up { UP_NO, UP_PEAK, UP_LIMITER, UP_UNKNOWN };
enum service_album { SERVICE_ALBUM_NO, SERVICE_ALBUM_WHOLE, SERVICE_ALBUM_LOUDEST };

struct service {
	char name[64], trust[24], source[128], date[24];
	double loudness, peak; /* LUFS, dBTP */
	enum service_up up;
	enum service_album album;
};

struct services {
	char as_of[24];
	struct service list[SERVICES_MAX];
	int count;
};

/* What becomes of a song or an album. */
struct service_play {
	double gain;     /* dB */
	double loudness; /* LUFS, as it is played */
	double peak;     /* dBTP, before a limiter of the service */
	double limits;   /* dB that such a limiter takes; 0: none works */
};

/* Reads the table: that of share/services.conf, or a file. False and a sentence. */
bool services_read(struct services *services, const char *path, char *error,
		   size_t error_size);
/* `integrated` LUFS, `true_peak` dBTP: of a song, or of what the gain comes from. */
struct service_play service_play(const struct service *service, double integrated,
				 double true_peak);
/* A song of an album that is played with this gain. */
struct service_play service_play_at(const struct service *service, double gain,
				    double integrated, double true_peak);

/* share/services.conf as it was at build time. */
extern const char services_text[];

#endif

/* services.c - what streaming services will do with a master. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/services.h"

#include <libconfig.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool refuse(char *error, size_t size, const char *where, const char *what)
{
	snprintf(error, size, "%s: %s", where, what);
	return false;
}

static bool text_read(const config_setting_t *from, const char *key, char *to,
		      size_t size)
{
	const char *value;

	if (!config_setting_lookup_string(from, key, &value))
		return false;
	snprintf(to, size, "%s", value);
	return true;
}

/* The index of a word, or -1. */
static int word_read(const config_setting_t *from, const char *key,
		     const char *const *words)
{
	const char *value;

	if (config_setting_lookup_string(from, key, &value))
		for (int i = 0; words[i]; i++)
			if (strcmp(words[i], value) == 0)
				return i;
	return -1;
}

static bool service_read(struct service *service, const config_setting_t *from)
{
	static const char *const ups[] = { "no", "peak", "limiter", "unknown", NULL };
	static const char *const albums[] = { "no", "album", "loudest", NULL };
	const int up = word_read(from, "up", ups);
	const int album = word_read(from, "album", albums);

	service->up = (enum service_up)up;
	service->album = (enum service_album)album;
	return up >= 0 && album >= 0 &&
	       config_setting_lookup_float(from, "loudness", &service->loudness) &&
	       config_setting_lookup_float(from, "peak", &service->peak) &&
	       text_read(from, "name", service->name, sizeof(service->name)) &&
	       text_read(from, "trust", service->trust, sizeof(service->trust)) &&
	       text_read(from, "source", service->source, sizeof(service->source)) &&
	       text_read(from, "date", service->date, sizeof(service->date));
}

static bool table_read(struct services *services, const config_t *config,
		       const char *where, char *error, size_t size)
{
	const config_setting_t *list = config_lookup(config, "services");
	const char *as_of;
	char what[128];

	if (!config_lookup_string(config, "as_of", &as_of) || !list)
		return refuse(error, size, where, "as_of and services are wanted");
	snprintf(services->as_of, sizeof(services->as_of), "%s", as_of);
	services->count = config_setting_length(list);
	if (services->count > SERVICES_MAX)
		return refuse(error, size, where, "more than 32 services");
	for (int i = 0; i < services->count; i++)
		if (!service_read(&services->list[i],
				  config_setting_get_elem(list, (unsigned)i))) {
			snprintf(what, sizeof(what),
				 "service %d: name, loudness, up, peak, album, trust, "
				 "source and date are wanted",
				 i + 1);
			return refuse(error, size, where, what);
		}
	return true;
}

bool services_read(struct services *services, const char *path, char *error,
		   size_t error_size)
{
	const char *where = path ? path : "services.conf";
	config_t config;
	char what[256];

	memset(services, 0, sizeof(*services));
	config_init(&config);
	const int read = path ? config_read_file(&config, path)
			      : config_read_string(&config, services_text);
	bool good = read == CONFIG_TRUE;
	if (good) {
		good = table_read(services, &config, where, error, error_size);
	} else {
		snprintf(what, sizeof(what), "line %d: %s", config_error_line(&config),
			 config_error_text(&config));
		refuse(error, error_size, where, what);
	}
	config_destroy(&config);
	return good;
}

struct service_play service_play_at(const struct service *service, double gain,
				    double integrated, double true_peak)
{
	struct service_play play = { .gain = gain,
				     .loudness = integrated + gain,
				     .peak = true_peak + gain };

	if (service->up == UP_LIMITER)
		play.limits = fmax(play.peak - service->peak, 0);
	return play;
}

struct service_play service_play(const struct service *service, double integrated,
				 double true_peak)
{
	double gain = service->loudness - integrated;

	if (gain > 0 && (service->up == UP_NO || service->up == UP_UNKNOWN))
		gain = 0;
	if (gain > 0 && service->up == UP_PEAK)
		gain = fmax(fmin(gain, service->peak - true_peak), 0);
	return service_play_at(service, gain, integrated, true_peak);
}

/* test_services.c - what services do with a song, by their rules. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/services.h"

#include "tests/support/test.h"

#include <stdlib.h>
#include <unistd.h>

static struct services services;

static const struct service *find(const char *name)
{
	for (int i = 0; i < services.count; i++)
		if (strcmp(services.list[i].name, name) == 0)
			return &services.list[i];
	CHECK(false, "%s is not in the table", name);
	return &services.list[0];
}

static void test_rules(void)
{
	/* Spotify's own example: -20 LUFS with -5 dBTP plays at -16. */
	struct service_play play = service_play(find("Spotify, normal"), -20, -5);

	CHECK_NEAR(play.loudness, -16, 1e-9, "up to the peak");
	CHECK_NEAR(play.peak, -1, 1e-9, "peak");
	CHECK(play.limits == 0, "no limiter");
	play = service_play(find("Spotify, loud"), -20, -5);
	CHECK_NEAR(play.loudness, -11, 1e-9, "with a limiter");
	CHECK_NEAR(play.limits, 5, 1e-9, "which takes");
	play = service_play(find("YouTube"), -20, -5);
	CHECK(play.gain == 0, "down only");
	play = service_play(find("YouTube"), -9, 0);
	CHECK_NEAR(play.gain, -5, 1e-9, "down");
	/* Peaks that are over already are not turned down for quiet songs. */
	play = service_play(find("Spotify, normal"), -20, 0.5);
	CHECK(play.gain == 0, "%.2f dB", play.gain);
	play = service_play_at(find("Spotify, loud"), 3, -14, -2);
	CHECK_NEAR(play.limits, 2, 1e-9, "a song of an album");
}

static void test_files(void)
{
	char path[] = "/tmp/lathe-services-XXXXXX", error[256];
	static struct services own;
	const int fd = mkstemp(path);
	const char text[] = "as_of = \"2027-01-02\"; services = ( { name = \"mine\"; "
			    "loudness = -12.0; up = \"maybe\"; } );";

	CHECK(write(fd, text, sizeof(text) - 1) > 0, "%s", path);
	close(fd);
	CHECK(!services_read(&own, path, error, sizeof(error)) &&
		      strstr(error, "service 1: name, loudness, up"),
	      "%s", error);
	CHECK(!services_read(&own, "/none.conf", error, sizeof(error)), "no file");
	unlink(path);
}

int main(void)
{
	char error[256];

	CHECK(services_read(&services, NULL, error, sizeof(error)), "%s", error);
	CHECK(services.count > 8 && strlen(services.as_of) == 10, "%d, as of %s",
	      services.count, services.as_of);
	test_rules();
	test_files();
	return test_result();
}

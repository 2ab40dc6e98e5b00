/* test_announce.c - what Avahi is told of a rack, and what it must never be told. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/announce.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/model_modules.h"
#include "tests/support/test.h"

static char path[64];

static struct rack *rack_at(const char *listen)
{
	struct rack *rack = rack_create();

	snprintf(rack->name, sizeof(rack->name), "studio-a");
	snprintf(rack->osc->listen, sizeof(rack->osc->listen), "%s", listen);
	return rack;
}

static bool contains(const char *wanted)
{
	static char bytes[4096];
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	bytes[fread(bytes, 1, sizeof(bytes) - 1, file)] = '\0';
	fclose(file);
	return strstr(bytes, wanted) != NULL;
}

static void test_lan(void)
{
	struct rack *rack = rack_at("0.0.0.0");

	CHECK(announce_write(rack, 4567, path), "written");
	CHECK(contains("<type>_osc._udp</type>"), "type");
	CHECK(contains("<port>4567</port>"), "port");
	CHECK(contains("<txt-record>rack=studio-a</txt-record>"), "name");
	CHECK(contains("<txt-record>hash="), "hash");
	rack->osc->quiet = true;
	CHECK(announce_write(rack, 4567, path), "kept quiet");
	CHECK(access(path, F_OK) != 0, "the file is gone");
	CHECK(announce_write(rack, 4567, path), "twice");
	rack->osc->quiet = false;
	CHECK(announce_write(rack, 0, path) && access(path, F_OK) != 0,
	      "a port that nobody knows yet");
	CHECK(announce_write(rack, 4567, "/no/such/folder/x.service"), "no Avahi here");
	rack_destroy(rack);
}

static void test_local(void)
{
	static const char *const listens[] = { "127.0.0.1", "127.9.9.9" };

	for (int i = 0; i < 2; i++) {
		struct rack *lan = rack_at("192.168.1.5");
		struct rack *local = rack_at(listens[i]);
		struct text text = { .length = 0 };

		announce_print(local, 3345, &text);
		CHECK(text.length == 0, "%s: %s", listens[i], text.bytes);
		CHECK(announce_write(lan, 3345, path) && access(path, F_OK) == 0,
		      "there");
		CHECK(announce_write(local, 3345, path) && access(path, F_OK) != 0,
		      "what was announced is taken back");
		rack_destroy(local);
		rack_destroy(lan);
	}
}

/* A file of ours in a folder that isn't: nothing can be put beside it. */
static void test_in_place(void)
{
	struct rack *rack = rack_at("0.0.0.0");
	char beside[80];

	snprintf(beside, sizeof(beside), "%s.new", path);
	CHECK(mkdir(beside, 0700) == 0, "in the way");
	CHECK(announce_write(rack, 4567, path) && contains("studio-a"), "written");
	snprintf(rack->name, sizeof(rack->name), "b");
	CHECK(announce_write(rack, 4567, path) && contains("rack=b<") &&
		      !contains("studio"),
	      "anew");
	CHECK(contains("</service-group>\n"), "whole");
	rmdir(beside);
	unlink(path);
	rack_destroy(rack);
}

int main(void)
{
	char folder[] = "/tmp/lathe-test-announce-XXXXXX";

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/lathe-studio.service", folder);
	test_lan();
	test_local();
	test_in_place();
	rmdir(folder);
	return test_result();
}

/* announce.c - a service file, by which Avahi shows the rack on the network. Control
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/announce.h"

#include "daemon/rack/describe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Names need no escaping in XML: they hold a-z 0-9 _ - only. */
void announce_print(const struct rack *rack, int port, struct text *text)
{
	if (osc_is_local(rack->osc) || rack->osc->quiet || port <= 0)
		return;
	text_add(text,
		 "<?xml version=\"1.0\" standalone='no'?>\n"
		 "<!DOCTYPE service-group SYSTEM \"avahi-service.dtd\">\n"
		 "<!-- Written by lathed --avahi. -->\n"
		 "<service-group>\n"
		 "  <name replace-wildcards=\"yes\">%s on %%h</name>\n"
		 "  <service>\n"
		 "    <type>_osc._udp</type>\n"
		 "    <port>%d</port>\n"
		 "    <txt-record>txtvers=1</txt-record>\n"
		 "    <txt-record>version=1.0</txt-record>\n"
		 "    <txt-record>product=lathe</txt-record>\n"
		 "    <txt-record>lathe=" LATHE_VERSION "</txt-record>\n"
		 "    <txt-record>rack=%s</txt-record>\n"
		 "    <txt-record>hash=%d</txt-record>\n"
		 "  </service>\n"
		 "</service-group>\n",
		 rack->name, port, rack->name, (int)describe_hash(rack));
}

static bool write_all(const char *path, const struct text *text)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return false;
	bool good = fwrite(text->bytes, 1, text->length, file) == text->length;
	return fclose(file) == 0 && good;
}

/* Writes the whole file or none: Avahi reads it as soon as it is there. Where only the
 * file, and not its folder, may be written, it is written in place; Avahi reads it when
 * it is closed. */
static bool replace(const char *path, const struct text *text)
{
	char beside[PATH_MAX];

	snprintf(beside, sizeof(beside), "%.4000s.new", path);
	bool good = write_all(beside, text);
	if (!good && errno == ENOENT)
		return true;
	if (!good)
		return write_all(path, text);
	good = rename(beside, path) == 0;
	if (!good)
		unlink(beside);
	return good;
}

/* Removes the file, or empties it where it may not be removed. */
static bool take_back(const char *path)
{
	return unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR ||
	       write_all(path, &(struct text) { .length = 0 });
}

bool announce_file(const char *path, const struct text *text)
{
	bool good;

	if (strcmp(path, "-") == 0)
		good = fputs(text->length ? text->bytes : "", stdout) >= 0;
	else if (text->length)
		good = replace(path, text);
	else
		good = take_back(path);
	if (!good)
		fprintf(stderr, "lathed: %s: %s\n", path, strerror(errno));
	return good;
}

bool announce_write(const struct rack *rack, int port, const char *path)
{
	struct text text = { .length = 0 };

	announce_print(rack, port, &text);
	bool good = announce_file(path, &text);
	text_finish(&text);
	return good;
}

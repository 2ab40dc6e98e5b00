/* announce.c - how others on the network find this rack. Before any thread starts. */
#include "daemon/announce.h"

#include "daemon/describe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Names hold nothing that XML would mind. */
void announce_print(const struct rack *rack, int port, struct text *text)
{
	if (osc_is_local(&rack->osc) || rack->osc.quiet || port <= 0)
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

/* Whole or not at all: Avahi reads a file as soon as it is there. */
static bool replace(const char *path, const struct text *text)
{
	char beside[PATH_MAX];
	snprintf(beside, sizeof beside, "%.4000s.new", path);
	FILE *file = fopen(beside, "we");
	if (!file)
		return errno == ENOENT;
	bool good = fwrite(text->bytes, 1, text->length, file) == text->length;
	good = fclose(file) == 0 && good && rename(beside, path) == 0;
	if (!good)
		unlink(beside);
	return good;
}

bool announce_write(const struct rack *rack, int port, const char *path)
{
	struct text text = { .length = 0 };
	bool good;
	announce_print(rack, port, &text);
	if (strcmp(path, "-") == 0)
		good = fputs(text.length ? text.bytes : "", stdout) >= 0;
	else if (text.length)
		good = replace(path, &text);
	else
		good = unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR;
	if (!good)
		fprintf(stderr, "lathed: %s: %s\n", path, strerror(errno));
	text_finish(&text);
	return good;
}

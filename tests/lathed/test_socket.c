/* test_socket.c - the alarm about a socket that is elsewhere than the config says, and the file
 * that tells where the rack answers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lathed/socket.h"

#include "tests/support/test.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct sockaddr_in place(const char *address, int port)
{
	struct sockaddr_in made = { .sin_family = AF_INET,
				    .sin_port = htons((uint16_t)port) };

	inet_pton(AF_INET, address, &made.sin_addr);
	return made;
}

static void test_compare(void)
{
	struct event_log *events = event_log_create();
	struct alarms *alarms = alarms_create(events);
	struct osc_settings wanted = { .listen = "127.0.0.1" };
	struct sockaddr_in bound = place("127.0.0.1", 3345);

	socket_compare(alarms, &bound, &wanted, 3345);
	CHECK(alarms_count(alarms) == 0, "they agree");
	socket_compare(alarms, &bound, &wanted, 0);
	CHECK(alarms_count(alarms) == 0, "any port");
	socket_compare(alarms, &bound, &wanted, 3346);
	CHECK(alarms_count(alarms) == 1, "another port");
	CHECK(strcmp(alarms_at(alarms, 0)->text,
		     "OSC listens on 127.0.0.1 port 3345; the config says 127.0.0.1 "
		     "port 3346") == 0,
	      "both are named: %s", alarms_at(alarms, 0)->text);
	socket_compare(alarms, &bound, &wanted, 3345);
	CHECK(alarms_count(alarms) == 0, "they agree again");
	strcpy(wanted.listen, "0.0.0.0");
	socket_compare(alarms, &bound, &wanted, 3345);
	CHECK(alarms_count(alarms) == 1, "another address");
	alarms_destroy(alarms);
	event_log_destroy(events);
}

static const char *file_text(const char *path)
{
	static char text[80];
	FILE *file = fopen(path, "r");

	text[0] = '\0';
	if (file && !fgets(text, sizeof(text), file))
		text[0] = '\0';
	if (file)
		fclose(file);
	return text;
}

static void test_tell(void)
{
	char folder[] = "/tmp/lathe-socket-XXXXXX", path[64], list[64];
	struct sockaddr_in every = place("0.0.0.0", 4000),
			   one = place("10.0.0.2", 4001);
	struct stat status;

	CHECK(mkdtemp(folder) != NULL, "a folder");
	snprintf(path, sizeof(path), "%s/osc", folder);
	snprintf(list, sizeof(list), "%s:/nowhere", folder);
	unsetenv("RUNTIME_DIRECTORY");
	socket_tell(&one);
	CHECK(access(path, F_OK) != 0, "no folder, no file");
	setenv("RUNTIME_DIRECTORY", list, 1);
	umask(0077);
	socket_tell(&every);
	CHECK(strcmp(file_text(path), "127.0.0.1 4000\n") == 0,
	      "how this machine reaches it: %s", file_text(path));
	CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0644,
	      "everybody may read it");
	socket_tell(&one);
	CHECK(strcmp(file_text(path), "10.0.0.2 4001\n") == 0, "another: %s",
	      file_text(path));
	socket_tell(NULL);
	CHECK(access(path, F_OK) != 0, "removed");
	CHECK(rmdir(folder) == 0, "nothing else is left there");
}

int main(void)
{
	test_compare();
	test_tell();
	return test_result();
}

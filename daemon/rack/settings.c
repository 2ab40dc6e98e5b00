/* settings.c - parts of a config that only the control thread uses. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/settings.h"

#include "daemon/base/ipv4.h"
#include "daemon/base/memory.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct osc_settings *osc_settings_create(void)
{
	struct osc_settings *settings = memory_zeroed(1, sizeof(*settings));
	snprintf(settings->listen, sizeof(settings->listen), "127.0.0.1");
	settings->port = 3345;
	return settings;
}

static void *copy_list(const void *list, int count, size_t size)
{
	void *copy = memory_zeroed((size_t)count, size);

	if (count)
		memcpy(copy, list, (size_t)count * size);
	return copy;
}

struct osc_settings *osc_settings_copy(const struct osc_settings *settings)
{
	struct osc_settings *copy = memory_zeroed(1, sizeof(*copy));
	*copy = *settings;
	copy->allow = copy_list(settings->allow, settings->allow_count,
				sizeof(*settings->allow));
	copy->regulars = copy_list(settings->regulars, settings->regular_count,
				   sizeof(*settings->regulars));
	copy->limits = copy_list(settings->limits, settings->limit_count,
				 sizeof(*settings->limits));
	return copy;
}

void osc_settings_destroy(struct osc_settings *settings)
{
	if (!settings)
		return;
	free(settings->allow);
	free(settings->regulars);
	free(settings->limits);
	free(settings);
}

bool osc_is_local(const struct osc_settings *settings)
{
	struct in_addr address;

	return inet_pton(AF_INET, settings->listen, &address) == 1 &&
	       ipv4_is_local(ntohl(address.s_addr));
}

static const char *const role_words[] = { "none", "view", "control", "admin" };

const char *role_word(enum role role)
{
	return role_words[role];
}

enum role role_of_word(const char *word)
{
	for (enum role role = ROLE_VIEW; role <= ROLE_ADMIN; role++)
		if (strcmp(role_words[role], word) == 0)
			return role;
	return ROLE_NONE;
}

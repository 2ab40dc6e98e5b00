/* shortfall.h - demands of conform that a module does not meet yet, each with the
 * reason. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TESTS_SHORTFALL_H
#define LATHE_TESTS_SHORTFALL_H

#include <string.h>

static const struct shortfall {
	const char *module, *address, *test, *why; /* address "*": every param */
} shortfalls[] = {
	{ "leveller", "target", "residue",
	  "the gain rides to a new target in seconds, not along one fade" },
	{ "delay", "it/ms", "residue",
	  "the longer delay reaches back before the tone began" },
	{ "saturator", "match", "residue",
	  "the gain that matches loudness follows the programme" },
	{ "multiband", "mode", "latency",
	  "the allpasses of lr4 and lr8 turn the phase: no one delay fits" },
	{ NULL, NULL, NULL, NULL },
};

static const char *shortfall(const char *module, const char *address, const char *test)
{
	for (const struct shortfall *s = shortfalls; s->module; s++)
		if (!strcmp(s->module, module) && !strcmp(s->test, test) &&
		    (!strcmp(s->address, "*") || strstr(address, s->address)))
			return s->why;
	return NULL;
}

#endif

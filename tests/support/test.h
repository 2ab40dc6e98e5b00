/* test.h - what all test programs share: checks that count, and continue. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TEST_H
#define LATHE_TEST_H

#include <math.h>
#include <stdio.h>
#include <string.h>

static int test_passed, test_failed;

/* Counts one check; prints only failures, with what was found. */
#define CHECK(condition, ...) \
	do { \
		if (condition) { \
			test_passed++; \
		} else { \
			test_failed++; \
			printf("FAIL %s:%d: %s: ", __FILE__, __LINE__, #condition); \
			printf(__VA_ARGS__); \
			printf("\n"); \
		} \
	} while (0)

#define CHECK_NEAR(found, wanted, within, what) \
	CHECK(fabs((double)(found) - (double)(wanted)) <= (double)(within), \
	      "%s: found %.9g, wanted %.9g within %.3g", what, (double)(found), \
	      (double)(wanted), (double)(within))

#define CHECK_TEXT(found, wanted) \
	CHECK(strcmp(found, wanted) == 0, "found \"%s\", wanted \"%s\"", found, wanted)

/* Last line of every test program's main(). */
static inline int test_result(void)
{
	printf("%d passed, %d failed\n", test_passed, test_failed);
	return test_failed ? 1 : 0;
}

#endif

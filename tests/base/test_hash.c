/* test_hash.c - FNV-1a against the values of its authors (RFC 9923, appendix C). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/hash.h"

#include "tests/support/test.h"

int main(void)
{
	CHECK(hash32(hash32_start, "", 0) == 0x811c9dc5u, "nothing, 32 bits");
	CHECK(hash32(hash32_start, "a", 1) == 0xe40c292cu, "a, 32 bits");
	CHECK(hash32(hash32_start, "foobar", 6) == 0xbf9cf968u, "foobar, 32 bits");
	CHECK(hash32(hash32(hash32_start, "foo", 3), "bar", 3) == 0xbf9cf968u,
	      "in two parts");
	CHECK(hash64(0, "", 0) == UINT64_C(0xcbf29ce484222325), "nothing, 64 bits");
	CHECK(hash64(0, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c), "a, 64 bits");
	CHECK(hash64(0, "foobar", 6) == UINT64_C(0x85944171f73967e8),
	      "foobar, 64 bits");
	return test_result();
}

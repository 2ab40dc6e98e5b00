/* test_ipv4.c - which addresses are the same, and which are this machine's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/ipv4.h"

#include "tests/support/test.h"

int main(void)
{
	struct sockaddr_in one = { .sin_port = htons(3345) }, other = one;

	one.sin_addr.s_addr = other.sin_addr.s_addr = htonl(0x0a000001);
	CHECK(ipv4_same(&one, &other), "same host and port");
	other.sin_port = htons(3346);
	CHECK(!ipv4_same(&one, &other), "another port");
	other = one;
	other.sin_addr.s_addr = htonl(0x0a000002);
	CHECK(!ipv4_same(&one, &other), "another host");
	CHECK(ipv4_is_local(0x7f000001), "127.0.0.1");
	CHECK(ipv4_is_local(0x7fffffff), "127.255.255.255");
	CHECK(!ipv4_is_local(0), "all addresses");
	CHECK(!ipv4_is_local(0x80000001), "128.0.0.1");
	CHECK(!ipv4_is_local(0x0100007f), "the other byte order");
	return test_result();
}

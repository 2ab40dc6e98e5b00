/* hash.h - FNV-1a (Fowler, Noll, Vo; RFC 9923): quick hashes, for tables and to detect
 * changes. Not safe against hostile bytes: for those see siphash.h. Pure; any
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_HASH_H
#define LATHE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

static const uint32_t hash32_start = UINT32_C(2166136261);

/* Continues a hash with more bytes. The first `hash` is hash32_start. */
static inline uint32_t hash32(uint32_t hash, const void *bytes, size_t count)
{
	for (const uint8_t *byte = bytes; count--; byte++)
		hash = (hash ^ *byte) * UINT32_C(16777619);
	return hash;
}

/* Continues a hash of 64 bits with more bytes. The first is 0. */
static inline uint64_t hash64(uint64_t hash, const void *bytes, size_t count)
{
	hash ^= UINT64_C(0xcbf29ce484222325);
	for (const uint8_t *byte = bytes; count--; byte++)
		hash = (hash ^ *byte) * UINT64_C(0x100000001b3);
	return hash;
}

#endif

/* siphash.h - a keyed hash of one 64-bit word: it cannot be guessed without the key.
 * Pure. SipHash-2-4: Aumasson, Bernstein, "SipHash: a fast short-input PRF" (2012),
 * section 2. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_SIPHASH_H
#define LATHE_BASE_SIPHASH_H

#include <stdint.h>

struct siphash_key {
	uint64_t low, high;
};

static inline uint64_t siphash_turn(uint64_t word, int bits)
{
	return word << bits | word >> (64 - bits);
}

static inline void siphash_rounds(uint64_t v[4], int rounds)
{
	for (int i = 0; i < rounds; i++) {
		v[0] += v[1];
		v[1] = siphash_turn(v[1], 13) ^ v[0];
		v[0] = siphash_turn(v[0], 32);
		v[2] += v[3];
		v[3] = siphash_turn(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = siphash_turn(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = siphash_turn(v[1], 17) ^ v[2];
		v[2] = siphash_turn(v[2], 32);
	}
}

static inline uint64_t siphash(const struct siphash_key *key, uint64_t word)
{
	const uint64_t words[2] = { word,
				    UINT64_C(8)
					    << 56 }; /* 8: the number of bytes hashed */
	uint64_t v[4] = { key->low ^ UINT64_C(0x736f6d6570736575),
			  key->high ^ UINT64_C(0x646f72616e646f6d),
			  key->low ^ UINT64_C(0x6c7967656e657261),
			  key->high ^ UINT64_C(0x7465646279746573) };

	for (int i = 0; i < 2; i++) {
		v[3] ^= words[i];
		siphash_rounds(v, 2);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	siphash_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif

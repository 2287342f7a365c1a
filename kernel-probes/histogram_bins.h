/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_HISTOGRAM_BINS_H
#define PKTPATH_HISTOGRAM_BINS_H

#include "integers.h"

/*
 * Bins of a log-linear (HDR) histogram of 64-bit numbers, the same in BPF programs and native/: exact below 64, then
 * 32 bins to each power of two, so that a bin is at most 3.2 % wide.
 */
#define HISTOGRAM_SUB_BITS 5
#define HISTOGRAM_SUB (1U << HISTOGRAM_SUB_BITS)
#define HISTOGRAM_BINS ((64 - HISTOGRAM_SUB_BITS + 1) * HISTOGRAM_SUB)

static inline pktpath_u32 histogram_bin(pktpath_u64 value)
{
	/* of the highest bit set, by halves: clang 14 for BPF never ends at __builtin_clzll() */
	pktpath_u32 bit = 0;
	pktpath_u32 half;

	if (value < HISTOGRAM_SUB)
		return (pktpath_u32)value;
	for (half = 32; half > 0; half >>= 1) {
		if (value >> (bit + half))
			bit += half;
	}
	bit -= HISTOGRAM_SUB_BITS;
	return (bit << HISTOGRAM_SUB_BITS) + (pktpath_u32)(value >> bit);
}

#endif

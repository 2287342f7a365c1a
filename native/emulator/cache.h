/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_CACHE_H
#define PKTPATH_CACHE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A data cache with least-recently-used replacement, lines of 64 bytes. A model: no prefetch, and a device's writes do
 * not invalidate, so that what a card has just brought looks warmer than it is.
 */
struct cache {
	unsigned sets, ways;
	uint64_t *lines; /* sets × ways, most recently used first; 0: empty */
};

bool cache_init(struct cache *cache, unsigned bytes, unsigned ways);
/* Returns true on a hit; the line is in the cache afterwards. */
bool cache_access(struct cache *cache, uint64_t address);

#endif

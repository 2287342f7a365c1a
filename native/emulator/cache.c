// SPDX-License-Identifier: GPL-2.0-only
#include "cache.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_SHIFT = 6 };

bool cache_init(struct cache *cache, unsigned bytes, unsigned ways)
{
	cache->ways = ways;
	cache->sets = (bytes >> LINE_SHIFT) / ways;
	cache->lines = calloc((size_t)cache->sets * ways, sizeof(*cache->lines));
	return cache->lines != NULL;
}

bool cache_access(struct cache *cache, uint64_t address)
{
	uint64_t line = (address >> LINE_SHIFT) + 1; /* 0 is an empty way */
	uint64_t *set = cache->lines + (size_t)(line % cache->sets) * cache->ways;
	unsigned way = 0;
	bool hit;

	while (way < cache->ways && set[way] != line)
		way++;
	hit = way < cache->ways;
	memmove(set + 1, set, (hit ? way : cache->ways - 1) * sizeof(*set));
	set[0] = line;
	return hit;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_PLAN_H
#define PKTPATH_PLAN_H

#include "referee.h"

enum { MAX_RANGES = 256, MAX_PLACES = 256 };

enum place_kind { PLACE_EXCEPTION, PLACE_SYSCALL, PLACE_READER, PLACE_OPEN, PLACE_CLOSE };

/* Where in the guest's kernel what happens; addresses are those that the guest runs at. */
struct plan {
	struct {
		uint64_t start, end;
		struct scope *scope;
		bool entry; /* its start is where the function is called */
	} ranges[MAX_RANGES];
	unsigned nr_ranges;
	struct {
		uint64_t address;
		enum place_kind kind;
	} places[MAX_PLACES];
	unsigned nr_places;
	uint64_t switch_start, switch_end;
};

/*
 * Reads a plan, one line each:
 *   scope KIND STAGE NAME          a function; its ranges follow
 *   range START END                its body, the first one begins with its entry
 *   exception|syscall|reader|open|close ADDRESS
 *   switch START END               __switch_to_asm
 * Returns false, with a message on stderr, when a line cannot be understood.
 */
bool plan_read(struct plan *plan, struct referee *referee, const char *path);

/* The scope that begins at this address, NULL for none. */
struct scope *plan_entry(const struct plan *plan, uint64_t address);
/* Whether the address is within the scope. */
bool plan_within(const struct plan *plan, const struct scope *scope, uint64_t address);
/* The scope whose body has the address, NULL for none. */
struct scope *plan_scope(const struct plan *plan, uint64_t address);

#endif

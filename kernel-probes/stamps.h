/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_STAMPS_H
#define PKTPATH_STAMPS_H

#include "account.h"

/* One hit as calibrate.bpf.c saw it, by the clock: around the trigger, and within the programs on either side of it. */
struct pktpath_stamps {
	pktpath_u64 begin;
	pktpath_u64 end;
	struct {
		pktpath_u64 begin;
		pktpath_u64 end;
	} hit[2];
};

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_GENERATORS_H
#define PKTPATH_GENERATORS_H

#include "histogram_bins.h"

/* The interval between batches is in units of 2^-16 ns: an error of 0.1 ppm at ten million a second. */
#define INTERVAL_FRACTION_BITS 16

/*
 * What the program that sends live frames is told, and what it tells: the whole of its .bss. native/ writes the first
 * part while nothing runs, but for `stop`; the program alone writes the second.
 */
struct pktpath_sending {
	pktpath_u64 max_duration_ns; /* from the first of them */
	pktpath_u64 interval;        /* between batches, in 2^-16 ns; 0: unpaced */
	pktpath_u32 batch;           /* packets a batch */
	pktpath_u32 payload_offset;
	pktpath_u32 redirects; /* 0: pass into the stack */
	pktpath_u32 stop;

	pktpath_u64 sent;
	pktpath_u64 start_ns; /* clock at the first packet; 0: not yet */
	pktpath_u64 last_ns;  /* clock at the last packet */
	pktpath_u64 due;      /* of the next batch, in 2^-16 ns from the start */
	pktpath_u64 lateness_max_ns;
	pktpath_u32 in_batch; /* packets of this batch already sent */
	pktpath_u32 sequence; /* of the next packet; goes on from one call to the next */
	pktpath_u32 done;
	pktpath_u32 unused;
	pktpath_u64 lateness[HISTOGRAM_BINS];
};

#endif

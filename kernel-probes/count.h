/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_COUNT_H
#define PKTPATH_COUNT_H

/*
 * What the counting programs know of the packets that they saw, shared by them and native/. Fixed-width types only. The
 * work for a packet is that of native/src/paths/packet_reader.h, step by step.
 */
#include "account.h"

/* in the order of Protocol in packet_reader.h */
enum pktpath_protocol { COUNT_PKTPATH, COUNT_UDP, COUNT_TCP, COUNT_IPV4_OTHER, COUNT_OTHER, NR_COUNTED };

/* the wire's own constants; native/ asserts that they are those of support/payload.h */
#define COUNT_ETHER_TYPE 0x88b5
#define COUNT_MAGIC 0x6b70

/* begins a test packet's payload, in the byte order of this machine, which is at both ends */
struct pktpath_count_payload {
	unsigned short magic;
	pktpath_u32 sequence;
	pktpath_u32 send_ns; /* not looked at: no reader has the packet in its hand */
} __attribute__((packed));

/* of one CPU, touched by that CPU alone */
struct pktpath_counts {
	pktpath_u64 packets;
	pktpath_u64 bytes;
	pktpath_u64 protocols[NR_COUNTED];
	pktpath_u64 missing;
	pktpath_u64 duplicated;
	pktpath_u64 reordered;
	pktpath_u64 corrupt;
	pktpath_u64 untracked; /* packets of flows beyond FLOWS_MOST */
	pktpath_u32 expected;  /* the next sequence number */
} __attribute__((aligned(64)));

/* set before loading */
struct pktpath_count_config {
	pktpath_u32 pass; /* let a counted packet go on; else it is dropped */
};

#endif

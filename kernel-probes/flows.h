/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_FLOWS_H
#define PKTPATH_FLOWS_H

/*
 * Which flow a frame belongs to, and what is counted of it: one source for the programs in the kernel and for the readers
 * in user space, so that all do the same work. Fixed-width types only.
 */
#include "integers.h"

/* Flows that are told apart; packets of others are counted as untracked. */
#define FLOWS_MOST 16384

/* In network byte order, without padding. A packet without ports has none: zero. */
struct pktpath_flow_key {
	pktpath_u32 source;
	pktpath_u32 destination;
	unsigned short ports[2]; /* source, destination */
	pktpath_u32 protocol;
};

struct pktpath_flow {
	pktpath_u64 packets;
	pktpath_u64 bytes;
};

/* What has to be read of a frame: from here on its EtherType and an IPv4 header without options. */
#define FLOW_HEAD_OFFSET 12
#define FLOW_HEAD_BYTES 22

/*
 * The flow's key from a frame's head, but for the ports. Byte by byte: the head may lie anywhere.
 * @return where the ports are, from the frame's beginning; 0: it has none; -1: it is no IPv4 packet
 */
static inline __attribute__((always_inline)) int pktpath_flow_of(const unsigned char *head,
								 struct pktpath_flow_key *key)
{
	const unsigned char *ip = head + 2;
	unsigned header = (ip[0] & 0xfU) * 4;

	if (head[0] != 0x08 || head[1] != 0x00 || ip[0] >> 4 != 4 || header < 20)
		return -1;
	key->protocol = ip[9];
	__builtin_memcpy(&key->source, ip + 12, 4);
	__builtin_memcpy(&key->destination, ip + 16, 4);
	/* only a first fragment has ports, and only these protocols */
	if ((ip[6] & 0x1f) || ip[7] || (ip[9] != 6 && ip[9] != 17))
		return 0;
	return (int)(FLOW_HEAD_OFFSET + 2 + header);
}

#endif

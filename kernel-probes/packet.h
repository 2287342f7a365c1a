/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_PACKET_H
#define PKTPATH_PACKET_H

/*
 * What a program of the traffic control or a socket is given, and what it answers: from linux/bpf.h, linux/pkt_cls.h and
 * linux/if_packet.h, as far as it is used here. These layouts are the kernel's interface and do not move.
 */
#include "types.h"
#include "xdp.h"

struct __sk_buff {
	__u32 len;
	__u32 pkt_type;
	__u32 unused[17];
	__u32 data;
	__u32 data_end;
};

enum { TC_ACT_OK = 0, TC_ACT_SHOT = 2 };
enum { PACKET_OUTGOING = 4 };
enum { MAP_TYPE_PERCPU_HASH = 5, MAP_TYPE_XSKMAP = 17 };
enum { MAP_NOEXIST = 1 };

#define ETH_P_IP 0x0800
#define ETH_HLEN 14
#define IPV4_HLEN 20

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_TYPES_H
#define PKTPATH_TYPES_H

/*
 * The few kernel types that the probes read, with only the fields they read. CO-RE relocates each access to where the
 * running kernel has the field, so no generated vmlinux.h is needed.
 */
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u16 __sum16;

enum bpf_map_type {
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_DEVMAP = 14,
};

enum {
	BPF_F_MMAPABLE = 1U << 10,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_struct {
	int pid;
	unsigned int __state;
};

/* before 5.14 */
struct task_struct___old {
	long state;
};

struct net_device {
	int ifindex;
};

struct sk_buff {
	struct net_device *dev;
	unsigned int len;
	char cb[48];
};

/* what TCP keeps in skb->cb */
struct tcp_skb_cb {
	__u32 seq;
	__u32 end_seq;
};

struct sock_common {
	__u16 skc_num;
};

struct sock {
	struct sock_common __sk_common;
};

struct tcp_sock {
	__u32 rcv_nxt;
};

struct napi_struct {
	struct net_device *dev;
};

/* only pointed to */
struct list_head;
struct packet_type;
struct iov_iter;

#pragma clang attribute pop

#endif

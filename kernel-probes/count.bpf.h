/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_COUNT_BPF_H
#define PKTPATH_COUNT_BPF_H

/* The counting, the same for a program at any hook: what PacketReader::frame() does in user space. */
#include "packet.h"
#include "count.h"
#include "flows.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

const volatile struct pktpath_count_config config SEC(".rodata.config");

/* One entry a possible CPU, set by user space before loading. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pktpath_counts);
} counts SEC(".maps");

/*
 * What is counted of each flow, on each CPU alone. Not an LRU map: that one forgets what it has no room for without a
 * word, and the sums have to be what was sent.
 */
struct {
	__uint(type, MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, FLOWS_MOST);
	__type(key, struct pktpath_flow_key);
	__type(value, struct pktpath_flow);
} flows SEC(".maps");

/* Where a program finds the packet: at data .. data_end, or, when skb is set, through the kernel's help. */
struct frame {
	void *data;
	void *data_end;
	struct __sk_buff *skb;
	__u64 length;
};

static __always_inline long peek(const struct frame *f, __u32 offset, void *to, __u32 size)
{
	if (f->skb)
		return bpf_skb_load_bytes(f->skb, offset, to, size);
	if (f->data + offset + size > f->data_end)
		return -1;
	__builtin_memcpy(to, f->data + offset, size);
	return 0;
}

/* A number above the expected one leaves a gap; one below fills a gap, or came twice. */
static __always_inline void check_sequence(struct pktpath_counts *c, __u32 sequence)
{
	if (sequence == c->expected) {
		c->expected++;
	} else if ((__s32)(sequence - c->expected) > 0) {
		c->missing += sequence - c->expected;
		c->expected = sequence + 1;
	} else if (c->missing > 0) {
		c->missing--;
		c->reordered++;
	} else {
		c->duplicated++;
	}
}

static __always_inline void check_message(struct pktpath_counts *c, const struct frame *f)
{
	struct pktpath_count_payload payload;

	if (peek(f, ETH_HLEN, &payload, sizeof(payload)) || payload.magic != COUNT_MAGIC)
		c->corrupt++;
	else
		check_sequence(c, payload.sequence);
}

static __always_inline enum pktpath_protocol ipv4_protocol(const struct frame *f)
{
	__u8 protocol;

	if (f->length < ETH_HLEN + IPV4_HLEN || peek(f, ETH_HLEN + 9, &protocol, sizeof(protocol)))
		return COUNT_OTHER;
	if (protocol == 6)
		return COUNT_TCP;
	return protocol == 17 ? COUNT_UDP : COUNT_IPV4_OTHER;
}

/* Another CPU may have made the entry meanwhile. */
static __always_inline struct pktpath_flow *new_flow(const struct pktpath_flow_key *key)
{
	struct pktpath_flow none = {};

	bpf_map_update_elem(&flows, key, &none, MAP_NOEXIST);
	return bpf_map_lookup_elem(&flows, key);
}

static __always_inline void count_flow(struct pktpath_counts *c, const struct frame *f)
{
	struct pktpath_flow_key key = {};
	struct pktpath_flow *flow;
	__u8 head[FLOW_HEAD_BYTES];
	int ports;

	if (peek(f, FLOW_HEAD_OFFSET, head, sizeof(head)))
		return;
	ports = pktpath_flow_of(head, &key);
	if (ports < 0)
		return;
	if (ports > 0)
		peek(f, ports, key.ports, sizeof(key.ports));
	flow = bpf_map_lookup_elem(&flows, &key);
	if (!flow)
		flow = new_flow(&key);
	if (!flow) {
		c->untracked++;
		return;
	}
	flow->packets++;
	flow->bytes += f->length;
}

/* @param by_flow a constant: programs that count no flows do not have the code, nor the map */
static __always_inline void count_frame(const struct frame *f, int by_flow)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct pktpath_counts *c = bpf_map_lookup_elem(&counts, &cpu);
	__u16 type;

	if (!c)
		return;
	if (peek(f, ETH_HLEN - 2, &type, sizeof(type))) {
		c->corrupt++;
	} else if (type == bpf_htons(COUNT_ETHER_TYPE)) {
		c->protocols[COUNT_PKTPATH]++;
		check_message(c, f);
	} else {
		c->protocols[type == bpf_htons(ETH_P_IP) ? ipv4_protocol(f) : COUNT_OTHER]++;
	}
	if (by_flow)
		count_flow(c, f);
	c->bytes += f->length;
	c->packets++;
}

#endif

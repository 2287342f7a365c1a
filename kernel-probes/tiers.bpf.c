// SPDX-License-Identifier: GPL-2.0-only
/*
 * One empty program for each way to attach, on functions and tracepoints of the receive path that every kernel has:
 * whether it loads and attaches says whether the tier is there. Versions and configurations say nothing.
 */
#include "types.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("?fentry/netif_receive_skb")
int try_fentry(void *ctx)
{
	return 0;
}

SEC("?fexit/netif_receive_skb")
int try_fexit(void *ctx)
{
	return 0;
}

SEC("?kprobe/netif_receive_skb")
int try_kprobe(void *ctx)
{
	return 0;
}

SEC("?kretprobe/netif_receive_skb")
int try_kretprobe(void *ctx)
{
	return 0;
}

SEC("?tp_btf/netif_receive_skb")
int try_tp_btf(void *ctx)
{
	return 0;
}

SEC("?raw_tp/netif_receive_skb")
int try_raw_tp(void *ctx)
{
	return 0;
}

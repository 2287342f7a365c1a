// SPDX-License-Identifier: GPL-2.0-only
/*
 * The paths' own programs: one that hands frames to an AF_XDP socket, and those that count in the kernel what the
 * other paths' readers count in user space: each by protocol, or by protocol and by flow.
 */
#include "count.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* The socket of queue 0; veth has no other queue in the testbed. */
struct {
	__uint(type, MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} xsks SEC(".maps");

/*
 * Every frame, whatever it is: the reader counts by protocol what no test sent. Where no socket is, the stack gets it, and
 * a frame that nobody wants is in the interface's rx_dropped.
 */
SEC("?xdp")
int xsk_redirect(struct xdp_md *ctx)
{
	return bpf_redirect_map(&xsks, ctx->rx_queue_index, XDP_PASS);
}

static __always_inline int on_xdp(struct xdp_md *ctx, int by_flow)
{
	struct frame f = {
		.data = (void *)(long)ctx->data,
		.data_end = (void *)(long)ctx->data_end,
	};

	f.length = f.data_end - f.data;
	count_frame(&f, by_flow);
	return config.pass ? XDP_PASS : XDP_DROP;
}

static __always_inline int on_tc(struct __sk_buff *skb, int by_flow)
{
	struct frame f = {
		.data = (void *)(long)skb->data,
		.data_end = (void *)(long)skb->data_end,
		.length = skb->len,
	};

	/* the headers may lie in pages */
	if (f.data + ETH_HLEN + IPV4_HLEN > f.data_end)
		f.skb = skb;
	count_frame(&f, by_flow);
	return config.pass ? TC_ACT_OK : TC_ACT_SHOT;
}

/* As an AF_PACKET socket's filter: it wants no packet, so that none is queued. */
static __always_inline int on_socket(struct __sk_buff *skb, int by_flow)
{
	struct frame f = {
		.skb = skb,
		.length = skb->len,
	};

	/* what the interface sends passes its taps too */
	if (skb->pkt_type != PACKET_OUTGOING)
		count_frame(&f, by_flow);
	return 0;
}

SEC("?xdp")
int xdp_count(struct xdp_md *ctx)
{
	return on_xdp(ctx, 0);
}

SEC("?xdp")
int xdp_flows(struct xdp_md *ctx)
{
	return on_xdp(ctx, 1);
}

SEC("?tc")
int tc_count(struct __sk_buff *skb)
{
	return on_tc(skb, 0);
}

SEC("?tc")
int tc_flows(struct __sk_buff *skb)
{
	return on_tc(skb, 1);
}

SEC("?socket")
int socket_filter_count(struct __sk_buff *skb)
{
	return on_socket(skb, 0);
}

SEC("?socket")
int socket_filter_flows(struct __sk_buff *skb)
{
	return on_socket(skb, 1);
}

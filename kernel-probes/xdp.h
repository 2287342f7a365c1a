/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_XDP_H
#define PKTPATH_XDP_H

/* What an XDP program is given and may answer: linux/bpf.h, which does not go together with types.h. */
enum xdp_action {
	XDP_ABORTED = 0,
	XDP_DROP,
	XDP_PASS,
	XDP_TX,
	XDP_REDIRECT,
};

struct xdp_md {
	__u32 data;
	__u32 data_end;
	__u32 data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
	__u32 egress_ifindex;
};

#endif

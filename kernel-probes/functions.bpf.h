/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_FUNCTIONS_BPF_H
#define PKTPATH_FUNCTIONS_BPF_H

/*
 * Boundaries on kernel functions: one program a side, NAME_enter and NAME_exit by fentry and fexit, and the same with
 * _kprobe behind by kprobe and kretprobe. A function that depends on the driver is named by the loader. A side that ends a
 * stage names the stage that it returns to; where the stage is not the one that the other side began, whoever began it
 * was not the receiver's, and the side passes.
 */
#define UNWRAP(...) __VA_ARGS__

#define ENTER(name, function, begins, arguments, statement)   \
	SEC("?fentry" function)                               \
	int BPF_PROG(name##_enter, UNWRAP arguments)          \
	{                                                     \
		HIT(WAY_FENTRY, begins, statement);           \
		return 0;                                     \
	}                                                     \
	SEC("?kprobe" function)                               \
	int BPF_KPROBE(name##_enter_kprobe, UNWRAP arguments) \
	{                                                     \
		HIT(WAY_KPROBE, begins, statement);           \
		return 0;                                     \
	}

#define EXIT(name, function, statement)               \
	SEC("?fexit" function)                        \
	int BPF_PROG(name##_exit)                     \
	{                                             \
		HIT(WAY_FEXIT, begin, statement);     \
		return 0;                             \
	}                                             \
	SEC("?kretprobe" function)                    \
	int BPF_KRETPROBE(name##_exit_kprobe)         \
	{                                             \
		HIT(WAY_KRETPROBE, begin, statement); \
		return 0;                             \
	}

/* A kprobe's arguments have no types that the verifier could follow, so all read them alike. */
static __always_inline int is_receiver(const struct net_device *device)
{
	return (__u32)BPF_CORE_READ(device, ifindex) == config.receiver_ifindex;
}

static __always_inline void begin_where(const struct hit *h, int condition, __u32 stage, enum pktpath_boundary boundary,
					__u64 bytes)
{
	if (!condition) {
		pass(h);
		return;
	}
	edge(h, stage);
	count_boundary(h->account, boundary, 1, bytes);
}

/* ---- the driver; its functions are the loader's to name ---- */

/* a handler whose dev_id is the interface, and one that only its line tells apart */
ENTER(device_irq, "", begin, (int irq, struct net_device *device),
      begin_where(&h, is_receiver(device), STAGE_DRIVER_IRQ, BOUNDARY_DRIVER_IRQ, 0))
EXIT(device_irq, "", end_stage(&h, STAGE_DRIVER_IRQ, STAGE_HARD_IRQ))
ENTER(line_irq, "", begin, (int irq),
      begin_where(&h, (__u32)irq == config.receiver_irq, STAGE_DRIVER_IRQ, BOUNDARY_LINE_IRQ, 0))
EXIT(line_irq, "", end_stage(&h, STAGE_DRIVER_IRQ, STAGE_HARD_IRQ))

/*
 * A poll of another interface is not the receiver's, nor is what NET_RX does after it until it comes to the receiver's; nor
 * what it did to come to it, where it was the first of the round.
 */
static __always_inline void other_poll_begins(const struct hit *h)
{
	if (running_stage(h) == config.poll_stage && top_layer(h->account)->way == WAY_TRACEPOINT)
		was(h, STAGE_OTHER_RX);
	edge(h, STAGE_OTHER_RX);
}

static __always_inline void driver_poll_begins(const struct hit *h, int mine)
{
	if (mine)
		edge(h, STAGE_DRIVER_RX);
	else
		other_poll_begins(h);
}

ENTER(driver_poll, "", begin_checked, (struct napi_struct * napi),
      driver_poll_begins(&h, is_receiver(BPF_CORE_READ(napi, dev))))

/* the sender's card on the same CPU, where it has a driver of its own */
ENTER(sender_poll, "", begin_checked, (struct napi_struct * napi), other_poll_begins(&h))

static __always_inline void driver_poll_ends(const struct hit *h, int work)
{
	if (running_stage(h) == STAGE_OTHER_RX) {
		pass(h);
		return;
	}
	/* a busy poll is made by the receiver's own call */
	edge(h, receiver_runs(h) ? STAGE_SYSCALL_ENTRY : config.poll_stage);
	count_boundary(h->account, BOUNDARY_DRIVER_POLL, work > 0 ? work : 0, 0);
}

SEC("?fexit")
int BPF_PROG(driver_poll_exit, struct napi_struct *napi, int budget, int work)
{
	HIT(WAY_FEXIT, begin, driver_poll_ends(&h, work));
	return 0;
}

SEC("?kretprobe")
int BPF_KRETPROBE(driver_poll_exit_kprobe, int work)
{
	HIT(WAY_KRETPROBE, begin, driver_poll_ends(&h, work));
	return 0;
}

/* ---- taps ---- */

#define TAP(function, boundary)                                                                          \
	ENTER(function, "/" #function, begin, (struct sk_buff * skb, struct net_device * device),        \
	      begin_where(&h, is_receiver(device), STAGE_PACKET_TAP, boundary, BPF_CORE_READ(skb, len))) \
	EXIT(function, "/" #function, end_stage(&h, STAGE_PACKET_TAP, STAGE_NET_RX))

TAP(packet_rcv, BOUNDARY_PACKET_RCV)
TAP(tpacket_rcv, BOUNDARY_TPACKET_RCV)
TAP(packet_rcv_spkt, BOUNDARY_SPKT_RCV)

/* tpacket_rcv's copy into the ring; the function has other callers */
ENTER(ring_copy, "/skb_copy_bits", begin, (struct sk_buff * skb, int offset, void *to, int len),
      begin_where(&h, running_stage(&h) == STAGE_PACKET_TAP, STAGE_COPY, BOUNDARY_RING_COPY, len))

static __always_inline void ring_copy_ends(const struct hit *h)
{
	if (receiver_runs(h))
		pass(h);
	else
		end_stage(h, STAGE_COPY, STAGE_PACKET_TAP);
}

EXIT(ring_copy, "/skb_copy_bits", ring_copy_ends(&h))

/* ---- protocols ---- */

ENTER(ip_rcv, "/ip_rcv", begin, (struct sk_buff * skb, struct net_device *device),
      begin_where(&h, is_receiver(device), STAGE_IP, BOUNDARY_IP_RCV, 0))
ENTER(ip_list_rcv, "/ip_list_rcv", begin,
      (struct list_head * list, struct packet_type *type, struct net_device *device),
      begin_where(&h, is_receiver(device), STAGE_IP, BOUNDARY_IP_RCV, 0))
ENTER(tcp_v4_rcv, "/tcp_v4_rcv", begin, (struct sk_buff * skb),
      begin_where(&h, is_receiver(BPF_CORE_READ(skb, dev)), STAGE_IP_TCP, BOUNDARY_TCP_RCV, 0))
EXIT(tcp_v4_rcv, "/tcp_v4_rcv", end_stage(&h, STAGE_IP_TCP, STAGE_NET_RX))

ENTER(sock_def_readable, "/sock_def_readable", begin, (struct sock * sk),
      begin_where(&h, receives(&h), STAGE_WAKE_UP, BOUNDARY_READABLE, 0))

/* the receiver's own wake-up, when it has been switched in, ends at its copy */
static __always_inline void readable_ends(const struct hit *h)
{
	if (receiver_runs(h))
		pass(h);
	else
		end_stage(h, STAGE_WAKE_UP, config.woken_stage);
}

EXIT(sock_def_readable, "/sock_def_readable", readable_ends(&h))

/* the receiver's acknowledgements */
ENTER(dev_queue_xmit, "/__dev_queue_xmit", begin, (struct sk_buff * skb),
      transmit_begins(&h, is_receiver(BPF_CORE_READ(skb, dev)), BPF_CORE_READ(skb, len), BOUNDARY_QUEUE_XMIT))
EXIT(dev_queue_xmit, "/__dev_queue_xmit", transmit_ends(&h))

/* ---- the receive call ---- */

#define RECVMSG(function)                                                             \
	ENTER(function, "/" #function, begin_checked, (struct sock * sk),             \
	      begin_where(&h, receiver_runs(&h), STAGE_RECVMSG, BOUNDARY_RECVMSG, 0)) \
	EXIT(function, "/" #function,                                                 \
	     begin_where(&h, receiver_runs(&h), STAGE_SYSCALL_RETURN, BOUNDARY_RECVMSG_EXIT, 0))

RECVMSG(tcp_recvmsg)
RECVMSG(packet_recvmsg)
RECVMSG(udp_recvmsg)

ENTER(copy, "/skb_copy_datagram_iter", begin_checked, (struct sk_buff * skb, int offset, struct iov_iter *to, int len),
      copy_begins(&h, len, BOUNDARY_COPY_ENTER))
EXIT(copy, "/skb_copy_datagram_iter", copy_ends(&h, BOUNDARY_COPY_EXIT))

#endif

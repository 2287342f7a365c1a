// SPDX-License-Identifier: GPL-2.0-only
/*
 * One program a tracepoint, each a boundary of the stage plan; those on functions are in functions.bpf.h. Compiled twice,
 * as tp_btf (typed arguments, direct loads) and as raw_tp (for kernels that refuse the tracing program type).
 */
#include "types.h"
#include "registers.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "account.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#if PKTPATH_RAW_TP
#define TRACEPOINT(name) SEC("?raw_tp/" #name)
#define FIELD(pointer, ...) BPF_CORE_READ(pointer, __VA_ARGS__)
static __always_inline __u32 skb_ifindex(const struct sk_buff *skb)
{
	return BPF_CORE_READ(skb, dev, ifindex);
}
static __always_inline __u32 napi_ifindex(const struct napi_struct *napi)
{
	return BPF_CORE_READ(napi, dev, ifindex);
}
static __always_inline __u32 local_port(const struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_num);
}
#else
#define TRACEPOINT(name) SEC("?tp_btf/" #name)
#define FIELD(pointer, field) ((pointer)->field)
static __always_inline __u32 skb_ifindex(const struct sk_buff *skb)
{
	return skb->dev->ifindex;
}
static __always_inline __u32 napi_ifindex(const struct napi_struct *napi)
{
	return napi->dev->ifindex;
}
static __always_inline __u32 local_port(const struct sock *sk)
{
	return sk->__sk_common.skc_num;
}
#endif

#define NET_RX_SOFTIRQ 3 /* the same in every kernel with softirq tracepoints */

/* What a program does with the account: STATEMENT, between the two clock reads of exact mode. */
#define HIT(way, begins, statement)    \
	do {                           \
		struct hit h;          \
                                       \
		if (begins(&h, way)) { \
			statement;     \
			end(&h);       \
		}                      \
	} while (0)

static __always_inline int receiver_runs(const struct hit *h)
{
	return h->account->top == LAYER_TASK && h->account->owner == OWNER_RECEIVER;
}

static __always_inline __u32 running_stage(const struct hit *h)
{
	return stage_of(top_layer(h->account));
}

/* In a stage of the receive path below the socket. */
static __always_inline int receives(const struct hit *h)
{
	const __u64 stages = 1ULL << STAGE_DRIVER_RX | 1ULL << STAGE_GRO | 1ULL << STAGE_NET_RX | 1ULL << STAGE_IP_TCP |
			     1ULL << STAGE_NET_RX_ACTION | 1ULL << STAGE_PACKET_TAP | 1ULL << STAGE_IP;

	return stages >> running_stage(h) & 1;
}

/* ---- contexts ---- */

static __always_inline int task_sleeps(struct task_struct *task)
{
	if (bpf_core_field_exists(task->__state))
		return FIELD(task, __state) != 0;
	return BPF_CORE_READ((struct task_struct___old *)task, state) != 0;
}

TRACEPOINT(sched_switch)
int BPF_PROG(sched_switch, _Bool preempt, struct task_struct *prev, struct task_struct *next)
{
	HIT(WAY_TRACEPOINT, begin_checked, switch_task(&h, FIELD(next, pid), !preempt && task_sleeps(prev)));
	return 0;
}

static __always_inline void begin_softirq(struct hit *h, unsigned int vector)
{
	unwind(h, LAYER_TASK); /* softirqs do not nest */
	enter_layer(h, LAYER_SOFTIRQ, vector == NET_RX_SOFTIRQ ? config.poll_stage : STAGE_SOFTIRQ_OTHER);
}

TRACEPOINT(softirq_entry)
int BPF_PROG(softirq_entry, unsigned int vector)
{
	HIT(WAY_TRACEPOINT, begin_checked, begin_softirq(&h, vector));
	return 0;
}

static __always_inline void end_softirq(struct hit *h)
{
	unwind(h, LAYER_SOFTIRQ);
	leave_layer(h, LAYER_SOFTIRQ);
}

TRACEPOINT(softirq_exit)
int BPF_PROG(softirq_exit)
{
	HIT(WAY_TRACEPOINT, begin, end_softirq(&h));
	return 0;
}

/* Which interrupt it is says nothing where the receiver's has no line of its own. */
TRACEPOINT(irq_handler_entry)
int BPF_PROG(irq_handler_entry, int irq)
{
	HIT(WAY_TRACEPOINT, begin_checked,
	    enter_layer(&h, LAYER_HARDIRQ,
			config.receiver_irq && (__u32)irq != config.receiver_irq ? STAGE_OTHER_IRQ : STAGE_HARD_IRQ));
	return 0;
}

#define HARDIRQ_BEGIN(name)                                                                                  \
	TRACEPOINT(name)                                                                                     \
	int BPF_PROG(name)                                                                                   \
	{                                                                                                    \
		HIT(WAY_TRACEPOINT, begin_checked,                                                           \
		    enter_layer(&h, LAYER_HARDIRQ, config.receiver_irq ? STAGE_OTHER_IRQ : STAGE_HARD_IRQ)); \
		return 0;                                                                                    \
	}

#define HARDIRQ_END(name)                                                   \
	TRACEPOINT(name)                                                    \
	int BPF_PROG(name)                                                  \
	{                                                                   \
		HIT(WAY_TRACEPOINT, begin, leave_layer(&h, LAYER_HARDIRQ)); \
		return 0;                                                   \
	}

HARDIRQ_END(irq_handler_exit)
HARDIRQ_BEGIN(local_timer_entry)
HARDIRQ_END(local_timer_exit)
HARDIRQ_BEGIN(reschedule_entry)
HARDIRQ_END(reschedule_exit)
HARDIRQ_BEGIN(call_function_entry)
HARDIRQ_END(call_function_exit)
HARDIRQ_BEGIN(call_function_single_entry)
HARDIRQ_END(call_function_single_exit)
HARDIRQ_BEGIN(irq_work_entry)
HARDIRQ_END(irq_work_exit)

/* ---- from the driver to the socket ---- */

static __always_inline void poll_ended(const struct hit *h, struct napi_struct *napi, int work)
{
	edge(h, config.poll_stage);
	if (napi_ifindex(napi) == config.receiver_ifindex)
		count_boundary(h->account, BOUNDARY_NAPI_POLL, work > 0 ? work : 0, 0);
}

TRACEPOINT(napi_poll)
int BPF_PROG(napi_poll, struct napi_struct *napi, int work)
{
	HIT(WAY_TRACEPOINT, begin, poll_ended(&h, napi, work));
	return 0;
}

static __always_inline void packet_boundary(const struct hit *h, struct sk_buff *skb, __u32 stage,
					    enum pktpath_boundary boundary)
{
	if (skb_ifindex(skb) != config.receiver_ifindex) {
		edge(h, STAGE_OTHER_RX);
		return;
	}
	edge(h, stage);
	count_boundary(h->account, boundary, 1, FIELD(skb, len));
}

TRACEPOINT(napi_gro_receive_entry)
int BPF_PROG(napi_gro_receive_entry, struct sk_buff *skb)
{
	HIT(WAY_TRACEPOINT, begin_checked, packet_boundary(&h, skb, STAGE_GRO, BOUNDARY_GRO_ENTRY));
	return 0;
}

/* back in the driver's poll, whoever's it is */
static __always_inline void gro_ended(const struct hit *h)
{
	edge(h, running_stage(h) == STAGE_OTHER_RX ? STAGE_OTHER_RX : STAGE_DRIVER_RX);
}

TRACEPOINT(napi_gro_receive_exit)
int BPF_PROG(napi_gro_receive_exit)
{
	HIT(WAY_TRACEPOINT, begin, gro_ended(&h));
	return 0;
}

TRACEPOINT(netif_receive_skb)
int BPF_PROG(netif_receive_skb, struct sk_buff *skb)
{
	HIT(WAY_TRACEPOINT, begin, packet_boundary(&h, skb, STAGE_NET_RX, BOUNDARY_NETIF_RECEIVE));
	return 0;
}

static __always_inline void end_stage(const struct hit *h, __u32 stage, __u32 next)
{
	if (running_stage(h) == stage)
		edge(h, next);
	else
		pass(h);
}

/* back in the driver's poll, which goes on with its ring */
TRACEPOINT(netif_receive_skb_exit)
int BPF_PROG(netif_receive_skb_exit)
{
	HIT(WAY_TRACEPOINT, begin, end_stage(&h, STAGE_NET_RX, STAGE_DRIVER_RX));
	return 0;
}

/*
 * Payload that is new to the receiver, by the sequence numbers that tcp_v4_fill_cb() has put into the control block
 * (SYN and FIN aside). A probe for a lost tail brings bytes that are there already, and they reach no program.
 */
static __always_inline __u32 tcp_new_payload(struct sock *sk, struct sk_buff *skb)
{
	__u32 next = BPF_CORE_READ((struct tcp_sock *)sk, rcv_nxt);
	struct tcp_skb_cb cb = {};
	__u32 from;

	bpf_probe_read_kernel(&cb, sizeof(cb), (void *)skb + bpf_core_field_offset(skb->cb));
	from = (__s32)(cb.seq - next) < 0 ? next : cb.seq;
	return (__s32)(cb.end_seq - from) > 0 ? cb.end_seq - from : 0;
}

static __always_inline void segment_boundary(const struct hit *h, struct sock *sk, struct sk_buff *skb)
{
	if (local_port(sk) != config.receiver_port) {
		pass(h);
		return;
	}
	edge(h, STAGE_IP_TCP);
	count_boundary(h->account, BOUNDARY_TCP_PROBE, 1, tcp_new_payload(sk, skb));
}

TRACEPOINT(tcp_probe)
int BPF_PROG(tcp_probe, struct sock *sk, struct sk_buff *skb)
{
	HIT(WAY_TRACEPOINT, begin, segment_boundary(&h, sk, skb));
	return 0;
}

static __always_inline void waking(const struct hit *h, struct task_struct *task)
{
	if ((__u32)FIELD(task, pid) == config.receiver_tid && receives(h)) {
		edge(h, STAGE_WAKE_UP);
		count_boundary(h->account, BOUNDARY_WAKING, 1, 0);
	} else {
		pass(h);
	}
}

TRACEPOINT(sched_waking)
int BPF_PROG(sched_waking, struct task_struct *task)
{
	HIT(WAY_TRACEPOINT, begin, waking(&h, task));
	return 0;
}

/* ---- acknowledgements ---- */

static __always_inline void transmit_begins(const struct hit *h, int mine, __u32 len, enum pktpath_boundary boundary)
{
	struct pktpath_layer_account *l;

	if (!mine) {
		pass(h);
		return;
	}
	l = top_layer(h->account);
	l->resume = edge(h, STAGE_TRANSMIT); /* the marks may have moved it on from what it was before */
	count_boundary(h->account, boundary, 1, len);
}

TRACEPOINT(net_dev_queue)
int BPF_PROG(net_dev_queue, struct sk_buff *skb)
{
	HIT(WAY_TRACEPOINT, begin,
	    transmit_begins(&h, skb_ifindex(skb) == config.receiver_ifindex, FIELD(skb, len), BOUNDARY_TRANSMIT));
	return 0;
}

static __always_inline void transmit_ends(const struct hit *h)
{
	if (running_stage(h) == STAGE_TRANSMIT)
		edge(h, top_layer(h->account)->resume);
	else
		pass(h);
}

TRACEPOINT(net_dev_xmit)
int BPF_PROG(net_dev_xmit)
{
	HIT(WAY_TRACEPOINT, begin, transmit_ends(&h));
	return 0;
}

/* ---- the receive call ---- */

static __always_inline void copy_begins(const struct hit *h, int len, enum pktpath_boundary boundary)
{
	if (!receiver_runs(h)) {
		pass(h);
		return;
	}
	edge(h, STAGE_COPY);
	count_boundary(h->account, boundary, 1, len);
}

TRACEPOINT(skb_copy_datagram_iovec)
int BPF_PROG(skb_copy_datagram_iovec, struct sk_buff *skb, int len)
{
	HIT(WAY_TRACEPOINT, begin_checked, copy_begins(&h, len, BOUNDARY_COPY));
	return 0;
}

static __always_inline void copy_ends(const struct hit *h, enum pktpath_boundary boundary)
{
	if (!receiver_runs(h) || running_stage(h) != STAGE_COPY) {
		pass(h);
		return;
	}
	edge(h, config.copied_stage);
	count_boundary(h->account, boundary, 1, 0);
}

TRACEPOINT(consume_skb)
int BPF_PROG(consume_skb)
{
	HIT(WAY_TRACEPOINT, begin, copy_ends(&h, BOUNDARY_CONSUME));
	return 0;
}

TRACEPOINT(tcp_rcv_space_adjust)
int BPF_PROG(tcp_rcv_space_adjust)
{
	HIT(WAY_TRACEPOINT, begin, copy_ends(&h, BOUNDARY_SPACE_ADJUST));
	return 0;
}

static __always_inline void call_begins(const struct hit *h)
{
	if (!receiver_runs(h)) {
		pass(h);
		return;
	}
	edge(h, STAGE_SYSCALL_ENTRY);
	count_boundary(h->account, BOUNDARY_SYSCALL, 1, 0);
}

TRACEPOINT(sys_enter)
int BPF_PROG(sys_enter)
{
	HIT(WAY_TRACEPOINT, begin_checked, call_begins(&h));
	return 0;
}

static __always_inline void call_ends(const struct hit *h)
{
	if (receiver_runs(h))
		edge(h, STAGE_USER);
	else
		pass(h);
}

TRACEPOINT(sys_exit)
int BPF_PROG(sys_exit)
{
	HIT(WAY_TRACEPOINT, begin_checked, call_ends(&h));
	return 0;
}

#include "functions.bpf.h"

#if !PKTPATH_EXACT
/*
 * A second hit of the same boundary, which changes no state: what stages cost with twice the hits says what a hit costs
 * where it is, with the caches and the branches that the traffic leaves it.
 */
#define AGAIN(name)                                                      \
	TRACEPOINT(name)                                                 \
	int BPF_PROG(name##_again)                                       \
	{                                                                \
		HIT(WAY_TRACEPOINT, begin, edge(&h, running_stage(&h))); \
		return 0;                                                \
	}

AGAIN(napi_poll)
AGAIN(napi_gro_receive_entry)
AGAIN(netif_receive_skb)
AGAIN(tcp_probe)
AGAIN(sched_waking)
AGAIN(net_dev_queue)
AGAIN(net_dev_xmit)
AGAIN(skb_copy_datagram_iovec)
AGAIN(consume_skb)
AGAIN(tcp_rcv_space_adjust)
#endif

/* ---- the window; run on each CPU by BPF_PROG_TEST_RUN ---- */

SEC("raw_tp")
int window_open(void *ctx)
{
	struct hit h;

	if (begin_checked(&h, WAY_TRACEPOINT))
		open_window(h.account);
	return 0;
}

SEC("raw_tp")
int window_close(void *ctx)
{
	struct hit h;

	if (begin(&h, WAY_TRACEPOINT))
		close_window(&h);
	return 0;
}

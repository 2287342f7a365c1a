// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoint tier: one program a tracepoint, each a boundary of the stage plan. Compiled twice, as tp_btf (typed
 * arguments, direct loads) and as raw_tp (for kernels that refuse the tracing program type).
 */
#include "types.h"
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

static __always_inline int receiver_runs(const struct pktpath_cpu_account *a)
{
	return a->top == LAYER_TASK && a->owner == OWNER_RECEIVER;
}

/* In a stage of the receive path below the socket. */
static __always_inline int receives(const struct pktpath_layer_account *l)
{
	__u32 stage = stage_of(l);

	return stage >= STAGE_DRIVER_RX && stage <= STAGE_IP_TCP;
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
	struct pktpath_cpu_account *a = checked_account();

	if (a)
		switch_task(a, FIELD(next, pid), !preempt && task_sleeps(prev));
	return 0;
}

TRACEPOINT(softirq_entry)
int BPF_PROG(softirq_entry, unsigned int vector)
{
	struct pktpath_cpu_account *a = checked_account();

	if (a) {
		unwind(a, LAYER_TASK); /* softirqs do not nest */
		enter_layer(a, LAYER_SOFTIRQ, vector == NET_RX_SOFTIRQ ? config.poll_stage : STAGE_SOFTIRQ_OTHER);
	}
	return 0;
}

TRACEPOINT(softirq_exit)
int BPF_PROG(softirq_exit)
{
	struct pktpath_cpu_account *a = this_account();

	if (a) {
		unwind(a, LAYER_SOFTIRQ);
		leave_layer(a, LAYER_SOFTIRQ);
	}
	return 0;
}

#define HARDIRQ_BEGIN(name)                                            \
	TRACEPOINT(name)                                               \
	int BPF_PROG(name)                                             \
	{                                                              \
		struct pktpath_cpu_account *a = checked_account();     \
                                                                       \
		if (a)                                                 \
			enter_layer(a, LAYER_HARDIRQ, STAGE_HARD_IRQ); \
		return 0;                                              \
	}

#define HARDIRQ_END(name)                                       \
	TRACEPOINT(name)                                        \
	int BPF_PROG(name)                                      \
	{                                                       \
		struct pktpath_cpu_account *a = this_account(); \
                                                                \
		if (a)                                          \
			leave_layer(a, LAYER_HARDIRQ);          \
		return 0;                                       \
	}

HARDIRQ_BEGIN(irq_handler_entry)
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

TRACEPOINT(napi_poll)
int BPF_PROG(napi_poll, struct napi_struct *napi, int work)
{
	struct pktpath_cpu_account *a = this_account();

	if (!a)
		return 0;
	edge(a, config.poll_stage);
	if (napi_ifindex(napi) == config.receiver_ifindex)
		count_boundary(a, BOUNDARY_NAPI_POLL, work > 0 ? work : 0, 0);
	return 0;
}

static __always_inline void packet_boundary(struct pktpath_cpu_account *a, struct sk_buff *skb, __u32 stage,
					    enum pktpath_boundary boundary)
{
	if (!a)
		return;
	if (skb_ifindex(skb) != config.receiver_ifindex) {
		edge(a, STAGE_OTHER_RX);
		return;
	}
	edge(a, stage);
	count_boundary(a, boundary, 1, FIELD(skb, len));
}

TRACEPOINT(napi_gro_receive_entry)
int BPF_PROG(napi_gro_receive_entry, struct sk_buff *skb)
{
	packet_boundary(checked_account(), skb, STAGE_GRO, BOUNDARY_GRO_ENTRY);
	return 0;
}

TRACEPOINT(napi_gro_receive_exit)
int BPF_PROG(napi_gro_receive_exit)
{
	struct pktpath_cpu_account *a = this_account();

	if (a)
		edge(a, config.poll_stage);
	return 0;
}

TRACEPOINT(netif_receive_skb)
int BPF_PROG(netif_receive_skb, struct sk_buff *skb)
{
	packet_boundary(this_account(), skb, STAGE_NET_RX, BOUNDARY_NETIF_RECEIVE);
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

TRACEPOINT(tcp_probe)
int BPF_PROG(tcp_probe, struct sock *sk, struct sk_buff *skb)
{
	struct pktpath_cpu_account *a = this_account();

	if (!a)
		return 0;
	if (local_port(sk) != config.receiver_port) {
		pass(a);
		return 0;
	}
	edge(a, STAGE_IP_TCP);
	count_boundary(a, BOUNDARY_TCP_PROBE, 1, tcp_new_payload(sk, skb));
	return 0;
}

TRACEPOINT(sched_waking)
int BPF_PROG(sched_waking, struct task_struct *task)
{
	struct pktpath_cpu_account *a = this_account();

	if (!a)
		return 0;
	if ((__u32)FIELD(task, pid) == config.receiver_tid && receives(top_layer(a))) {
		edge(a, STAGE_WAKE_UP);
		count_boundary(a, BOUNDARY_WAKING, 1, 0);
	} else {
		pass(a);
	}
	return 0;
}

/* ---- acknowledgements ---- */

TRACEPOINT(net_dev_queue)
int BPF_PROG(net_dev_queue, struct sk_buff *skb)
{
	struct pktpath_cpu_account *a = this_account();
	struct pktpath_layer_account *l;

	if (!a)
		return 0;
	if (skb_ifindex(skb) != config.receiver_ifindex) {
		pass(a);
		return 0;
	}
	l = top_layer(a);
	l->resume = edge(a, STAGE_TRANSMIT); /* the marks may have moved it on from what it was before */
	count_boundary(a, BOUNDARY_TRANSMIT, 1, FIELD(skb, len));
	return 0;
}

TRACEPOINT(net_dev_xmit)
int BPF_PROG(net_dev_xmit)
{
	struct pktpath_cpu_account *a = this_account();
	struct pktpath_layer_account *l;

	if (!a)
		return 0;
	l = top_layer(a);
	if (stage_of(l) == STAGE_TRANSMIT)
		edge(a, l->resume);
	else
		pass(a);
	return 0;
}

/* ---- the receive call ---- */

TRACEPOINT(skb_copy_datagram_iovec)
int BPF_PROG(skb_copy_datagram_iovec, struct sk_buff *skb, int len)
{
	struct pktpath_cpu_account *a = checked_account();

	if (!a)
		return 0;
	if (!receiver_runs(a)) {
		pass(a);
		return 0;
	}
	edge(a, STAGE_COPY);
	count_boundary(a, BOUNDARY_COPY, 1, len);
	return 0;
}

static __always_inline void copy_ends(enum pktpath_boundary boundary)
{
	struct pktpath_cpu_account *a = this_account();

	if (!a)
		return;
	if (!receiver_runs(a) || stage_of(top_layer(a)) != STAGE_COPY) {
		pass(a);
		return;
	}
	edge(a, STAGE_SYSCALL_RETURN);
	count_boundary(a, boundary, 1, 0);
}

TRACEPOINT(consume_skb)
int BPF_PROG(consume_skb)
{
	copy_ends(BOUNDARY_CONSUME);
	return 0;
}

TRACEPOINT(tcp_rcv_space_adjust)
int BPF_PROG(tcp_rcv_space_adjust)
{
	copy_ends(BOUNDARY_SPACE_ADJUST);
	return 0;
}

TRACEPOINT(sys_enter)
int BPF_PROG(sys_enter)
{
	struct pktpath_cpu_account *a = checked_account();

	if (!a)
		return 0;
	if (!receiver_runs(a)) {
		pass(a);
		return 0;
	}
	edge(a, STAGE_SYSCALL_ENTRY);
	count_boundary(a, BOUNDARY_SYSCALL, 1, 0);
	return 0;
}

TRACEPOINT(sys_exit)
int BPF_PROG(sys_exit)
{
	struct pktpath_cpu_account *a = checked_account();

	if (!a)
		return 0;
	if (receiver_runs(a))
		edge(a, STAGE_USER);
	else
		pass(a);
	return 0;
}

/* ---- the window; run on each CPU by BPF_PROG_TEST_RUN ---- */

SEC("raw_tp")
int window_open(void *ctx)
{
	struct pktpath_cpu_account *a = checked_account();

	if (a)
		open_window(a);
	return 0;
}

SEC("raw_tp")
int window_close(void *ctx)
{
	struct pktpath_cpu_account *a = this_account();

	if (a)
		close_window(a);
	return 0;
}

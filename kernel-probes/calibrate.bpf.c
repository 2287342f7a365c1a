// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one boundary hit costs on this kernel: null boundaries where nothing else fires them. On tracepoints there are two
 * triggers: a kfunc that fires bpf_trigger_tp in a loop (6.10 and later), and bpf_test_finish, which ends every test run
 * of a network program (since 5.0). The function ways hang on a helper that a program calls in a loop, and that the
 * kernel calls nowhere else.
 */
#include "types.h"
#include "registers.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "account.bpf.h"
#include "stamps.h"

char LICENSE[] SEC("license") = "GPL";

extern int bpf_modify_return_test_tp(int nonce) __ksym __weak;

#if PKTPATH_RAW_TP
#define TRACEPOINT(name) SEC("?raw_tp/" #name)
#else
#define TRACEPOINT(name) SEC("?tp_btf/" #name)
#endif

#define HITS_PER_RUN 1000

__u64 sink;
struct pktpath_stamps stamps SEC(".data.stamps");

SEC("?raw_tp")
int trigger_many(void *ctx)
{
	int i;

	for (i = 0; i < HITS_PER_RUN; i++)
		bpf_modify_return_test_tp(i);
	return 0;
}

SEC("?socket")
int trigger_one(void *ctx)
{
	return 0;
}

SEC("?raw_tp")
int trigger_function(void *ctx)
{
	int i;

	for (i = 0; i < HITS_PER_RUN; i++)
		bpf_get_numa_node_id();
	return 0;
}

/* One hit between two clock reads. */
SEC("?raw_tp")
int once_tracepoint(void *ctx)
{
	__u64 begin = bpf_ktime_get_ns();

	bpf_modify_return_test_tp(1);
	stamps.end = bpf_ktime_get_ns();
	stamps.begin = begin;
	return 0;
}

SEC("?raw_tp")
int once_function(void *ctx)
{
	__u64 begin = bpf_ktime_get_ns();

	bpf_get_numa_node_id();
	stamps.end = bpf_ktime_get_ns();
	stamps.begin = begin;
	return 0;
}

/* Nothing between them. */
SEC("?raw_tp")
int once_clock(void *ctx)
{
	__u64 begin = bpf_ktime_get_ns();

	stamps.end = bpf_ktime_get_ns();
	stamps.begin = begin;
	return 0;
}

/* Exact mode: when the program read the clock. Storing the second is STAMP_INSTRUCTIONS after it. */
static __always_inline void finish(const struct hit *h, __u32 slot)
{
	__u64 last;

	if (PKTPATH_EXACT)
		stamps.hit[slot].begin = h->now;
	last = end(h);
	if (PKTPATH_EXACT)
		stamps.hit[slot].end = last;
}

/* What a program does around its statement, by itself. */
SEC("?raw_tp")
int once_own(void *ctx)
{
	__u64 begun = bpf_ktime_get_ns();
	struct hit h;

	if (begin(&h, WAY_TRACEPOINT))
		finish(&h, 0);
	stamps.end = bpf_ktime_get_ns();
	stamps.begin = begun;
	return 0;
}

/* alternate between two states, as real boundaries do */
static __always_inline void hit_edge(enum pktpath_way way, __u32 slot)
{
	struct hit h;

	if (!begin(&h, way))
		return;
	edge(&h, stage_of(top_layer(h.account)) == STAGE_GRO ? STAGE_NET_RX : STAGE_GRO);
	finish(&h, slot);
}

static __always_inline void hit_pass(enum pktpath_way way, __u32 slot)
{
	struct hit h;

	if (!begin(&h, way))
		return;
	if (h.account->owner == OWNER_RECEIVER)
		edge(&h, STAGE_COPY);
	else
		pass(&h);
	finish(&h, slot);
}

/* as the second hits of stages.bpf.c */
static __always_inline void hit_again(void)
{
	struct hit h;

	if (!begin(&h, WAY_TRACEPOINT))
		return;
	edge(&h, stage_of(top_layer(h.account)));
	finish(&h, 0);
}

#define NULL_BOUNDARIES(tracepoint)          \
	TRACEPOINT(tracepoint)               \
	int tracepoint##_empty(void *ctx)    \
	{                                    \
		return 0;                    \
	}                                    \
	TRACEPOINT(tracepoint)               \
	int tracepoint##_floor(void *ctx)    \
	{                                    \
		sink = bpf_ktime_get_ns();   \
		return 0;                    \
	}                                    \
	TRACEPOINT(tracepoint)               \
	int tracepoint##_edge(void *ctx)     \
	{                                    \
		hit_edge(WAY_TRACEPOINT, 0); \
		return 0;                    \
	}                                    \
	TRACEPOINT(tracepoint)               \
	int tracepoint##_pass(void *ctx)     \
	{                                    \
		hit_pass(WAY_TRACEPOINT, 0); \
		return 0;                    \
	}                                    \
	TRACEPOINT(tracepoint)               \
	int tracepoint##_again(void *ctx)    \
	{                                    \
		hit_again();                 \
		return 0;                    \
	}

NULL_BOUNDARIES(bpf_trigger_tp)
NULL_BOUNDARIES(bpf_test_finish)

#define NULL_FUNCTION(section, way, slot)         \
	SEC("?" #section "/bpf_get_numa_node_id") \
	int section##_edge(void *ctx)             \
	{                                         \
		hit_edge(way, slot);              \
		return 0;                         \
	}                                         \
	SEC("?" #section "/bpf_get_numa_node_id") \
	int section##_pass(void *ctx)             \
	{                                         \
		hit_pass(way, slot);              \
		return 0;                         \
	}

NULL_FUNCTION(fentry, WAY_FENTRY, 0)
NULL_FUNCTION(fexit, WAY_FEXIT, 1)
NULL_FUNCTION(kprobe, WAY_KPROBE, 0)
NULL_FUNCTION(kretprobe, WAY_KRETPROBE, 1)

/* the account is open, so that everything is added up as in a trial */
SEC("raw_tp")
int window_open(void *ctx)
{
	struct hit h;

	if (begin(&h, WAY_TRACEPOINT))
		open_window(h.account);
	return 0;
}

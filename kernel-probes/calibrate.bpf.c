// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one boundary hit costs on this kernel: null boundaries on a tracepoint that nothing else fires. Two triggers:
 * a kfunc that fires bpf_trigger_tp in a loop (6.10 and later), and bpf_test_finish, which ends every test run of a
 * network program (since 5.0).
 */
#include "types.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "account.bpf.h"

char LICENSE[] SEC("license") = "GPL";

extern int bpf_modify_return_test_tp(int nonce) __ksym __weak;

#if PKTPATH_RAW_TP
#define TRACEPOINT(name) SEC("?raw_tp/" #name)
#else
#define TRACEPOINT(name) SEC("?tp_btf/" #name)
#endif

#define HITS_PER_RUN 1000

__u64 sink;

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

/* alternate between two states, as real boundaries do */
static __always_inline void hit_edge(void)
{
	struct pktpath_cpu_account *a = this_account();

	if (a)
		edge(a, stage_of(top_layer(a)) == STAGE_GRO ? STAGE_NET_RX : STAGE_GRO);
}

static __always_inline void hit_pass(void)
{
	struct pktpath_cpu_account *a = this_account();

	if (!a)
		return;
	if (a->owner == OWNER_RECEIVER)
		edge(a, STAGE_COPY);
	else
		pass(a);
}

#define NULL_BOUNDARIES(tracepoint)        \
	TRACEPOINT(tracepoint)             \
	int tracepoint##_empty(void *ctx)  \
	{                                  \
		return 0;                  \
	}                                  \
	TRACEPOINT(tracepoint)             \
	int tracepoint##_floor(void *ctx)  \
	{                                  \
		sink = bpf_ktime_get_ns(); \
		return 0;                  \
	}                                  \
	TRACEPOINT(tracepoint)             \
	int tracepoint##_edge(void *ctx)   \
	{                                  \
		hit_edge();                \
		return 0;                  \
	}                                  \
	TRACEPOINT(tracepoint)             \
	int tracepoint##_pass(void *ctx)   \
	{                                  \
		hit_pass();                \
		return 0;                  \
	}

NULL_BOUNDARIES(bpf_trigger_tp)
NULL_BOUNDARIES(bpf_test_finish)

/* the account is open, so that everything is added up as in a trial */
SEC("raw_tp")
int window_open(void *ctx)
{
	struct pktpath_cpu_account *a = this_account();

	if (a)
		open_window(a);
	return 0;
}

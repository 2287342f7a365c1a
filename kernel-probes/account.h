/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_ACCOUNT_H
#define PKTPATH_ACCOUNT_H

/*
 * Layout of the accounting, shared by the BPF programs and native/. Fixed-width types only, no pointers: the same
 * bytes on both sides of the mmap.
 */
#include "integers.h"
#include "histogram_bins.h"
#include "stages.h"

#define NR_CELLS ((pktpath_u32)NR_LAYERS * (pktpath_u32)NR_OWNERS * (pktpath_u32)NR_STAGES)
#define PKTPATH_CELL(layer, owner, stage)                                                                  \
	(((pktpath_u32)(layer) * (pktpath_u32)NR_OWNERS + (pktpath_u32)(owner)) * (pktpath_u32)NR_STAGES + \
	 (pktpath_u32)(stage))

struct pktpath_hits {
	pktpath_u64 entries; /* hits that entered the state */
	pktpath_u64 exits;   /* hits that left it */
	pktpath_u64 passes;  /* hits in it that were no boundary */
};

/* Time and boundary hits of one state of one CPU. */
struct pktpath_cell {
	pktpath_u64 ns;
	struct pktpath_hits hits[NR_WAYS];
};

/*
 * One context of one CPU. A layer above runs on borrowed time: when it ends, its whole duration is added to `nested`
 * of the layer it interrupted, and the next charge of that layer leaves it out. So an interrupt needs to know nothing
 * of what it interrupted, not even a probe half-way through its own update.
 */
struct pktpath_layer_account {
	pktpath_u64 last;        /* clock at the last charge */
	pktpath_u64 nested;      /* ns spent in layers above, ever growing */
	pktpath_u64 nested_seen; /* as much of it as has been left out already */
	pktpath_u64 begin;       /* clock at which the layer was entered */
	pktpath_u32 cell;        /* the state that time is charged to now */
	pktpath_u32 base;        /* cell of stage 0 of this layer and owner */
	pktpath_u32 busy;        /* an update is under way */
	pktpath_u32 below;       /* the layer that was interrupted */
	pktpath_u32 depth;       /* entries without exit: interrupts nest */
	pktpath_u32 resume;      /* cell to go back to after transmit */
	pktpath_u32 way;         /* of the program that entered the state */
	pktpath_u32 unused;
};

/*
 * The receiver's marks: its thread publishes when it entered its receive call and how long it was in user space. The
 * kernel's next boundary splits the interval accordingly. Written by the receiver's thread alone, `calls` last.
 */
struct pktpath_marks {
	pktpath_u64 calls;      /* receive calls begun */
	pktpath_u64 user_ns;    /* time between return and next call, without interrupts and other tasks */
	pktpath_u64 enter_ns;   /* clock when the last call began */
	pktpath_u64 enter_away; /* `away` at that moment */
};

struct pktpath_cpu_account {
	struct pktpath_marks marks __attribute__((aligned(64)));

	/* NR_LAYERS, rounded up for masking */
	struct pktpath_layer_account layer[4] __attribute__((aligned(64)));

	pktpath_u32 top;           /* the layer that runs */
	pktpath_u32 open;          /* the window: only then is anything added up */
	pktpath_u32 owner;         /* of the task layer */
	pktpath_u32 tid;           /* of the task layer's task */
	pktpath_u32 task_stage[8]; /* stage at which an owner's task goes on, by owner */
	pktpath_u64 away;          /* ns that the receiver's thread was switched out, less interrupts in that time */
	pktpath_u64 away_since;    /* clock at its last switch-out, 0 while it runs */
	pktpath_u64 away_since_nested;
	pktpath_u64 marks_seen_calls;
	pktpath_u64 marks_seen_user;
	pktpath_u64 window_begin;
	pktpath_u64 window_end;
	pktpath_u64 losses[NR_LOSSES];
	struct {
		pktpath_u64 packets;
		pktpath_u64 bytes;
	} boundary[NR_BOUNDARIES];
	struct pktpath_cell cells[NR_CELLS] __attribute__((aligned(64)));
};

/* Length of each visit of a stage of the receive path, in exact mode. */
struct pktpath_visits {
	pktpath_u64 bins[NR_STAGES * HISTOGRAM_BINS]; /* those of a stage one after the other */
};

/* What is constant for one trial; set before the programs are loaded, so that the verifier prunes what is off. */
struct pktpath_config {
	pktpath_u32 receiver_tid;
	pktpath_u32 receiver_napi_tid;
	pktpath_u32 sender_tid;
	pktpath_u32 sender_napi_tid;
	pktpath_u32 receiver_ifindex;
	pktpath_u32 receiver_port; /* TCP; 0: none */
	pktpath_u32 poll_stage;    /* in which NET_RX and a NAPI thread run between what other boundaries claim */
	pktpath_u32 marks;         /* the receiver publishes marks */
	pktpath_u32 receiver_irq;  /* the card's interrupt line; 0: none, and every interrupt is STAGE_HARD_IRQ */
	pktpath_u32 woken_stage;   /* to which sock_def_readable returns */
	pktpath_u32 copied_stage;  /* to which the copy returns: STAGE_RECVMSG or STAGE_SYSCALL_RETURN */
};

#endif

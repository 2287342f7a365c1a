/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_ACCOUNT_BPF_H
#define PKTPATH_ACCOUNT_BPF_H

/*
 * The state machine of one CPU: at any moment it is in exactly one state, and each boundary charges `now - last` to
 * the state that ends. Everything here runs on the CPU whose account it touches, so there are no locks; what can interfere
 * is only an interrupt, which runs to its end before the interrupted program goes on. Atomic is what that could add to, too.
 */

#include "account.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the loader sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct pktpath_cpu_account);
} accounts SEC(".maps");

const volatile struct pktpath_config config SEC(".rodata.config");

#define READ_ONCE(x) (*(volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile typeof(x) *)&(x) = (v))
#define barrier() asm volatile("" ::: "memory")

/* Interrupts that may disturb one clock read before it is given up; each takes microseconds, a read some 30 ns. */
#define CLOCK_TRIES 4

/*
 * One run of a program. In exact mode it reads the clock when it begins and when it ends: its charges are as of the first
 * read, and what lies between the two, less interrupts, is the state's `probe` and time of no stage. So a stage contains
 * of a hit only the way into the program up to its first read, and the way out from its last: constants that calibrate.cc
 * measures. Otherwise `now` and `nested` are not there: whoever charges reads the clock. Exact mode is compiled on its own
 * (PKTPATH_EXACT): a constant for the verifier would leave its loads and the spills around it to the other.
 */
struct hit {
	struct pktpath_cpu_account *account;
	enum pktpath_way way;
	__u64 now;    /* the clock at the first read */
	__u64 nested; /* of the layer that is on top, as of that moment */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* in exact mode the loader sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct pktpath_visits);
} visits SEC(".maps");

static __always_inline struct pktpath_layer_account *layer_at(struct pktpath_cpu_account *a, __u32 layer)
{
	return &a->layer[layer & 3];
}

static __always_inline struct pktpath_layer_account *top_layer(struct pktpath_cpu_account *a)
{
	return layer_at(a, a->top);
}

static __always_inline __u32 stage_of(const struct pktpath_layer_account *l)
{
	return l->cell - l->base;
}

static __always_inline void count_loss(struct pktpath_cpu_account *a, enum pktpath_loss loss)
{
	if (a->open)
		a->losses[loss]++;
}

static __always_inline void count_boundary(struct pktpath_cpu_account *a, enum pktpath_boundary b, __u64 packets,
					   __u64 bytes)
{
	if (a->open) {
		a->boundary[b].packets += packets;
		a->boundary[b].bytes += bytes;
	}
}

/*
 * Keeps an index where it is checked: the programs of exact mode are long enough that the compiler would check one copy and
 * use another, which the verifier does not take for the same.
 */
#if PKTPATH_EXACT
#define IN_ONE_PLACE(index) asm volatile("" : "+r"(index))
#else
#define IN_ONE_PLACE(index)
#endif

/*
 * To a cell that an interrupt may add to in the middle: in exact mode it counts on the state that it interrupts, and the
 * time of its last program is that state's.
 */
#if PKTPATH_EXACT
#define ADD(sum, n) __sync_fetch_and_add(&(sum), n)
#else
#define ADD(sum, n) ((sum) += (n))
#endif

static __always_inline void add_ns(struct pktpath_cpu_account *a, __u32 cell, __s64 ns)
{
	IN_ONE_PLACE(cell);
	if (a->open && cell < NR_CELLS)
		ADD(a->cells[cell].ns, ns);
}

static __always_inline void add_entries(const struct hit *h, __u32 cell, __u64 n)
{
	IN_ONE_PLACE(cell);
	if (h->account->open && cell < NR_CELLS)
		ADD(h->account->cells[cell].hits[h->way].entries, n);
}

static __always_inline void add_exits(const struct hit *h, __u32 cell, __u64 n)
{
	IN_ONE_PLACE(cell);
	if (h->account->open && cell < NR_CELLS)
		ADD(h->account->cells[cell].hits[h->way].exits, n);
}

/* A visit of a state ends. Tasks are of interest only where they receive; an interrupt may count in the same bin. */
static __always_inline void add_visit(const struct pktpath_cpu_account *a, __u32 cell, __s64 ns)
{
	__u32 owner = cell / NR_STAGES % NR_OWNERS, stage = cell % NR_STAGES, cpu, bin;
	struct pktpath_visits *v;

	if (!PKTPATH_EXACT || !a->open || ns < 0)
		return;
	if (cell < PKTPATH_CELL(LAYER_SOFTIRQ, 0, 0) && owner != OWNER_RECEIVER && owner != OWNER_RECEIVER_NAPI)
		return;
	cpu = bpf_get_smp_processor_id();
	v = bpf_map_lookup_elem(&visits, &cpu);
	bin = stage * HISTOGRAM_BINS + histogram_bin(ns);
	IN_ONE_PLACE(bin);
	if (v && bin < NR_STAGES * HISTOGRAM_BINS)
		__sync_fetch_and_add(&v->bins[bin], 1);
}

/*
 * The clock together with the layer's `nested` at that moment. An interrupt between the two reads would put its time
 * on the wrong side, so read again until none came (the kernel's osnoise tracer does the same, trace_osnoise.c).
 */
static __always_inline __u64 read_clock(struct pktpath_cpu_account *a, struct pktpath_layer_account *l, __u64 *nested)
{
	__u64 now = 0, before;
	int i;

	for (i = 0; i < CLOCK_TRIES; i++) {
		before = READ_ONCE(l->nested);
		now = bpf_ktime_get_ns();
		*nested = READ_ONCE(l->nested);
		if (*nested == before)
			return now;
	}
	count_loss(a, LOSS_FAILED_UPDATE);
	return now;
}

/* The clock of a charge: when the program began, where that is known. */
static __always_inline __u64 clock_of(const struct hit *h, struct pktpath_layer_account *l, __u64 *nested)
{
	if (!PKTPATH_EXACT)
		return read_clock(h->account, l, nested);
	*nested = h->nested;
	return h->now;
}

/* Time since the last charge, less what the layers above took; the layer's clock moves on. */
static __always_inline __s64 lap(struct pktpath_cpu_account *a, struct pktpath_layer_account *l, __u64 now,
				 __u64 nested)
{
	__s64 delta = (__s64)(now - l->last) - (__s64)(nested - l->nested_seen);

	l->last = now;
	l->nested_seen = nested;
	if (delta < 0) {
		count_loss(a, LOSS_NEGATIVE_DELTA);
		return 0;
	}
	return delta;
}

/*
 * Split off what the receiver's marks tell of the interval that ends now: its time in user space, and its call since.
 * What remains belongs to the state that went before: the way back from the call before. It can be below zero when
 * the receiver was preempted in user space, since that part was charged at the switch; the sum comes out right.
 */
static __always_inline __s64 take_marks(const struct hit *h, struct pktpath_layer_account *l, __u64 now, __u64 nested)
{
	struct pktpath_cpu_account *a = h->account;
	const __u32 user = PKTPATH_CELL(LAYER_TASK, OWNER_RECEIVER, STAGE_USER);
	const __u32 entry = PKTPATH_CELL(LAYER_TASK, OWNER_RECEIVER, STAGE_SYSCALL_ENTRY);
	__u64 calls = READ_ONCE(a->marks.calls) - a->marks_seen_calls;
	__s64 user_ns, entry_ns;

	if (!calls)
		return 0;
	user_ns = (__s64)(a->marks.user_ns - a->marks_seen_user);
	entry_ns = (__s64)(now - a->marks.enter_ns) - (__s64)(nested + a->away - a->marks.enter_away);
	a->marks_seen_calls += calls;
	a->marks_seen_user += user_ns;

	add_ns(a, user, user_ns);
	add_visit(a, user, user_ns);
	add_entries(h, user, calls);
	add_exits(h, user, calls);
	add_ns(a, entry, entry_ns);
	l->cell = entry;
	return user_ns + entry_ns;
}

/* Charge the state that ends now in this layer, and say which one the boundary left. */
static __always_inline __u32 charge(const struct hit *h, struct pktpath_layer_account *l, __u64 now, __u64 nested)
{
	struct pktpath_cpu_account *a = h->account;
	__s64 delta = lap(a, l, now, nested), marked = 0;
	__u32 from = l->cell;

	if (config.marks && l->base == PKTPATH_CELL(LAYER_TASK, OWNER_RECEIVER, 0)) {
		marked = take_marks(h, l, now, nested);
		delta -= marked;
	}
	add_ns(a, from, delta);
	add_visit(a, from, delta);
	return l->cell;
}

/* A boundary within the running layer: the state that ends is charged, `stage` begins. Returns the stage that ended. */
static __always_inline __u32 edge(const struct hit *h, __u32 stage)
{
	struct pktpath_cpu_account *a = h->account;
	struct pktpath_layer_account *l = top_layer(a);
	__u64 now, nested;
	__u32 from, to;

	/* an interrupt that no boundary announced, in the middle of this layer's own update: leave it alone */
	if (l->busy) {
		count_loss(a, LOSS_FAILED_UPDATE);
		return stage_of(l);
	}
	WRITE_ONCE(l->busy, 1);
	barrier();
	now = clock_of(h, l, &nested);
	from = charge(h, l, now, nested);
	to = l->base + stage;
	l->cell = to;
	IN_ONE_PLACE(from);
	IN_ONE_PLACE(to);
	if (a->open && from < NR_CELLS && to < NR_CELLS) {
		ADD(a->cells[from].hits[h->way].exits, 1);
		ADD(a->cells[to].hits[h->way].entries, 1);
	}
	l->way = h->way;
	barrier();
	WRITE_ONCE(l->busy, 0);
	return from - l->base;
}

/* The program fired where it is no boundary: its cost falls on the running state, and is counted there. */
static __always_inline void pass(const struct hit *h)
{
	struct pktpath_cpu_account *a = h->account;
	__u32 cell = top_layer(a)->cell;

	if (a->open && cell < NR_CELLS)
		ADD(a->cells[cell].hits[h->way].passes, 1);
}

/*
 * A layer begins. `top` moves before the clock is read, so that an interrupt in between is charged to this layer's
 * `nested`; as it came before `begin`, it is handed down to the layer below as well. Where the clock was read before
 * (exact mode), an interrupt between that and the move of `top` came within this layer's time, and moves up to it.
 */
static __always_inline void enter_layer(struct hit *h, __u32 layer, __u32 stage)
{
	struct pktpath_cpu_account *a = h->account;
	struct pktpath_layer_account *l = layer_at(a, layer);
	struct pktpath_layer_account *below;
	__u64 now, nested, before, early;

	if (l->depth++)
		return;
	before = READ_ONCE(l->nested);
	l->below = a->top;
	l->busy = 0;
	barrier();
	WRITE_ONCE(a->top, layer);
	barrier();
	if (PKTPATH_EXACT) {
		below = layer_at(a, l->below);
		early = below->nested - h->nested;
		below->nested -= early;
		__sync_fetch_and_add(&l->nested, early);
		add_exits(h, below->cell, 1);
		now = h->now;
		nested = before;
		h->nested = before;
	} else {
		now = read_clock(a, l, &nested);
		layer_at(a, l->below)->nested += nested - before;
	}
	l->begin = now;
	l->last = now;
	l->nested_seen = nested;
	l->base = PKTPATH_CELL(layer, a->owner, 0);
	l->cell = l->base + stage;
	l->way = h->way;
	add_entries(h, l->cell, 1);
}

/* The state that runs was another one from its begin on: it turns out only now. */
static __always_inline void was(const struct hit *h, __u32 stage)
{
	struct pktpath_cpu_account *a = h->account;
	struct pktpath_layer_account *l = top_layer(a);
	__u32 from = l->cell, to = l->base + stage, way = l->way;

	IN_ONE_PLACE(from);
	IN_ONE_PLACE(to);
	IN_ONE_PLACE(way);
	if (a->open && from < NR_CELLS && to < NR_CELLS && way < NR_WAYS) {
		ADD(a->cells[from].hits[way].entries, -1);
		ADD(a->cells[to].hits[way].entries, 1);
	}
	l->cell = to;
}

/*
 * A layer ends: its whole duration goes to `nested` of the layer below, and that layer runs again. An interrupt
 * between the clock read and the move of `top` was put on this layer; hand it down too.
 */
static __always_inline void leave_layer(struct hit *h, __u32 layer)
{
	struct pktpath_cpu_account *a = h->account;
	struct pktpath_layer_account *l = layer_at(a, layer);
	struct pktpath_layer_account *below;
	__u64 now, nested, late;

	if (!l->depth) {
		count_loss(a, LOSS_UNPAIRED_EDGE);
		return;
	}
	if (--l->depth)
		return;
	now = clock_of(h, l, &nested);
	add_exits(h, charge(h, l, now, nested), 1);
	below = layer_at(a, l->below);
	below->nested += now - l->begin;
	if (PKTPATH_EXACT) {
		add_entries(h, below->cell, 1);
		h->nested = below->nested;
	}
	barrier();
	WRITE_ONCE(a->top, l->below);
	barrier();
	late = READ_ONCE(l->nested) - nested;
	/* the layer below runs again: the next interrupt may come in the middle of this addition, with one of its own */
	if (late)
		__sync_fetch_and_add(&below->nested, late);
}

/* A softirq or a task switch proves that the layers above have ended; if their exits were lost, end them here. */
static __always_inline void unwind(struct hit *h, __u32 layer)
{
	struct pktpath_cpu_account *a = h->account;

	if (a->top == LAYER_HARDIRQ && layer < LAYER_HARDIRQ) {
		count_loss(a, LOSS_UNPAIRED_EDGE);
		layer_at(a, LAYER_HARDIRQ)->depth = 1;
		leave_layer(h, LAYER_HARDIRQ);
	}
	if (a->top == LAYER_SOFTIRQ && layer < LAYER_SOFTIRQ) {
		count_loss(a, LOSS_UNPAIRED_EDGE);
		layer_at(a, LAYER_SOFTIRQ)->depth = 1;
		leave_layer(h, LAYER_SOFTIRQ);
	}
}

static __always_inline __u32 owner_of(__u32 tid)
{
	if (!tid)
		return OWNER_IDLE;
	if (tid == config.receiver_tid)
		return OWNER_RECEIVER;
	if (tid == config.receiver_napi_tid)
		return OWNER_RECEIVER_NAPI;
	if (tid == config.sender_tid)
		return OWNER_SENDER;
	if (tid == config.sender_napi_tid)
		return OWNER_SENDER_NAPI;
	return OWNER_OTHER;
}

/* The task layer's new owner goes on in the stage that it was left in. */
static __always_inline void resume_task(struct pktpath_cpu_account *a, __u32 tid)
{
	struct pktpath_layer_account *l = layer_at(a, LAYER_TASK);
	__u32 owner = owner_of(tid);

	a->tid = tid;
	a->owner = owner;
	l->base = PKTPATH_CELL(LAYER_TASK, owner, 0);
	l->cell = l->base + a->task_stage[owner & 7];
}

/*
 * A switch that no tracepoint told of: some hosts hide their own tasks from tracing. The interval since the last
 * boundary stays with the task that was thought to run, and so do the receiver's marks of that interval. It counts as
 * a loss where it hides time of the receive path.
 */
static __always_inline void lost_switch(const struct hit *h, __u32 tid)
{
	struct pktpath_cpu_account *a = h->account;
	struct pktpath_layer_account *l = layer_at(a, LAYER_TASK);
	__u64 now, nested;

	if (l->busy)
		return;
	WRITE_ONCE(l->busy, 1);
	barrier();
	now = clock_of(h, l, &nested);
	add_exits(h, charge(h, l, now, nested), 1);
	resume_task(a, tid);
	add_entries(h, l->cell, 1);
	count_loss(a, LOSS_HIDDEN_SWITCH);
	if (a->owner == OWNER_RECEIVER || a->owner == OWNER_RECEIVER_NAPI)
		count_loss(a, LOSS_SWITCH);
	if (a->owner == OWNER_RECEIVER) {
		a->away_since = 0;
		a->marks_seen_calls = a->marks.calls;
		a->marks_seen_user = a->marks.user_ns;
	}
	barrier();
	WRITE_ONCE(l->busy, 0);
}

/* A program begins. @return 0 when there is nothing to account on */
static __always_inline int begin(struct hit *h, enum pktpath_way way)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct pktpath_cpu_account *a = bpf_map_lookup_elem(&accounts, &cpu);

	if (!a)
		return 0;
	h->account = a;
	h->way = way;
	if (PKTPATH_EXACT)
		h->now = read_clock(a, top_layer(a), &h->nested);
	return 1;
}

/*
 * The same, with a look at who runs: for boundaries that a task can come to straight from a switch. Within a poll (no
 * switch with softirqs disabled) and after another boundary of the same call the look would be wasted; it costs as
 * much as a tenth of a hit.
 */
static __always_inline int begin_checked(struct hit *h, enum pktpath_way way)
{
	struct pktpath_cpu_account *a;
	__u32 tid;

	if (!begin(h, way))
		return 0;
	a = h->account;
	if (a->top == LAYER_TASK) {
		tid = (__u32)bpf_get_current_pid_tgid();
		if (tid != a->tid)
			lost_switch(h, tid);
	}
	return 1;
}

/*
 * A program ends: what it took since its first read is the running layer's borrowed time, as an interrupt's would be. The
 * layer on top may be another than at the beginning; `h->nested` is that layer's, as of the first read.
 */
static __always_inline __u64 end(const struct hit *h)
{
	struct pktpath_cpu_account *a = h->account;
	struct pktpath_layer_account *l;
	__u64 now, nested, own;

	if (!PKTPATH_EXACT)
		return 0;
	l = top_layer(a);
	now = read_clock(a, l, &nested);
	own = (now - h->now) - (nested - h->nested);
	__sync_fetch_and_add(&l->nested, own);
	add_ns(a, l->base + STAGE_PROBE, own);
	return now;
}

static __always_inline void switch_task(struct hit *h, __u32 next_tid, int sleeps)
{
	struct pktpath_cpu_account *a = h->account;
	struct pktpath_layer_account *l = layer_at(a, LAYER_TASK);
	__u32 prev = a->owner, next = owner_of(next_tid), stage;
	__u64 now, nested;

	unwind(h, LAYER_TASK);
	now = clock_of(h, l, &nested);
	add_exits(h, charge(h, l, now, nested), 1);

	/* who slept comes back through the scheduler, whoever was preempted goes on where it was */
	stage = stage_of(l);
	if (sleeps && prev == OWNER_RECEIVER)
		stage = STAGE_WAKE_UP;
	if (sleeps && prev == OWNER_RECEIVER_NAPI)
		stage = config.poll_stage;
	a->task_stage[prev & 7] = stage;

	if (prev == OWNER_RECEIVER && next != OWNER_RECEIVER) {
		a->away_since = now;
		a->away_since_nested = nested;
	}
	if (next == OWNER_RECEIVER && a->away_since) {
		a->away += (now - a->away_since) - (nested - a->away_since_nested);
		a->away_since = 0;
	}
	resume_task(a, next_tid);
	add_entries(h, l->cell, 1);
}

/* Open the window on this CPU: every layer starts from now. The caller has zeroed what is added up. */
static __always_inline void open_window(struct pktpath_cpu_account *a)
{
	struct pktpath_layer_account *l;
	__u64 now = bpf_ktime_get_ns();
	int i;

	for (i = 0; i < NR_LAYERS; i++) {
		l = &a->layer[i];
		l->last = now;
		l->begin = now;
		l->nested_seen = l->nested;
	}
	a->away_since = a->owner == OWNER_RECEIVER ? 0 : now;
	a->away_since_nested = a->layer[LAYER_TASK].nested;
	a->marks_seen_calls = a->marks.calls;
	a->marks_seen_user = a->marks.user_ns;
	a->window_begin = now;
	a->open = 1;
}

/* Close it: charge what runs, and each layer below up to the moment when it was interrupted. */
static __always_inline void close_window(const struct hit *h)
{
	struct pktpath_cpu_account *a = h->account;
	__u64 now = bpf_ktime_get_ns(), above = 0;
	struct pktpath_layer_account *l;
	__u32 layer = a->top;
	int i;

	if (!a->open)
		return;
	for (i = 0; i < NR_LAYERS; i++) {
		l = layer_at(a, layer);
		charge(h, l, now, l->nested + above);
		if (layer == LAYER_TASK)
			break;
		above = now - l->begin;
		layer = l->below;
	}
	a->window_end = now;
	a->open = 0;
}

#endif

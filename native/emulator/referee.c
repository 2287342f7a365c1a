// SPDX-License-Identifier: GPL-2.0-only
#include "referee.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 32, MAX_TASKS = 1024, MAX_GROUPS = 16, NO_GROUP = -1, SHARED_KEY = 1 };

struct tally {
	uint64_t n[NR_METRICS];
	uint64_t entries;
};

/*
 * One call of an interrupt handler or a poll function, or one round of NET_RX. Whose it is shows only while it runs, so
 * what it takes is kept here until it ends.
 */
struct instance {
	uint64_t key; /* page of the device's data; 0: not known yet */
	bool woke;    /* the reader was told in it */
	struct tally stages[MAX_STAGES];
	uint64_t calls[MAX_SCOPES];
};

struct frame {
	struct scope *scope;
	unsigned stage;
	struct instance *instance; /* what this frame's instructions are kept in, NULL: none */
	bool owns;                 /* the instance began with this frame */
	bool hidden;               /* within something that is not of the receive path */
};

struct task {
	uint64_t id;
	struct frame frames[MAX_DEPTH];
	unsigned depth;
	unsigned exceptions; /* entries without iret */
	bool in_kernel;      /* in a system call */
	unsigned stage;      /* outside any function that is known */
	bool woken;          /* on its way back from sleep, until the next boundary */
};

/* What the calls that look at the same device took in the window. */
struct group {
	uint64_t key;
	uint64_t wakes;
	uint64_t followed[MAX_GROUPS]; /* of an interrupt: polls of each group that came next */
	struct tally stages[MAX_STAGES];
	uint64_t calls[MAX_SCOPES];
};

struct referee {
	uint64_t counters[NR_METRICS];
	uint64_t charged[NR_METRICS];
	char stage_names[MAX_STAGES][MAX_NAME];
	unsigned stages;
	unsigned user, syscall_entry, syscall_return, wake_up;
	struct scope scopes[MAX_SCOPES];
	unsigned nr_scopes;

	struct task tasks[MAX_TASKS];
	unsigned nr_tasks;
	struct task *current;
	uint64_t reader; /* task id; 0: none */

	bool open;
	uint64_t opened[NR_METRICS];
	uint64_t window;
	struct tally reading[MAX_STAGES]; /* the reader's own */
	uint64_t reading_calls[MAX_SCOPES];
	struct group polls[MAX_GROUPS], irqs[MAX_GROUPS];
	unsigned nr_polls, nr_irqs;
	int last_irq;
	uint64_t unpaired;
	uint64_t overflows;
	struct tally nowhere;
	bool switching; /* the scheduler has done with one task, and the next does not run yet */
	struct tally pending;
	struct tally *running;

	/* the driver's function whose device is being found out */
	struct instance *wanted;
	uint64_t stack; /* the first address that it stored to */
	uint64_t own_data;
};

/* ---- set-up ---- */

struct referee *referee_new(void)
{
	struct referee *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->user = (unsigned)referee_stage(r, "user");
	r->syscall_entry = (unsigned)referee_stage(r, "syscall-entry");
	r->syscall_return = (unsigned)referee_stage(r, "syscall-return");
	r->wake_up = (unsigned)referee_stage(r, "wake-up");
	r->last_irq = NO_GROUP;
	r->running = &r->nowhere;
	referee_switch(r, 0);
	return r;
}

void referee_free(struct referee *r)
{
	free(r);
}

int referee_stage(struct referee *r, const char *name)
{
	for (unsigned i = 0; i < r->stages; i++)
		if (strcmp(r->stage_names[i], name) == 0)
			return (int)i;
	if (r->stages == MAX_STAGES || strlen(name) >= MAX_NAME)
		return -1;
	strcpy(r->stage_names[r->stages], name);
	return (int)r->stages++;
}

struct scope *referee_scope(struct referee *r, enum scope_kind kind, const char *stage, const char *name,
			    const char *then, const char *within)
{
	int index = referee_stage(r, stage);
	int then_index = then ? referee_stage(r, then) : -1;
	int within_index = within ? referee_stage(r, within) : -1;
	struct scope *scope;

	if (index < 0 || r->nr_scopes == MAX_SCOPES || strlen(name) >= MAX_NAME || (then && then_index < 0) ||
	    (within && within_index < 0))
		return NULL;
	scope = &r->scopes[r->nr_scopes++];
	scope->kind = kind;
	scope->stage = (unsigned)index;
	scope->then = then_index;
	scope->within = within_index;
	strcpy(scope->name, name);
	return scope;
}

uint64_t *referee_counter(struct referee *r, enum metric metric)
{
	return &r->counters[metric];
}

bool referee_is_open(const struct referee *r)
{
	return r->open;
}

/* ---- charging ---- */

/* What was counted since the last boundary belongs to whatever ran. */
static void charge(struct referee *r)
{
	for (unsigned m = 0; m < NR_METRICS; m++) {
		if (r->open)
			r->running->n[m] += r->counters[m] - r->charged[m];
		r->charged[m] = r->counters[m];
	}
}

static bool is_reader(const struct referee *r)
{
	return r->reader != 0 && r->current->id == r->reader;
}

/* Where the instructions from here on belong. */
static void settle(struct referee *r, bool entered)
{
	struct task *task = r->current;
	struct frame *top = task->depth ? &task->frames[task->depth - 1] : NULL;
	unsigned stage = top ? top->stage : task->stage;

	if (r->switching) {
		r->running = &r->pending;
		return;
	}
	if (top && top->hidden) {
		r->running = &r->nowhere;
		return;
	}
	if (top && top->instance) {
		r->running = &top->instance->stages[stage];
	} else if (is_reader(r)) {
		if (task->woken)
			stage = r->wake_up;
		r->running = &r->reading[stage];
	} else {
		r->running = &r->nowhere;
	}
	if (entered && r->open)
		r->running->entries++;
}

/* ---- functions ---- */

static bool begins_instance(enum scope_kind kind)
{
	return kind == SCOPE_IRQ || kind == SCOPE_POLL || kind == SCOPE_BACKLOG || kind == SCOPE_NET_RX;
}

static void count_call(struct referee *r, const struct frame *frame, const struct scope *scope)
{
	unsigned index = (unsigned)(scope - r->scopes);

	if (!r->open || frame->hidden)
		return;
	if (frame->instance)
		frame->instance->calls[index]++;
	else if (is_reader(r))
		r->reading_calls[index]++;
}

void referee_enter(struct referee *r, struct scope *scope)
{
	struct task *task = r->current;
	struct frame *below = task->depth ? &task->frames[task->depth - 1] : NULL;
	struct frame *frame;

	if (scope->kind == SCOPE_SWITCH)
		return;
	if (scope->within >= 0 && (below ? below->stage : task->stage) != (unsigned)scope->within)
		return;
	charge(r);
	if (scope->kind == SCOPE_MARK) {
		if (below) {
			below->stage = scope->stage;
			count_call(r, below, scope);
		}
		settle(r, true);
		return;
	}
	if (task->depth == MAX_DEPTH) {
		r->overflows++;
		return;
	}
	frame = &task->frames[task->depth++];
	*frame = (struct frame){ .scope = scope, .stage = scope->stage };
	frame->hidden = scope->kind == SCOPE_OTHER;
	if (begins_instance(scope->kind)) {
		frame->instance = calloc(1, sizeof(*frame->instance));
		frame->owns = frame->instance != NULL;
		frame->hidden = frame->instance == NULL;
		r->overflows += frame->hidden;
	} else if (below) {
		frame->instance = below->instance;
		frame->hidden |= below->hidden;
	}
	if (frame->instance && (scope->kind == SCOPE_POLL || scope->kind == SCOPE_DRIVER_IRQ) && !frame->instance->key) {
		r->wanted = frame->instance;
		r->stack = 0;
	}
	if (frame->instance && scope->kind == SCOPE_BACKLOG)
		frame->instance->key = SHARED_KEY;
	if (frame->instance && scope->kind == SCOPE_WAKE)
		frame->instance->woke = true;
	/* what interrupts the reader on its way leaves it on its way */
	if (!frame->instance && !frame->hidden)
		task->woken = false;
	count_call(r, frame, scope);
	settle(r, true);
}

static int find_group(struct referee *r, struct group *groups, unsigned *nr, uint64_t key)
{
	for (unsigned i = 0; i < *nr; i++)
		if (groups[i].key == key)
			return (int)i;
	if (*nr == MAX_GROUPS) {
		r->overflows++;
		return NO_GROUP;
	}
	groups[*nr].key = key;
	return (int)(*nr)++;
}

static void add_instance(struct group *group, const struct instance *instance)
{
	for (unsigned s = 0; s < MAX_STAGES; s++) {
		for (unsigned m = 0; m < NR_METRICS; m++)
			group->stages[s].n[m] += instance->stages[s].n[m];
		group->stages[s].entries += instance->stages[s].entries;
	}
	for (unsigned s = 0; s < MAX_SCOPES; s++)
		group->calls[s] += instance->calls[s];
}

/*
 * What a round of NET_RX takes before its first poll is that device's, and what it takes after a poll, until the next one has
 * ended or the round has, is the device's whose poll that was.
 */
static void share_round(struct referee *r, struct instance *round, uint64_t key)
{
	int group = find_group(r, r->polls, &r->nr_polls, round->key ? round->key : key);

	if (group != NO_GROUP)
		add_instance(&r->polls[group], round);
	memset(round->stages, 0, sizeof(round->stages));
	memset(round->calls, 0, sizeof(round->calls));
	round->key = key;
}

/* An interrupt, a poll or a round of NET_RX has ended: it joins those that looked at the same device. */
static void end_instance(struct referee *r, const struct frame *frame, struct frame *below)
{
	struct instance *instance = frame->instance;
	int group;

	if (r->wanted == instance)
		r->wanted = NULL;
	if (!r->open)
		goto out;
	if (frame->scope->kind == SCOPE_IRQ) {
		group = find_group(r, r->irqs, &r->nr_irqs, instance->key);
		if (group != NO_GROUP)
			add_instance(&r->irqs[group], instance);
		r->last_irq = instance->key ? group : r->last_irq;
		goto out;
	}
	group = find_group(r, r->polls, &r->nr_polls, instance->key);
	if (group == NO_GROUP)
		goto out;
	add_instance(&r->polls[group], instance);
	if (frame->scope->kind == SCOPE_NET_RX)
		goto out;
	r->polls[group].wakes += instance->woke;
	if (r->last_irq != NO_GROUP)
		r->irqs[r->last_irq].followed[group]++;
	r->last_irq = NO_GROUP;
	if (below && below->instance)
		share_round(r, below->instance, instance->key);
out:
	free(instance);
}

static void pop(struct referee *r)
{
	struct task *task = r->current;
	struct frame *frame = &task->frames[--task->depth];
	struct frame *below = task->depth ? &task->frames[task->depth - 1] : NULL;

	if (frame->owns)
		end_instance(r, frame, below);
	if (below && frame->scope->then >= 0)
		below->stage = (unsigned)frame->scope->then;
	if (frame->scope->kind == SCOPE_RECVMSG && !task->depth)
		task->stage = r->syscall_return;
}

void referee_leave(struct referee *r, struct scope *scope)
{
	struct task *task = r->current;
	unsigned at = task->depth;

	if (scope->kind == SCOPE_SWITCH) {
		charge(r);
		r->switching = true;
		settle(r, false);
		return;
	}
	while (at > 0 && task->frames[at - 1].scope != scope)
		at--;
	if (at == 0) {
		r->unpaired += scope->within < 0;
		return;
	}
	charge(r);
	r->unpaired += task->depth - at; /* frames whose end was not seen */
	if (!task->frames[at - 1].instance && !task->frames[at - 1].hidden)
		task->woken = false;
	while (task->depth >= at)
		pop(r);
	settle(r, false);
}

/* ---- the border of kernel and user space, and tasks ---- */

void referee_exception(struct referee *r)
{
	r->current->exceptions++;
}

static void return_to_user(struct referee *r)
{
	struct task *task = r->current;

	charge(r);
	r->unpaired += task->depth;
	while (task->depth)
		pop(r);
	task->in_kernel = false;
	task->woken = false;
	task->stage = r->user;
	settle(r, true);
}

void referee_iret(struct referee *r)
{
	if (r->current->exceptions)
		r->current->exceptions--;
	else if (r->current->in_kernel)
		return_to_user(r);
}

void referee_syscall(struct referee *r)
{
	charge(r);
	r->current->in_kernel = true;
	r->current->exceptions = 0;
	r->current->stage = r->syscall_entry;
	settle(r, true);
}

void referee_sysret(struct referee *r)
{
	return_to_user(r);
}

void referee_switch(struct referee *r, uint64_t id)
{
	struct task *task = NULL;

	charge(r);
	/* who is switched out in a system call and in no exception has gone to sleep */
	if (r->current && r->current->in_kernel && !r->current->exceptions)
		r->current->woken = true;
	for (unsigned i = 0; i < r->nr_tasks && !task; i++)
		if (r->tasks[i].id == id)
			task = &r->tasks[i];
	if (!task) {
		/* a task that went away leaves its slot to be taken over, but only when there is no other */
		task = &r->tasks[r->nr_tasks < MAX_TASKS ? r->nr_tasks++ : MAX_TASKS - 1];
		memset(task, 0, sizeof(*task));
		task->id = id;
	}
	r->current = task;
	r->switching = false;
	settle(r, true);
	for (unsigned m = 0; m < NR_METRICS; m++)
		r->running->n[m] += r->pending.n[m];
	memset(&r->pending, 0, sizeof(r->pending));
}

/* ---- devices ---- */

bool referee_wants_address(const struct referee *r)
{
	return r->wanted != NULL;
}

void referee_own_data(struct referee *r, uint64_t address)
{
	r->own_data = address;
}

static bool near(uint64_t a, uint64_t b, uint64_t distance)
{
	return (a > b ? a - b : b - a) < distance;
}

void referee_address(struct referee *r, uint64_t address, bool store)
{
	const uint64_t kernel_image = 0xffffffff80000000ULL; /* __START_KERNEL_map, modules included */
	const uint64_t kernel = 0xffff800000000000ULL;

	if (store && !r->stack)
		r->stack = address; /* a function begins by saving registers */
	if (store || address < kernel || address >= kernel_image)
		return;
	if (near(address, r->stack, 32 << 10) || near(address, r->own_data, 256 << 10))
		return;
	r->wanted->key = address >> 12;
	r->wanted = NULL;
}

/* ---- the window ---- */

static void reset(struct referee *r)
{
	memset(r->reading, 0, sizeof(r->reading));
	memset(r->reading_calls, 0, sizeof(r->reading_calls));
	memset(r->polls, 0, sizeof(r->polls));
	memset(r->irqs, 0, sizeof(r->irqs));
	memset(&r->nowhere, 0, sizeof(r->nowhere));
	memset(&r->pending, 0, sizeof(r->pending));
	r->nr_polls = r->nr_irqs = 0;
	r->last_irq = NO_GROUP;
	r->unpaired = r->overflows = 0;
	memcpy(r->opened, r->counters, sizeof(r->opened));
}

bool referee_marker(struct referee *r, enum marker marker)
{
	charge(r);
	switch (marker) {
	case MARKER_READER:
		r->reader = r->current->id;
		settle(r, false);
		return false;
	case MARKER_OPEN:
		reset(r);
		r->open = true;
		return false;
	case MARKER_CLOSE:
		if (!r->open)
			return false;
		r->open = false;
		r->window = r->counters[INSTRUCTIONS] - r->opened[INSTRUCTIONS];
		return true;
	}
	return false;
}

/* ---- the account ---- */

/* The group of polls in which the reader was told. */
static int receiving_polls(const struct referee *r)
{
	int best = NO_GROUP;

	for (unsigned i = 0; i < r->nr_polls; i++)
		if (r->polls[i].wakes && (best == NO_GROUP || r->polls[i].wakes > r->polls[best].wakes))
			best = (int)i;
	return best;
}

/* The interrupts that looked at the same page as those polls; where handler and poll have data of their own: that the polls followed. */
static int receiving_irqs(const struct referee *r, int polls)
{
	int best = NO_GROUP;

	if (polls == NO_GROUP)
		return NO_GROUP;
	for (unsigned i = 0; i < r->nr_irqs; i++)
		if (r->irqs[i].key == r->polls[polls].key)
			return (int)i;
	for (unsigned i = 0; i < r->nr_irqs; i++)
		if (r->irqs[i].followed[polls] &&
		    (best == NO_GROUP || r->irqs[i].followed[polls] > r->irqs[best].followed[polls]))
			best = (int)i;
	return best;
}

static void write_stages(const struct referee *r, FILE *out, const struct tally *stages, const char *context, bool *first)
{
	for (unsigned s = 0; s < r->stages; s++) {
		const struct tally *t = &stages[s];
		const char *in = context;

		if (!t->n[INSTRUCTIONS])
			continue;
		if (!in)
			in = s == r->user ? "user" : "system-call";
		fprintf(out,
			"%s{\"stage\":\"%s\",\"context\":\"%s\",\"instructions\":%llu,\"loads\":%llu,\"stores\":%llu,"
			"\"deviceAccesses\":%llu,\"l1Misses\":%llu,\"l2Misses\":%llu,\"repIterations\":%llu,"
			"\"entries\":%llu}",
			*first ? "" : ",", r->stage_names[s], in, (unsigned long long)t->n[INSTRUCTIONS],
			(unsigned long long)t->n[LOADS], (unsigned long long)t->n[STORES],
			(unsigned long long)t->n[DEVICE_ACCESSES], (unsigned long long)t->n[L1_MISSES],
			(unsigned long long)t->n[L2_MISSES], (unsigned long long)t->n[REPEATS],
			(unsigned long long)t->entries);
		*first = false;
	}
}

static uint64_t sum_of(const struct tally *stages)
{
	uint64_t sum = 0;

	for (unsigned s = 0; s < MAX_STAGES; s++)
		sum += stages[s].n[INSTRUCTIONS];
	return sum;
}

void referee_write(struct referee *r, FILE *out)
{
	int polls = receiving_polls(r), irqs = receiving_irqs(r, polls);
	uint64_t charged = r->nowhere.n[INSTRUCTIONS] + sum_of(r->reading);
	bool first = true;

	for (unsigned i = 0; i < r->nr_polls; i++)
		charged += sum_of(r->polls[i].stages);
	for (unsigned i = 0; i < r->nr_irqs; i++)
		charged += sum_of(r->irqs[i].stages);
	fprintf(out, "{\"instructions\":%llu,\"charged\":%llu,\"stages\":[", (unsigned long long)r->window,
		(unsigned long long)charged);
	if (irqs != NO_GROUP)
		write_stages(r, out, r->irqs[irqs].stages, "hardirq", &first);
	if (polls != NO_GROUP)
		write_stages(r, out, r->polls[polls].stages, "softirq", &first);
	write_stages(r, out, r->reading, NULL, &first);
	fprintf(out, "],\"functions\":[");
	for (unsigned s = 0; s < r->nr_scopes; s++) {
		uint64_t calls = r->reading_calls[s];

		if (irqs != NO_GROUP)
			calls += r->irqs[irqs].calls[s];
		if (polls != NO_GROUP)
			calls += r->polls[polls].calls[s];
		fprintf(out, "%s{\"name\":\"%s\",\"calls\":%llu}", s ? "," : "", r->scopes[s].name,
			(unsigned long long)calls);
	}
	fprintf(out, "],\"devices\":[");
	for (unsigned i = 0; i < r->nr_irqs; i++)
		fprintf(out, "%s{\"kind\":\"interrupt\",\"key\":\"%llx\",\"receives\":%s,\"instructions\":%llu}", i ? "," : "",
			(unsigned long long)r->irqs[i].key, (int)i == irqs ? "true" : "false",
			(unsigned long long)sum_of(r->irqs[i].stages));
	for (unsigned i = 0; i < r->nr_polls; i++)
		fprintf(out, "%s{\"kind\":\"poll\",\"key\":\"%llx\",\"receives\":%s,\"instructions\":%llu}",
			i || r->nr_irqs ? "," : "", (unsigned long long)r->polls[i].key, (int)i == polls ? "true" : "false",
			(unsigned long long)sum_of(r->polls[i].stages));
	fprintf(out, "],\"unpaired\":%llu,\"overflows\":%llu,\"problems\":[", (unsigned long long)r->unpaired,
		(unsigned long long)r->overflows);
	first = true;
	if (!r->reader) {
		fprintf(out, "\"no thread said that it is the reader\"");
		first = false;
	}
	if (polls == NO_GROUP)
		fprintf(out, "%s\"no poll woke the reader\"", first ? "" : ",");
	fprintf(out, "]}\n");
}

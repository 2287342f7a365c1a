/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_REFEREE_H
#define PKTPATH_REFEREE_H

/*
 * The state machine of the emulator tier: every instruction of the guest is charged to one stage, by the functions of
 * the kernel that are entered and left. It knows nothing of QEMU; whoever drives it says what the guest does.
 *
 * It is the referee of the probes: it shares no code with them and leaves no trace in the guest.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What is counted; the first is the clock. */
enum metric { INSTRUCTIONS, LOADS, STORES, DEVICE_ACCESSES, L1_MISSES, L2_MISSES, REPEATS, NR_METRICS };

/* What a function means for the state machine, besides the stage that its instructions belong to. */
enum scope_kind {
	SCOPE_PLAIN,      /* its stage until it returns */
	SCOPE_MARK,       /* its stage from here on, until the function around it returns */
	SCOPE_IRQ,        /* the generic handler of one device interrupt: whose, says the driver's handler within */
	SCOPE_DRIVER_IRQ, /* a driver's handler */
	SCOPE_POLL,       /* a driver's poll function */
	SCOPE_BACKLOG,    /* a poll that serves every interface */
	SCOPE_NET_RX,     /* NET_RX's action: whose, say the polls within */
	SCOPE_OTHER,      /* nothing of the receive path, whatever is within */
	SCOPE_WAKE,       /* tells the reader that there is data */
	SCOPE_RECVMSG,    /* the protocol's receive function */
	SCOPE_SWITCH,     /* the last that the scheduler calls for the task that goes: what follows is the next one's */
	NR_SCOPE_KINDS
};

enum { MAX_STAGES = 32, MAX_SCOPES = 64, MAX_NAME = 64 };

struct scope {
	enum scope_kind kind;
	unsigned stage;
	int then;   /* stage in which the function around it goes on; -1: that one's own */
	int within; /* stage that it has to be entered in; -1: any */
	char name[MAX_NAME];
};

enum marker { MARKER_READER, MARKER_OPEN, MARKER_CLOSE };

struct referee;

struct referee *referee_new(void);
void referee_free(struct referee *r);

/* Index of a stage, made when it is new; -1 when there are too many. */
int referee_stage(struct referee *r, const char *name);
/* A new scope; NULL when there are too many. Where `then` or `within` is NULL, it is as said of struct scope. */
struct scope *referee_scope(struct referee *r, enum scope_kind kind, const char *stage, const char *name,
			    const char *then, const char *within);

/* Counters that the driver adds to; INSTRUCTIONS is the clock. */
uint64_t *referee_counter(struct referee *r, enum metric metric);

/* What the guest does. */
void referee_enter(struct referee *r, struct scope *scope);
void referee_leave(struct referee *r, struct scope *scope);
void referee_exception(struct referee *r);
void referee_iret(struct referee *r);
void referee_syscall(struct referee *r);
void referee_sysret(struct referee *r);
void referee_switch(struct referee *r, uint64_t task);
/* Returns true when the window was closed: the account is complete. */
bool referee_marker(struct referee *r, enum marker marker);

/* A driver's function is to be told by the data that it looks at first; true while that is wanted. */
bool referee_wants_address(const struct referee *r);
void referee_address(struct referee *r, uint64_t address, bool store);
/* An address of the CPU's own data, which says nothing about a device. */
void referee_own_data(struct referee *r, uint64_t address);

bool referee_is_open(const struct referee *r);

/* Writes the account as JSON. */
void referee_write(struct referee *r, FILE *out);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#ifndef REPLAY_MACHINE_H
#define REPLAY_MACHINE_H

// The machine that the replay plays: a clock, CPUs, a current task on each, and one account a CPU.
#ifdef __cplusplus
extern "C" {
#endif

#define MACHINE_CPUS 4

struct event;
struct pktpath_cpu_account;
struct pktpath_config;

// Reads the clock; an interrupt of the script may come just before or just after.
unsigned long long machine_clock(void);
unsigned machine_cpu(void);
unsigned machine_tid(void);
struct pktpath_cpu_account* machine_account(unsigned cpu);
struct pktpath_visits* machine_visits(unsigned cpu);
// The sequence number that the receiver's socket waits for.
extern unsigned machine_receive_next;

// programs.c: the kernel's side.
void programs_reset(void);
void programs_configure(const struct pktpath_config* config);
// The program of the event of this name, or NULL.
typedef void (*program)(void);
program programs_find(const char* name);
// Sets the event that programs take their arguments from, and returns the one before.
const struct event* programs_event(const struct event* event);

// marks.cc: the receiver's side, on one CPU.
void marks_attach(struct pktpath_cpu_account* account);
void marks_returned(void);
void marks_calling(void);

// step.c: runs a program one machine instruction at a time, with a call before each until that returns 0. Returns 0 when
// this processor cannot.
int step_through(program run, int (*before_each)(void));

#ifdef __cplusplus
}
#endif

#endif

// SPDX-License-Identifier: GPL-2.0-only
// Single steps by the processor's trap flag: a signal before each instruction, whose handler is the interrupt.
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <ucontext.h>

#include "machine.h"

#if defined(__x86_64__)

#define TRAP_FLAG "$0x100"
// 128: the compiler may keep values below the stack pointer
#define CHANGE_FLAGS(instruction)                                                                                \
  __asm__ volatile("leaq -128(%%rsp), %%rsp; pushfq; " instruction ", (%%rsp); popfq; leaq 128(%%rsp), %%rsp" :: \
                       : "memory", "cc")

static int (*on_step)(void);

static void on_trap(int signal, siginfo_t* info, void* context) {
  (void)signal;
  (void)info;
  if (!on_step()) ((ucontext_t*)context)->uc_mcontext.gregs[REG_EFL] &= ~0x100;
}

int step_through(program run, int (*before_each)(void)) {
  struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};

  on_step = before_each;
  sigaction(SIGTRAP, &action, NULL);
  CHANGE_FLAGS("orq " TRAP_FLAG);
  run();
  CHANGE_FLAGS("andq $~0x100");
  return 1;
}

#else

int step_through(program run, int (*before_each)(void)) {
  (void)before_each;
  run();
  return 0;
}

#endif

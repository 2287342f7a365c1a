// SPDX-License-Identifier: GPL-2.0-only
// Single steps by the processor's trap flag: a signal before each instruction, whose handler is the interrupt.
#include <signal.h>
#include <stddef.h>

#include "machine.h"

#if defined(__x86_64__)

#define TRAP_FLAG "$0x100"
// 128: the compiler may keep values below the stack pointer
#define CHANGE_FLAGS(instruction)                                                                                \
  __asm__ volatile("leaq -128(%%rsp), %%rsp; pushfq; " instruction ", (%%rsp); popfq; leaq 128(%%rsp), %%rsp" :: \
                       : "memory", "cc")

static void (*on_step)(void);

static void on_trap(int signal) {
  (void)signal;
  on_step();
}

int step_through(program run, void (*before_each)(void)) {
  struct sigaction action = {.sa_handler = on_trap};

  on_step = before_each;
  sigaction(SIGTRAP, &action, NULL);
  CHANGE_FLAGS("orq " TRAP_FLAG);
  run();
  CHANGE_FLAGS("andq $~0x100");
  return 1;
}

#else

int step_through(program run, void (*before_each)(void)) {
  (void)before_each;
  run();
  return 0;
}

#endif

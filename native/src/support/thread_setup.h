// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace pktpath {

void enter_netns(const std::string& path);
void pin_thread(pid_t tid, int cpu);
void set_nice(pid_t tid, int nice);
// Nobody with a nice value, or a lower priority of this kind, takes the CPU from this thread before it sleeps (SCHED_FIFO).
void never_preempt(pid_t tid, int priority = 1);

// A thread's real-time priority for as long as this stands; then its nice value counts again.
class RaisedPriority {
 public:
  RaisedPriority(pid_t tid, int priority) : tid_(tid) { never_preempt(tid, priority); }
  ~RaisedPriority();
  RaisedPriority(const RaisedPriority&) = delete;
  RaisedPriority& operator=(const RaisedPriority&) = delete;

 private:
  pid_t tid_;
};

void name_thread(const char* name);

// CPUs that the process may run on, ascending.
std::vector<int> allowed_cpus();

enum class ThreadKind { own, kernel };

// CPU time of a thread of this process or of a kernel thread, ns. Throws when the thread is gone.
unsigned long long thread_cpu_ns(pid_t tid, ThreadKind kind);

struct ContextSwitches {
  unsigned long long voluntary = 0;
  unsigned long long involuntary = 0;
};
// Of a thread of this process or of a kernel thread. Throws when the thread is gone.
ContextSwitches context_switches(pid_t tid, ThreadKind kind);

// A signal that does nothing but make a blocked call return EINTR.
int interrupt_signal();

}  // namespace pktpath

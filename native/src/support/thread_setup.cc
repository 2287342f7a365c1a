// SPDX-License-Identifier: GPL-2.0-only
#include "support/thread_setup.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

#include <cerrno>
#include <fstream>

#include "support/clock.h"
#include "support/error.h"
#include "support/file_descriptor.h"

namespace pktpath {

void enter_netns(const std::string& path) {
  const FileDescriptor ns(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!ns) throw_errno("cannot open network namespace " + path, errno);
  if (setns(ns.get(), CLONE_NEWNET) != 0) throw_errno("cannot enter network namespace " + path, errno);
}

void pin_thread(pid_t tid, int cpu) {
  if (cpu < 0 || cpu >= CPU_SETSIZE) throw Error("CPU " + std::to_string(cpu) + " is out of range");
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(cpu), &set);
  if (sched_setaffinity(tid, sizeof(set), &set) != 0) {
    throw_errno("cannot pin thread " + std::to_string(tid) + " to CPU " + std::to_string(cpu), errno);
  }
}

void set_nice(pid_t tid, int nice) {
  if (setpriority(PRIO_PROCESS, static_cast<id_t>(tid), nice) != 0) {
    throw_errno("cannot set nice " + std::to_string(nice) + " on thread " + std::to_string(tid), errno);
  }
}

void never_preempt(pid_t tid, int priority) {
  sched_param parameter{};
  parameter.sched_priority = priority;
  if (sched_setscheduler(tid, SCHED_FIFO, &parameter) != 0) {
    throw_errno("cannot give thread " + std::to_string(tid) + " real-time priority", errno);
  }
}

// The kernel keeps the nice value of a real-time thread.
RaisedPriority::~RaisedPriority() {
  const sched_param parameter{};
  sched_setscheduler(tid_, SCHED_OTHER, &parameter);
}

void name_thread(const char* name) { pthread_setname_np(pthread_self(), name); }

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) throw_errno("cannot read the CPU affinity", errno);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<unsigned>(cpu), &set)) cpus.push_back(cpu);
  }
  return cpus;
}

unsigned long long thread_cpu_ns(pid_t tid, ThreadKind kind) {
  // The kernel's encoding of a CPU-time clock (CPUCLOCK_SCHED is 2, the per-thread bit is 4; see
  // include/linux/posix-timers_types.h). A kernel thread is a process of its own, and a per-thread clock would be
  // refused across processes.
  const unsigned per_thread = kind == ThreadKind::own ? 4U : 0U;
  const clockid_t clock = static_cast<clockid_t>((~static_cast<unsigned>(tid) << 3) | 2U | per_thread);
  timespec t{};
  if (clock_gettime(clock, &t) != 0) throw_errno("cannot read the CPU time of thread " + std::to_string(tid), errno);
  return static_cast<unsigned long long>(t.tv_sec) * 1'000'000'000ULL + static_cast<unsigned long long>(t.tv_nsec);
}

ContextSwitches context_switches(pid_t tid, ThreadKind kind) {
  std::ifstream status((kind == ThreadKind::own ? "/proc/self/task/" : "/proc/") + std::to_string(tid) + "/status");
  ContextSwitches switches;
  std::string key;
  bool found = false;
  while (status >> key) {
    if (key == "voluntary_ctxt_switches:") {
      found = static_cast<bool>(status >> switches.voluntary);
    } else if (key == "nonvoluntary_ctxt_switches:") {
      found = static_cast<bool>(status >> switches.involuntary) && found;
    }
  }
  if (!found) throw Error("cannot read the context switches of thread " + std::to_string(tid));
  return switches;
}

int interrupt_signal() {
  static const int signal_number = [] {
    const int number = SIGRTMAX - 2;
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigemptyset(&action.sa_mask);
    if (sigaction(number, &action, nullptr) != 0) throw_errno("cannot install a signal handler", errno);
    return number;
  }();
  return signal_number;
}

}  // namespace pktpath

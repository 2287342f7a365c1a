// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "support/file_descriptor.h"

namespace pktpath {

// Another program, started from this thread: it has the thread's network namespace, CPUs and nice value. No shell reads
// its arguments, its stdin is /dev/null, its stdout and stderr are one pipe. It leads a process group of its own, which
// does not outlive this object, nor the thread that made it.
class ChildProcess {
 public:
  // Throws Unsupported when there is no such program, Error when it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Takes in what it prints until it has ended or the time is over. Returns whether it has ended.
  bool wait(int timeout_ms);
  void kill(int signal);
  // After it has ended: wait(2)'s status.
  int status();
  // Its last 64 KiB.
  const std::string& output() const { return output_; }

 private:
  void take_output();
  void reap();

  pid_t pid_ = 0;         // 0: reaped
  FileDescriptor ended_;  // readable then (pidfd_open(2))
  FileDescriptor printed_;
  std::string output_;
  int status_ = 0;
};

// Where the program is: as the shell would find it, and in /usr/sbin and /sbin, which an ordinary PATH leaves out.
// Throws Unsupported.
std::string find_program(const std::string& name);

}  // namespace pktpath

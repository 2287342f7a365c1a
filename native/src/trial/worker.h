// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <queue>
#include <string>
#include <thread>

namespace pktpath {

// A thread that is set up (CPU, network namespace, priority) and then does one step after the other as told.
// An exception in a step comes out of that step's future.
class Worker {
 public:
  struct Setup {
    const char* name;
    std::string netns;  // empty: the caller's own
    int cpu;
    int nice;
  };

  explicit Worker(const Setup& setup);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  std::future<void> run(std::function<void()> step);
  pid_t tid() const { return tid_; }
  // Makes a blocked system call of the thread return EINTR.
  void interrupt();

 private:
  void loop();
  void end();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::queue<std::packaged_task<void()>> steps_;
  bool end_ = false;
  pid_t tid_ = 0;
  std::thread thread_;
};

}  // namespace pktpath

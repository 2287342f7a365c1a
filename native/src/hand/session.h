// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "paths/path.h"

namespace pktpath {

// Why a session by hand ended.
enum class Ending { stopped, packets, duration, peer, failed };

// What a session has had so far.
struct HandFigures {
  bool running = false;  // false: it is opening still, or has ended
  std::uint64_t elapsed_ns = 0;
  std::uint64_t packets = 0;
  std::optional<std::uint64_t> bytes;    // nothing for a sender: the harness knows the size of its packets
  std::optional<std::uint64_t> missing;  // nothing where it cannot be told
  Drops drops;
  std::uint64_t lateness_max_ns = 0;
};

// One path or one generator at work until it is told to stop or meets a bound. It runs on one thread; stop() and
// figures() may be called from another one at any time.
class HandSession {
 public:
  HandSession() = default;
  virtual ~HandSession() = default;
  HandSession(const HandSession&) = delete;
  HandSession& operator=(const HandSession&) = delete;

  virtual HandFigures figures() = 0;

  void stop() {
    {
      const std::lock_guard lock(stop_mutex_);
      stop_.store(true, std::memory_order_release);
    }
    stopped_.notify_all();
  }

 protected:
  // Waits so long at most. Returns whether the session was told to stop.
  bool stopped_within(std::chrono::nanoseconds duration) {
    std::unique_lock lock(stop_mutex_);
    return stopped_.wait_for(lock, duration, [this] { return stop_.load(std::memory_order_relaxed); });
  }

 private:
  std::atomic<bool> stop_{false};
  std::mutex stop_mutex_;
  std::condition_variable stopped_;
};

}  // namespace pktpath

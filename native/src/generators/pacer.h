// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <cstdint>

#include "generators/generator.h"
#include "support/clock.h"
#include "support/histogram.h"

namespace pktpath {

// Deadlines on a fixed grid: packet i is due at start + i / rate, whatever became of the packets before it, so a delay
// is caught up and the mean rate holds (RFC 2544 asks for a constant rate, not for constant gaps).
class Pacer {
 public:
  Pacer(double packets_per_second, std::uint64_t max_duration_ns, const std::atomic<bool>& abort, Progress& progress,
        Pacing pacing)
      : pacing_(pacing),
        interval_ns_(packets_per_second > 0 ? 1e9 / packets_per_second : 0),
        start_ns_(now_ns()),
        end_ns_(start_ns_ + max_duration_ns),
        abort_(abort),
        progress_(progress) {
    progress_.lateness_max_ns.store(0, std::memory_order_relaxed);
  }

  // Wait until packet `index` is due. Returns the time, or 0 when sending has to end.
  std::uint64_t wait(std::uint64_t index, Histogram& lateness, std::uint64_t& lateness_max) {
    progress_.sent.store(index, std::memory_order_relaxed);
    std::uint64_t now = now_ns();
    if (interval_ns_ > 0) {
      const auto deadline = start_ns_ + static_cast<std::uint64_t>(static_cast<double>(index) * interval_ns_);
      while (now < deadline) {
        pause_until(deadline);
        now = now_ns();
      }
      if (over(now)) return 0;
      lateness.add(now - deadline);
      if (now - deadline > lateness_max) {
        lateness_max = now - deadline;
        progress_.lateness_max_ns.store(lateness_max, std::memory_order_relaxed);
      }
    }
    return over(now) ? 0 : now;
  }

  // Whether sending has to end, finished or not.
  bool over(std::uint64_t now) const { return now >= end_ns_ || abort_.load(std::memory_order_relaxed); }

  std::uint64_t elapsed_ns() const { return now_ns() - start_ns_; }

 private:
  // Whoever shares its CPU with the receiver has to leave it.
  void pause_until(std::uint64_t deadline) const {
    if (pacing_ == Pacing::spin) {
      cpu_relax();
      return;
    }
    const timespec until{static_cast<std::time_t>(deadline / 1'000'000'000U),
                         static_cast<long>(deadline % 1'000'000'000U)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
  }

  Pacing pacing_;
  double interval_ns_;
  std::uint64_t start_ns_;
  std::uint64_t end_ns_;
  const std::atomic<bool>& abort_;
  Progress& progress_;
};

}  // namespace pktpath

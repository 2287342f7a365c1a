// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <vector>

#include "trial/worker.h"

namespace pktpath {

// What was taken from a soaker in a window.
struct Soaking {
  std::uint64_t window_ns = 0;
  std::uint64_t offers = 0;         // times that it gave way
  std::uint64_t taken_ns = 0;       // what they took, giving way itself included
  std::uint64_t idle_offer_ns = 0;  // what giving way takes when nobody waits: median, before and after
};

// Priority of the receive path's threads while a soaker runs (SCHED_FIFO). Nothing with a nice value gets the CPU then, so
// that other programs are in no figure.
constexpr int kSoakedPathPriority = 2;

// A thread that takes all of a CPU but what the receive path needs, and says how much that was: so it is known without a
// probe anywhere. The idea is old: netperf's looper (netcpu_looper.c) and Andrew Morton's cyclesoak spin at the lowest
// priority, and compare the turns that they were given with those on an idle CPU. Turns take longer beside a busy
// neighbour on the same core, and of a CPU that is mostly idle the rest is a small difference of large numbers. So this one
// keeps the CPU for a slot at a time, then gives way until nobody waits, and measures how long that took.
//
// Slots have a second use. If any wake-up could take the CPU, how many packets share one would be decided by how long the
// path takes, so by its probes, and probed and unprobed trials would not compare.
class Soaker {
 public:
  explicit Soaker(int cpu);
  ~Soaker();
  Soaker(const Soaker&) = delete;
  Soaker& operator=(const Soaker&) = delete;

  // What giving way takes while nobody waits: to be called before the window and after it.
  void calibrate();
  void open();
  void close();
  // Throws Error when the calibration was not that of an idle CPU.
  Soaking result() const;

 private:
  struct Taken {
    std::uint64_t offers = 0;
    std::uint64_t ns = 0;
  };
  // Both at once, between two offers.
  Taken taken() const;
  void soak();

  std::atomic<std::uint64_t> offers_{0};
  std::atomic<std::uint64_t> taken_ns_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::uint64_t> idle_offers_ns_;
  Taken opened_;
  std::uint64_t opened_ns_ = 0;
  Soaking soaking_;
  std::future<void> soaked_;
  Worker worker_;  // last, so that it is joined before anything that it uses goes away
};

// Median of what offers took on a CPU where nobody waited. Throws Error when there are none, or it was no such CPU.
std::uint64_t idle_offer_ns(std::vector<std::uint64_t> offers);

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "support/work.h"

#include <algorithm>
#include <cmath>

#include "support/clock.h"

namespace pktpath {
namespace {

// About 15 µs each: long against the clock's own cost, short against the time between two interrupts.
constexpr std::uint64_t kLoops = 40'000;
// The first ones bring the CPU up from idle; the fastest is the one that nobody disturbed.
constexpr int kTries = 100;

double measure_loops_per_ns() {
  std::uint64_t fastest = UINT64_MAX;
  for (int i = 0; i < kTries; ++i) {
    const std::uint64_t begin = now_ns();
    for (std::uint64_t left = kLoops; left > 0; --left) asm volatile("" : "+r"(left));
    fastest = std::min(fastest, now_ns() - begin);
  }
  return static_cast<double>(kLoops) / static_cast<double>(std::max<std::uint64_t>(fastest, 1));
}

double loops_per_ns() {
  static const double measured = measure_loops_per_ns();
  return measured;
}

}  // namespace

Work::Work(std::uint32_t ns) {
  if (ns > 0) loops_ = static_cast<std::uint64_t>(std::llround(ns * loops_per_ns()));
}

}  // namespace pktpath

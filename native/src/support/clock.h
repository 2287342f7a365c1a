// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <ctime>

#include <cstdint>

namespace pktpath {

inline std::uint64_t read_clock_ns(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(t.tv_nsec);
}

// The clock of bpf_ktime_get_ns(), so that times of both sides compare.
inline std::uint64_t now_ns() { return read_clock_ns(CLOCK_MONOTONIC); }

inline void cpu_relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace pktpath

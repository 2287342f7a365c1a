// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>

namespace pktpath {

// What an application does with a packet, as a number of instructions that touch no memory. Instructions and not time, so
// that an interrupt meanwhile makes it take longer, as it would anything else.
class Work {
 public:
  Work() = default;
  // So much that it takes `ns` on a CPU that nobody disturbs; the speed is measured once in a process, by whoever asks
  // first.
  explicit Work(std::uint32_t ns);

  void do_it() const {
    for (std::uint64_t left = loops_; left > 0; --left) asm volatile("" : "+r"(left));
  }

 private:
  std::uint64_t loops_ = 0;
};

}  // namespace pktpath

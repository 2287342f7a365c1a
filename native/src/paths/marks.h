// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <cstdint>

#include "account.h"
#include "support/clock.h"

namespace pktpath {

// The user-space boundary: the receiver's thread says when it left and entered the kernel. Two clock reads a call cost
// less than the two syscall tracepoints, and leave the system calls of every other thread on their fast path.
//
// The account's `nested` and `away` grow while this thread does not run. A clock read counts only together with the
// value they had at that moment, so it is repeated until nothing came between.
class Marks {
 public:
  Marks() = default;

  // Call from the receiver's thread while it is quiet, or with null to stop.
  void attach(pktpath_cpu_account* account) { account_.store(account, std::memory_order_release); }

  void returned() {
    pktpath_cpu_account* account = account_.load(std::memory_order_relaxed);
    if (account == nullptr) {
      entered_user_ = false;
      return;
    }
    read(*account, user_since_, user_since_away_);
    entered_user_ = true;
  }

  // For a reader that makes no calls: its thread is in user space from now on. The account's state is what runs, and this
  // thread runs, so that no program on this CPU can be in the middle of it.
  void stay() {
    pktpath_cpu_account* account = account_.load(std::memory_order_relaxed);
    if (account == nullptr) return;
    volatile pktpath_u32& cell = account->layer[LAYER_TASK].cell;
    cell = PKTPATH_CELL(LAYER_TASK, OWNER_RECEIVER, STAGE_USER);
  }

  void calling() {
    pktpath_cpu_account* account = account_.load(std::memory_order_relaxed);
    if (account == nullptr) return;
    std::uint64_t now = 0;
    std::uint64_t away = 0;
    read(*account, now, away);
    volatile pktpath_marks& marks = account->marks;
    if (entered_user_) marks.user_ns = marks.user_ns + (now - user_since_) - (away - user_since_away_);
    marks.enter_ns = now;
    marks.enter_away = away;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    marks.calls = marks.calls + 1;  // publishes the rest to the programs on this CPU
  }

 private:
  static void read(const pktpath_cpu_account& account, std::uint64_t& now, std::uint64_t& away) {
    const volatile pktpath_u64& nested = account.layer[LAYER_TASK].nested;
    const volatile pktpath_u64& switched_out = account.away;
    for (;;) {
      away = nested + switched_out;
      now = now_ns();
      if (away == nested + switched_out) return;
    }
  }

  std::atomic<pktpath_cpu_account*> account_{nullptr};
  std::uint64_t user_since_ = 0;
  std::uint64_t user_since_away_ = 0;
  bool entered_user_ = false;
};

}  // namespace pktpath

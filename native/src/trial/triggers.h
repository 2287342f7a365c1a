// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

#include "trial/spec.h"

namespace pktpath {

// What sets the kernel's receive work going, each as often as the kernel itself has counted it.
struct Triggers {
  std::uint64_t receiver_softirqs = 0;           // NET_RX on the receiver's CPU, whosever packets they were for
  std::optional<std::uint64_t> sender_softirqs;  // on the sender's, where that is another CPU
  std::optional<std::uint64_t> napi_wakeups;     // of the receiver's NAPI thread, where it has one
  std::optional<std::uint64_t> interrupts;       // of its card's line, where it has one
};

Triggers read_triggers(const TrialSpec& spec);

// What came between two moments.
Triggers operator-(Triggers after, const Triggers& before);

// The row that begins with this label, of a table with a column a CPU (/proc/softirqs, /proc/interrupts): the column of
// one CPU, or all of them added up. Nothing when the table has no such row or column.
std::optional<std::uint64_t> cpu_count(std::istream& table, const std::string& label, std::optional<int> cpu);

}  // namespace pktpath

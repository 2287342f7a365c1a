// SPDX-License-Identifier: GPL-2.0-only
#include "trial/triggers.h"

#include <fstream>
#include <sstream>
#include <vector>

#include "support/error.h"
#include "support/thread_setup.h"

namespace pktpath {
namespace {

std::uint64_t softirqs(int cpu) {
  std::ifstream table("/proc/softirqs");
  const auto count = cpu_count(table, "NET_RX:", cpu);
  if (!count) throw Error("/proc/softirqs has no NET_RX of CPU " + std::to_string(cpu));
  return *count;
}

std::uint64_t interrupts(std::uint32_t line) {
  std::ifstream table("/proc/interrupts");
  const auto count = cpu_count(table, std::to_string(line) + ":", std::nullopt);
  if (!count) throw Error("/proc/interrupts has no line " + std::to_string(line));
  return *count;
}

void subtract(std::optional<std::uint64_t>& after, const std::optional<std::uint64_t>& before) {
  if (after && before) *after -= *before;
}

}  // namespace

// The first line names the CPUs that the columns are of: those that are online, in order.
std::optional<std::uint64_t> cpu_count(std::istream& table, const std::string& label, std::optional<int> cpu) {
  std::string line;
  std::vector<std::string> cpus;
  if (!std::getline(table, line)) return std::nullopt;
  std::istringstream heads(line);
  for (std::string head; heads >> head;) cpus.push_back(head);
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string first;
    if (!(fields >> first) || first != label) continue;
    std::optional<std::uint64_t> found;
    for (const std::string& head : cpus) {
      std::uint64_t count = 0;
      if (!(fields >> count)) break;
      if (!cpu || head == "CPU" + std::to_string(*cpu)) found = found.value_or(0) + count;
    }
    return found;
  }
  return std::nullopt;
}

Triggers read_triggers(const TrialSpec& spec) {
  const EndpointSpec& receiver = spec.receiver;
  const EndpointSpec& sender = spec.sender;
  Triggers triggers;
  triggers.receiver_softirqs = softirqs(receiver.cpu);
  if (sender.cpu != receiver.cpu) triggers.sender_softirqs = softirqs(sender.cpu);
  // a thread that has nothing to poll sleeps, so that it has slept as often as it was woken
  if (receiver.napi_tid != 0) triggers.napi_wakeups = context_switches(receiver.napi_tid, ThreadKind::kernel).voluntary;
  if (receiver.irq != 0) triggers.interrupts = interrupts(receiver.irq);
  return triggers;
}

Triggers operator-(Triggers after, const Triggers& before) {
  after.receiver_softirqs -= before.receiver_softirqs;
  subtract(after.sender_softirqs, before.sender_softirqs);
  subtract(after.napi_wakeups, before.napi_wakeups);
  subtract(after.interrupts, before.interrupts);
  return after;
}

}  // namespace pktpath

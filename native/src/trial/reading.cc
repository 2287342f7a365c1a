// SPDX-License-Identifier: GPL-2.0-only
#include "trial/reading.h"

#include <chrono>
#include <utility>

#include "support/error.h"
#include "support/thread_setup.h"
#include "trial/emulator_marks.h"

namespace pktpath {
namespace {

using namespace std::chrono_literals;

// A stop that takes longer than this has hung.
constexpr auto kPatience = 3s;

}  // namespace

Reading::Reading(std::unique_ptr<Path> path, std::uint32_t work_ns, const Worker::Setup& setup)
    : path_(std::move(path)), work_ns_(work_ns), worker_(setup) {}

Reading::~Reading() { stop(); }

void Reading::open() {
  const auto open = [this] {
    path_->reader().take_work(Work(work_ns_));
    path_->open();
  };
  worker_.run(open).get();
}

void Reading::start(bool announced) {
  reading_ = worker_.run([this, announced] {
    if (announced) mark_reader();
    if (path_->accept()) path_->run();
  });
}

bool Reading::ended() const { return reading_.valid() && reading_.wait_for(0s) == std::future_status::ready; }

void Reading::check() {
  if (ended()) {
    reading_.get();
    throw Error("the reader ended before the trial did");
  }
}

void Reading::finish() {
  stop();
  if (reading_.valid()) reading_.get();
}

void Reading::stop() {
  if (!reading_.valid()) return;
  path_->stop();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (reading_.wait_for(2ms) != std::future_status::ready) {
    if (std::chrono::steady_clock::now() > deadline) std::terminate();  // a thread that cannot be joined
    worker_.interrupt();
  }
  path_->marks().attach(nullptr);
}

ReaderState Reading::state() {
  path_->refresh();
  const PacketReader& reader = path_->reader();
  const ContextSwitches switches = context_switches(tid(), ThreadKind::own);
  ReaderState state;
  state.packets = reader.packets();
  state.bytes = reader.bytes();
  state.calls = reader.calls();
  if (path_->counts_system_calls()) state.system_calls = reader.system_calls();
  state.copied_bytes = reader.copied_bytes();
  state.batches = reader.batches();
  state.latency = reader.latency();
  state.latency_max_ns = reader.latency_max_ns();
  state.protocols = reader.protocols();
  state.sequence = reader.sequence();
  state.thread_cpu_ns = thread_cpu_ns(tid(), ThreadKind::own);
  state.voluntary_switches = switches.voluntary;
  state.involuntary_switches = switches.involuntary;
  return state;
}

ReaderState difference(ReaderState after, const ReaderState& before) {
  after.packets -= before.packets;
  after.bytes -= before.bytes;
  after.calls -= before.calls;
  if (after.system_calls && before.system_calls) *after.system_calls -= *before.system_calls;
  after.copied_bytes -= before.copied_bytes;
  after.batches -= before.batches;
  if (after.latency && before.latency) *after.latency -= *before.latency;
  for (std::size_t i = 0; i < kProtocols; ++i) after.protocols[i] -= before.protocols[i];
  after.sequence.missing -= before.sequence.missing;
  after.sequence.duplicated -= before.sequence.duplicated;
  after.sequence.reordered -= before.sequence.reordered;
  after.sequence.corrupt -= before.sequence.corrupt;
  after.thread_cpu_ns -= before.thread_cpu_ns;
  after.voluntary_switches -= before.voluntary_switches;
  after.involuntary_switches -= before.involuntary_switches;
  return after;
}

ReaderState sum(const std::vector<ReaderState>& states) {
  ReaderState total = states.front();
  for (std::size_t i = 1; i < states.size(); ++i) {
    const ReaderState& state = states[i];
    total.packets += state.packets;
    total.bytes += state.bytes;
    total.calls += state.calls;
    if (total.system_calls && state.system_calls) *total.system_calls += *state.system_calls;
    total.copied_bytes += state.copied_bytes;
    total.batches += state.batches;
    if (total.latency && state.latency) *total.latency += *state.latency;
    total.latency_max_ns = std::max(total.latency_max_ns, state.latency_max_ns);
    for (std::size_t p = 0; p < kProtocols; ++p) total.protocols[p] += state.protocols[p];
    total.sequence.duplicated += state.sequence.duplicated;
    total.sequence.reordered += state.sequence.reordered;
    total.sequence.corrupt += state.sequence.corrupt;
    total.thread_cpu_ns += state.thread_cpu_ns;
    total.voluntary_switches += state.voluntary_switches;
    total.involuntary_switches += state.involuntary_switches;
  }
  // each worker alone misses what the others got
  if (states.size() > 1) total.sequence.missing = 0;
  return total;
}

}  // namespace pktpath

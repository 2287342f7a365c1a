// SPDX-License-Identifier: GPL-2.0-only
#include "hand/receive.h"

#include <algorithm>

#include "support/clock.h"
#include "support/error.h"

namespace pktpath {
namespace {

using namespace std::chrono_literals;

// How often the session looks how far its readers are; each look costs a wake-up on some CPU.
constexpr auto kLook = 10ms;
// With a bound on packets, so that it ends soon after.
constexpr auto kCloseLook = 1ms;
// How often it makes sure that the interface is still there: not every path is told when it goes.
constexpr std::uint64_t kInterfaceNs = 200'000'000;
constexpr std::uint64_t kSecondNs = 1'000'000'000;

}  // namespace

HandReceived HandReceive::run() {
  open();
  HandReceived received;
  received.ending = watch(received);
  finish(received);
  received.elapsed_ns = now_ns() - begin_ns_;
  collect(received);
  return received;
}

void HandReceive::open() {
  for (std::uint32_t i = 0; i < spec_.trial.path.workers; ++i) {
    const Worker::Setup setup{"pktpath-rx", spec_.trial.receiver.netns, spec_.trial.worker_cpus.at(i),
                              spec_.trial.nice};
    auto reading = std::make_unique<Reading>(make_path(spec_.trial, workers_), spec_.trial.path.work_ns, setup);
    reading->path().reader().follow_senders();
    if (spec_.trial.latency) reading->path().reader().take_latency();
    readings_.push_back(std::move(reading));
  }
  readings_.front()
      ->worker()
      .run([this] {
        counter_ = std::make_unique<InterfaceCounter>(spec_.trial.receiver.interface);
        counted_before_ = counter_->received_packets();
      })
      .get();
  for (const auto& reading : readings_) reading->open();
  const std::lock_guard lock(mutex_);
  begin_ns_ = now_ns();
  for (const auto& reading : readings_) reading->start();
  running_ = true;
}

Ending HandReceive::watch(HandReceived& received) {
  std::uint64_t asked = begin_ns_;
  second_.at_ns = begin_ns_;
  while (!stopped_within(spec_.packets ? kCloseLook : kLook)) {
    const Look now = look();
    note(now, received);
    if (spec_.packets && now.packets >= *spec_.packets) return Ending::packets;
    if (spec_.max_duration_ns && now.at_ns - begin_ns_ >= *spec_.max_duration_ns) return Ending::duration;
    if (std::any_of(readings_.begin(), readings_.end(), [](const auto& reading) { return reading->ended(); })) {
      return Ending::peer;
    }
    if (now.at_ns - asked < kInterfaceNs) continue;
    asked = now.at_ns;
    try {
      counter_->received_packets();
    } catch (const Error&) {
      received.problem = "interface " + spec_.trial.receiver.interface + " has gone";
      return Ending::failed;
    }
  }
  return Ending::stopped;
}

// Stops the readers; what they threw is how the session ended.
void HandReceive::finish(HandReceived& received) {
  for (const auto& reading : readings_) {
    try {
      reading->finish();
    } catch (const std::exception& error) {
      received.ending = Ending::failed;
      received.problem += (received.problem.empty() ? "" : ": ") + std::string(error.what());
    }
  }
}

void HandReceive::collect(HandReceived& received) {
  const std::lock_guard lock(mutex_);
  running_ = false;
  std::vector<ReaderState> states;
  for (const auto& reading : readings_) states.push_back(reading->state());
  received.figures.reader = sum(states);
  if (!spec_.trial.latency) received.figures.reader.latency.reset();
  if (one_reader()) {
    const PacketReader& reader = readings_.front()->path().reader();
    std::uint64_t& missing = received.figures.reader.sequence.missing;
    received.before_first = std::min(missing, reader.before_first());
    missing -= *received.before_first;
    received.restarts = reader.restarts();
  }
  try {
    take_drops();
    received.figures.granted = readings_.front()->path().granted();
    received.interface_packets = counter_->received_packets() - counted_before_;
  } catch (const Error& error) {
    if (received.ending != Ending::failed) received.problem = error.what();
    received.ending = Ending::failed;
  }
  received.figures.drops = drops_;
}

HandReceive::Look HandReceive::look() {
  const std::lock_guard lock(mutex_);
  Look look;
  for (const auto& reading : readings_) {
    reading->path().refresh();
    look.packets += reading->path().reader().packets();
    look.bytes += reading->path().reader().bytes();
  }
  look.at_ns = now_ns();
  return look;
}

void HandReceive::note(const Look& now, HandReceived& received) {
  const std::uint64_t ns = now.at_ns - second_.at_ns;
  if (ns < kSecondNs) return;
  const std::uint64_t packets = now.packets - second_.packets;
  if (received.busiest_ns == 0 || packets * received.busiest_ns > received.busiest_packets * ns) {
    received.busiest_ns = ns;
    received.busiest_packets = packets;
    received.busiest_bytes = now.bytes - second_.bytes;
  }
  second_ = now;
}

void HandReceive::take_drops() {
  for (const auto& reading : readings_) {
    for (const auto& [layer, count] : reading->path().take_drops()) drops_[layer] += count;
  }
}

HandFigures HandReceive::figures() {
  HandFigures figures;
  const std::lock_guard lock(mutex_);
  if (!running_) return figures;
  figures.running = true;
  figures.bytes = 0;
  for (const auto& reading : readings_) {
    Path& path = reading->path();
    path.refresh();
    figures.packets += path.reader().packets();
    *figures.bytes += path.reader().bytes();
    if (one_reader()) {
      const std::uint64_t missing = path.reader().sequence().missing;
      figures.missing = missing - std::min(missing, path.reader().before_first());
    }
  }
  try {
    take_drops();
  } catch (const Error&) {
    // the interface has gone; the session's end will say so
  }
  figures.drops = drops_;
  figures.elapsed_ns = now_ns() - begin_ns_;
  return figures;
}

}  // namespace pktpath

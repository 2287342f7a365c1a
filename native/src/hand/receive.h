// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <memory>
#include <vector>

#include "hand/session.h"
#include "trial/interface_counter.h"
#include "trial/reading.h"
#include "trial/trial.h"

namespace pktpath {

struct HandReceiveSpec {
  TrialSpec trial;  // its path, receiver, port, CPUs, nice and latency
  std::optional<std::uint64_t> packets;
  std::optional<std::uint64_t> max_duration_ns;
};

struct HandReceived {
  Ending ending = Ending::stopped;
  std::string problem;  // why it failed
  std::uint64_t elapsed_ns = 0;
  // The one of its seconds that brought most packets, as long as it was between two looks; 0 ns before one was over.
  std::uint64_t busiest_ns = 0;
  std::uint64_t busiest_packets = 0;
  std::uint64_t busiest_bytes = 0;
  std::optional<std::uint64_t> interface_packets;  // nothing when the interface is gone
  std::optional<std::uint64_t> before_first;       // nothing where it cannot be told
  std::uint64_t restarts = 0;
  TrialResult figures;  // its reader, granted and drops
};

// A path that receives from whoever sends.
class HandReceive final : public HandSession {
 public:
  explicit HandReceive(HandReceiveSpec spec) : spec_(std::move(spec)) {}

  // Blocks until the end. Throws what kept it from beginning; what came later is in the result.
  HandReceived run();
  HandFigures figures() override;

 private:
  struct Look {
    std::uint64_t at_ns = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
  };

  void open();
  Ending watch(HandReceived& received);
  void finish(HandReceived& received);
  void collect(HandReceived& received);
  Look look();
  void note(const Look& now, HandReceived& received);
  void take_drops();
  bool one_reader() const { return readings_.size() == 1; }

  HandReceiveSpec spec_;
  Workers workers_;
  std::mutex mutex_;  // for what figures() and run() both touch
  bool running_ = false;
  std::uint64_t begin_ns_ = 0;
  Look second_;  // that the present second began with
  Drops drops_;
  std::unique_ptr<InterfaceCounter> counter_;
  std::uint64_t counted_before_ = 0;
  std::vector<std::unique_ptr<Reading>> readings_;  // last, so that their threads are joined first
};

}  // namespace pktpath

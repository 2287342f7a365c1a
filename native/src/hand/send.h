// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <future>
#include <memory>

#include "generators/generator.h"
#include "hand/session.h"
#include "trial/interface_counter.h"
#include "trial/trial.h"
#include "trial/worker.h"

namespace pktpath {

struct HandSendSpec {
  TrialSpec trial;  // its generator, sender, port and nice; its receiver has the peer's addresses
};

struct HandSent {
  Ending ending = Ending::stopped;
  std::string problem;  // why it failed
  bool whole = true;    // false: the generator threw; `figures` has what it had handed over, how long, how late at most
  std::uint64_t elapsed_ns = 0;
  TrialResult figures;  // its sending, and the sender's CPU time
};

// A generator that sends to whoever receives.
class HandSend final : public HandSession {
 public:
  explicit HandSend(HandSendSpec spec) : spec_(std::move(spec)) {}

  // Blocks until the end. Throws what kept it from beginning; what came later is in the result.
  HandSent run();
  HandFigures figures() override;

 private:
  bool open();
  void watch(std::future<void>& step, HandSent& sent);
  void interrupt_until_done(std::future<void>& step);
  void collect(std::future<void>& step, HandSent& sent);

  HandSendSpec spec_;
  std::mutex mutex_;  // for what figures() and run() both touch
  bool running_ = false;
  std::uint64_t begin_ns_ = 0;
  std::atomic<bool> abort_{false};
  std::unique_ptr<Generator> generator_;
  std::unique_ptr<InterfaceCounter> counter_;
  std::unique_ptr<Worker> worker_;  // last, so that its thread is joined first
};

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "hand/send.h"

#include "support/clock.h"
#include "support/error.h"
#include "support/thread_setup.h"

namespace pktpath {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 10ms;
// How often the session makes sure that the interface is still there: the stack would send by another one.
constexpr std::uint64_t kInterfaceNs = 100'000'000;
// A generator may finish what it has begun; one that is blocked past its end by this much is interrupted.
constexpr std::uint64_t kGraceNs = 1'000'000'000;
// A stop that takes longer than this has hung.
constexpr auto kPatience = 5s;

bool ready(const std::future<void>& step) { return step.wait_for(0s) == std::future_status::ready; }

}  // namespace

HandSent HandSend::run() {
  HandSent sent;
  if (!open()) return sent;
  const GeneratorSpec& generator = spec_.trial.generator;
  std::future<void> step = worker_->run([&] {
    sent.figures.sending =
        generator_->send(generator.packets, generator.packets_per_second, generator.max_duration_ns, abort_);
  });
  watch(step, sent);
  collect(step, sent);
  return sent;
}

// Returns false when it was told to stop before it had a connection.
bool HandSend::open() {
  const EndpointSpec& sender = spec_.trial.sender;
  generator_ = make_generator(spec_.trial);
  worker_ = std::make_unique<Worker>(Worker::Setup{"pktpath-tx", sender.netns, sender.cpu, spec_.trial.nice});
  worker_->run([&] { counter_ = std::make_unique<InterfaceCounter>(sender.interface); }).get();
  std::future<void> step = worker_->run([this] { generator_->open(); });
  while (!ready(step)) {
    if (!stopped_within(kLook)) continue;
    interrupt_until_done(step);
    return false;
  }
  step.get();
  const std::lock_guard lock(mutex_);
  begin_ns_ = now_ns();
  running_ = true;
  return true;
}

void HandSend::watch(std::future<void>& step, HandSent& sent) {
  std::uint64_t asked = begin_ns_;
  sent.ending = Ending::duration;
  while (!ready(step)) {
    if (stopped_within(kLook)) {
      sent.ending = Ending::stopped;
      break;
    }
    const std::uint64_t now = now_ns();
    if (now - begin_ns_ > spec_.trial.generator.max_duration_ns + kGraceNs) break;
    if (now - asked < kInterfaceNs) continue;
    asked = now;
    try {
      counter_->received_packets();
    } catch (const Error&) {
      sent.ending = Ending::failed;
      sent.problem = "interface " + spec_.trial.sender.interface + " has gone";
      break;
    }
  }
  abort_.store(true, std::memory_order_release);
  interrupt_until_done(step);
}

void HandSend::interrupt_until_done(std::future<void>& step) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (step.wait_for(2ms) != std::future_status::ready) {
    if (std::chrono::steady_clock::now() > deadline) std::terminate();  // a thread that cannot be joined
    worker_->interrupt();
  }
}

void HandSend::collect(std::future<void>& step, HandSent& sent) {
  const std::lock_guard lock(mutex_);
  running_ = false;
  sent.elapsed_ns = now_ns() - begin_ns_;
  sent.figures.sender_cpu_ns = thread_cpu_ns(worker_->tid(), ThreadKind::own);
  Sending& sending = sent.figures.sending;
  try {
    step.get();
    sending.wanted = sending.sent;
    sent.elapsed_ns = sending.elapsed_ns;
    if (sent.ending == Ending::duration && sending.sent >= spec_.trial.generator.packets) sent.ending = Ending::packets;
  } catch (const std::exception& error) {
    const Progress& progress = generator_->progress();
    sending.sent = progress.sent.load(std::memory_order_relaxed);
    sending.elapsed_ns = sent.elapsed_ns;
    sending.lateness_max_ns = progress.lateness_max_ns.load(std::memory_order_relaxed);
    sent.whole = false;
    if (sent.ending == Ending::stopped) return;
    sent.ending = Ending::failed;
    sent.problem += (sent.problem.empty() ? "" : ": ") + std::string(error.what());
  }
}

HandFigures HandSend::figures() {
  HandFigures figures;
  const std::lock_guard lock(mutex_);
  if (!running_) return figures;
  figures.running = true;
  figures.packets = generator_->progress().sent.load(std::memory_order_relaxed);
  figures.lateness_max_ns = generator_->progress().lateness_max_ns.load(std::memory_order_relaxed);
  figures.elapsed_ns = now_ns() - begin_ns_;
  return figures;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "trial/trial.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "support/clock.h"
#include "support/error.h"
#include "support/thread_setup.h"
#include "trial/interface_counter.h"
#include "trial/worker.h"

namespace pktpath {
namespace {

using namespace std::chrono_literals;

// Between attaching and the window: the patched call sites and the programs' first runs are behind us then.
constexpr auto kSettle = 10ms;
// How often the trial looks whether the reader has everything; each look costs a wake-up on some CPU.
constexpr auto kLook = 1ms;
// A warm-up or a stop that takes longer than this has hung.
constexpr auto kPatience = 3s;

class Trial {
 public:
  Trial(const TrialSpec& spec, const std::atomic<bool>& abort)
      : spec_(spec), abort_(abort), path_(make_path(spec)), generator_(make_generator(spec)) {}

  ~Trial() { stop_reader(); }

  TrialResult run() {
    receiver_
        .run([this] {
          path_->open();
          counter_ = std::make_unique<InterfaceCounter>(spec_.receiver.interface);
        })
        .get();
    sender_.run([this] { generator_->open(); }).get();
    if (spec_.probes) attach();
    reading_ = receiver_.run([this] {
      if (path_->accept()) path_->run();
    });
    warm_up();
    TrialResult result = measure();
    stop_reader();
    if (reading_.valid()) reading_.get();
    return result;
  }

 private:
  void attach() {
    pktpath_config config{};
    config.receiver_tid = static_cast<pktpath_u32>(receiver_.tid());
    config.sender_tid = static_cast<pktpath_u32>(sender_.tid());
    config.receiver_napi_tid = static_cast<pktpath_u32>(spec_.receiver.napi_tid);
    config.sender_napi_tid = static_cast<pktpath_u32>(spec_.sender.napi_tid);
    config.receiver_ifindex = spec_.receiver.interface_index;
    config.receiver_port = spec_.port;
    config.poll_stage = spec_.probes->poll_stage;
    config.marks = spec_.probes->marks ? 1 : 0;
    collector_ = std::make_unique<Collector>(*spec_.probes, config, spec_.receiver.cpu);
    if (spec_.probes->marks) path_->marks().attach(&collector_->receiver_account());
    std::this_thread::sleep_for(kSettle);
  }

  void warm_up() {
    if (spec_.warmup_packets == 0) return;
    Sending sending;
    sender_
        .run([&] {
          sending = generator_->send(spec_.warmup_packets, spec_.warmup_packets_per_second,
                                     static_cast<std::uint64_t>(std::chrono::nanoseconds(kPatience).count()), abort_);
        })
        .get();
    drain(sending.sent);
  }

  TrialResult measure() {
    TrialResult result;
    const std::uint64_t had = path_->reader().packets();
    const ReaderState before = reader_state();
    path_->take_socket_drops();
    const std::uint64_t wire = counter_->received_packets();
    const auto napi = napi_cpu_ns(spec_.receiver);
    const auto sender_napi = napi_cpu_ns(spec_.sender);
    const std::uint64_t sender_cpu = thread_cpu_ns(sender_.tid(), ThreadKind::own);
    result.started_realtime_ns = read_clock_ns(CLOCK_REALTIME);

    if (collector_) collector_->open_window();
    const std::uint64_t begin = now_ns();
    sender_
        .run([&] {
          result.sending = generator_->send(spec_.generator.packets, spec_.generator.packets_per_second,
                                            spec_.generator.max_duration_ns, abort_);
        })
        .get();
    const std::uint64_t last_progress = drain(had + result.sending.sent);
    if (collector_) collector_->close_window();

    result.window_ns = last_progress - begin;
    result.sender_cpu_ns = thread_cpu_ns(sender_.tid(), ThreadKind::own) - sender_cpu;
    result.reader = difference(reader_state(), before);
    result.socket_drops = path_->take_socket_drops();
    result.granted = path_->granted();
    result.wire_packets = counter_->received_packets() - wire;
    if (napi) result.napi_cpu_ns = *napi_cpu_ns(spec_.receiver) - *napi;
    if (sender_napi) result.sender_napi_cpu_ns = *napi_cpu_ns(spec_.sender) - *sender_napi;
    if (collector_) result.probes = collector_->result();
    return result;
  }

  // Wait until the reader has `packets`, or has made no progress for the time that the spec allows. Returns when it
  // last made any.
  std::uint64_t drain(std::uint64_t packets) {
    std::uint64_t progress = now_ns();
    std::uint64_t seen = path_->reader().packets();
    while (seen < packets) {
      if (abort_.load(std::memory_order_relaxed)) throw Error("aborted");
      check_reader();
      std::this_thread::sleep_for(kLook);
      const std::uint64_t now = path_->reader().packets();
      if (now != seen) {
        seen = now;
        progress = now_ns();
      } else if (now_ns() - progress > spec_.drain_ns) {
        break;
      }
    }
    if (abort_.load(std::memory_order_relaxed)) throw Error("aborted");
    return progress;
  }

  // A reader that ended before it was told to has failed; its exception says how.
  void check_reader() {
    if (reading_.valid() && reading_.wait_for(0s) == std::future_status::ready) {
      reading_.get();
      throw Error("the reader ended before the trial did");
    }
  }

  void stop_reader() {
    if (!reading_.valid()) return;
    path_->stop();
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (reading_.wait_for(2ms) != std::future_status::ready) {
      if (std::chrono::steady_clock::now() > deadline) std::terminate();  // a thread that cannot be joined
      receiver_.interrupt();
    }
    path_->marks().attach(nullptr);
  }

  ReaderState reader_state() {
    const PacketReader& reader = path_->reader();
    const ContextSwitches switches = context_switches(receiver_.tid());
    return {reader.packets(),   reader.bytes(),      reader.calls(),
            reader.protocols(), reader.sequence(),   thread_cpu_ns(receiver_.tid(), ThreadKind::own),
            switches.voluntary, switches.involuntary};
  }

  static ReaderState difference(ReaderState after, const ReaderState& before) {
    after.packets -= before.packets;
    after.bytes -= before.bytes;
    after.calls -= before.calls;
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

  static std::optional<std::uint64_t> napi_cpu_ns(const EndpointSpec& endpoint) {
    if (endpoint.napi_tid == 0) return std::nullopt;
    return thread_cpu_ns(endpoint.napi_tid, ThreadKind::kernel);
  }

  const TrialSpec& spec_;
  const std::atomic<bool>& abort_;
  std::unique_ptr<Path> path_;
  std::unique_ptr<Generator> generator_;
  std::unique_ptr<InterfaceCounter> counter_;
  std::unique_ptr<Collector> collector_;
  std::future<void> reading_;
  // last, so that they are joined before anything that they use goes away
  Worker receiver_{{"pktpath-rx", spec_.receiver.netns, spec_.receiver.cpu, spec_.nice}};
  Worker sender_{{"pktpath-tx", spec_.sender.netns, spec_.sender.cpu, spec_.nice}};
};

}  // namespace

TrialResult run_trial(const TrialSpec& spec, const std::atomic<bool>& abort) { return Trial(spec, abort).run(); }

}  // namespace pktpath

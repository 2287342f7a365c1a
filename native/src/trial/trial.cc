// SPDX-License-Identifier: GPL-2.0-only
#include "trial/trial.h"

#include <algorithm>
#include <chrono>
#include <list>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "generators/wanted.h"
#include "support/clock.h"
#include "support/error.h"
#include "support/thread_setup.h"
#include "trial/emulator_marks.h"
#include "trial/interface_counter.h"
#include "trial/reading.h"
#include "trial/soaker.h"
#include "trial/worker.h"

namespace pktpath {
namespace {

using namespace std::chrono_literals;

// Between attaching and the window: the patched call sites and the programs' first runs are behind us then.
constexpr auto kSettle = 10ms;
// How often the trial looks whether the reader has everything; each look costs a wake-up on some CPU.
constexpr auto kLook = 1ms;
// After so long without progress the trial also asks the counters whether what is missing was dropped.
constexpr auto kAsk = 20ms;
// A warm-up that takes longer than this has hung.
constexpr auto kPatience = 3s;

constexpr std::uint64_t to_ns(std::chrono::nanoseconds duration) {
  return static_cast<std::uint64_t>(duration.count());
}

TrialSpec sink_spec(const TrialSpec& spec) {
  TrialSpec sink = spec;
  sink.path = PathSpec{};
  sink.path.name = "tcp";
  sink.path.read_bytes = spec.observed->read_bytes;
  sink.path.receive_buffer_bytes = spec.observed->receive_buffer_bytes;
  sink.path.message_bytes = spec.observed->message_bytes;
  return sink;
}

class Trial {
 public:
  Trial(const TrialSpec& spec, const std::atomic<bool>& abort)
      : spec_(spec),
        abort_(abort),
        wanted_(spec.generator.wanted_percent),
        generator_(make_generator(spec)),
        sender_({"pktpath-tx", sender_netns(spec), spec.sender.cpu, spec.nice}) {
    for (std::uint32_t i = 0; i < spec_.path.workers; ++i) readings_.push_back(make_reading(spec_, i));
    if (spec_.observed) {
      sink_spec_ = sink_spec(spec_);
      sink_ = make_reading(sink_spec_, 0);
    }
  }

  TrialResult run() {
    check_place();
    for (const auto& reading : readings_) reading->open();
    if (sink_) sink_->open();
    first().worker().run([this] { counter_ = std::make_unique<InterfaceCounter>(spec_.receiver.interface); }).get();
    sender_
        .run([this] {
          if (shares_cpu()) never_preempt(sender_.tid());
          if (!injects()) sender_counter_ = std::make_unique<InterfaceCounter>(spec_.sender.interface);
          generator_->open();
        })
        .get();
    if (spec_.probes) attach();
    for (const auto& reading : readings_) reading->start(spec_.emulator);
    if (sink_) sink_->start();
    warm_up();
    if (spec_.soak) soak();
    TrialResult result = measure();
    if (soaker_) result.soaking = end_soaking();
    if (sink_) sink_->finish();
    for (const auto& reading : readings_) reading->finish();
    return result;
  }

 private:
  // Without NAPI of its own until then, veth gets it with a native XDP program, and polls on the CPU that sends.
  void check_place() const {
    const bool xdp = spec_.path.name == "af-xdp" || spec_.path.name == "xdp-count";
    const auto& sized = spec_.path.sized_filter;
    const bool native =
        (xdp && spec_.path.mode != XdpMode::generic) || (sized && sized->place == FilterPlace::xdp_native);
    if (native && spec_.receiver.napi_tid == 0) {
      throw Unsupported("native XDP on " + spec_.receiver.interface +
                        " would run on the sender's CPU: it needs isolation napi-thread");
    }
  }

  std::unique_ptr<Reading> make_reading(const TrialSpec& spec, std::size_t index) {
    const Worker::Setup setup{"pktpath-rx", spec.receiver.netns, spec.worker_cpus.at(index), spec.nice};
    auto reading = std::make_unique<Reading>(make_path(spec, workers_), spec.path.work_ns, setup);
    if (spec.latency) reading->path().reader().take_latency();
    if (spec.path.flows) reading->path().reader().take_flows();
    return reading;
  }

  // Injected frames come from within the receiver's namespace.
  static std::string sender_netns(const TrialSpec& spec) {
    return spec.generator.method == SendMethod::live_pass ? spec.receiver.netns : spec.sender.netns;
  }

  // Frames come into the receiver's stack without a wire.
  bool injects() const { return spec_.generator.method == SendMethod::live_pass; }

  // The sender leaves the CPU to the reader between its packets. Whether the woken reader takes it before that would depend
  // on how long both have run, probes included, and with it which task the reader is switched from and to.
  bool shares_cpu() const { return spec_.generator.pacing == Pacing::sleep && spec_.generator.packets_per_second > 0; }

  // Both ends of the wire at one moment.
  struct Wire {
    std::uint64_t received = 0;
    std::uint64_t transmitted = 0;
  };
  Wire read_wire() const {
    return {counter_->received_packets(), sender_counter_ ? sender_counter_->read().tx_packets : 0};
  }

  Reading& first() { return *readings_.front(); }

  // Whoever the generator's packets are for.
  Reading& addressee() { return sink_ ? *sink_ : first(); }

  void attach() {
    if (readings_.size() > 1) throw Error("the probes follow one reader, and the path has several");
    pktpath_config config{};
    config.receiver_tid = static_cast<pktpath_u32>(first().tid());
    config.sender_tid = static_cast<pktpath_u32>(sender_.tid());
    config.receiver_napi_tid = static_cast<pktpath_u32>(spec_.receiver.napi_tid);
    config.sender_napi_tid = static_cast<pktpath_u32>(spec_.sender.napi_tid);
    config.receiver_ifindex = spec_.receiver.interface_index;
    config.receiver_port = spec_.port;
    config.receiver_irq = spec_.receiver.irq;
    config.poll_stage = spec_.probes->poll_stage;
    config.woken_stage = spec_.probes->woken_stage;
    config.copied_stage = spec_.probes->copied_stage;
    config.marks = spec_.probes->marks ? 1 : 0;
    collector_ = std::make_unique<Collector>(*spec_.probes, config, spec_.receiver.cpu);
    if (spec_.probes->marks) first().path().marks().attach(&collector_->receiver_account());
    std::this_thread::sleep_for(kSettle);
  }

  void warm_up() {
    if (spec_.warmup_packets == 0) return;
    const Wire wire = read_wire();
    Sending sending;
    sender_
        .run([&] {
          sending = generator_->send(spec_.warmup_packets, spec_.warmup_packets_per_second, to_ns(kPatience), abort_);
        })
        .get();
    warmup_sent_ = sending.sent;
    drain(0, coming(0, sending.sent), wire);
    settle(sending.sent, wire);
  }

  // From here on the receiver's CPU is kept from everything but the receive path; this thread, too, has to be elsewhere. The
  // sender has its CPU to itself as well, and keeps its time.
  void soak() {
    if (spec_.receiver.cpu == spec_.sender.cpu) throw Error("a soaker would take the sender's CPU from it");
    pin_thread(0, spec_.sender.cpu);
    unless_refused([&] {
      raised_.emplace_back(first().tid(), kSoakedPathPriority);
      if (spec_.receiver.napi_tid != 0) raised_.emplace_back(spec_.receiver.napi_tid, kSoakedPathPriority);
      raised_.emplace_back(sender_.tid(), kSoakedPathPriority);
      // acknowledgements get past a sender that spins
      if (spec_.sender.napi_tid != 0) raised_.emplace_back(spec_.sender.napi_tid, kSoakedPathPriority + 1);
      soaker_ = std::make_unique<Soaker>(spec_.receiver.cpu);
      soaker_->calibrate();
    });
  }

  // A control group without real-time runtime, or a real-time program of somebody else's on that CPU: the machine cannot
  // give the unprobed total, and everything else all the same.
  template <typename Action>
  static void unless_refused(Action action) {
    try {
      action();
    } catch (const Error& error) {
      throw Unsupported(std::string("no soaker on the receiver's CPU: ") + error.what());
    }
  }

  Soaking end_soaking() {
    Soaking soaking;
    unless_refused([&] {
      soaker_->calibrate();
      soaking = soaker_->result();
    });
    soaker_.reset();
    raised_.clear();
    return soaking;
  }

  TrialResult measure() {
    TrialResult result;
    for (const auto& reading : readings_) reading->path().reader().forget_latency_max();
    const std::uint64_t had = received(addressee());
    const std::uint64_t filtered_before = counted_filtered();
    const std::vector<ReaderState> before = states();
    const std::uint64_t sink_had = sink_ ? sink_->path().reader().bytes() : 0;
    const FlowCounts flows_had = flows();
    take_drops();
    drops_.clear();
    const Wire wire = read_wire();
    const auto napi = napi_cpu_ns(spec_.receiver);
    const auto sender_napi = napi_cpu_ns(spec_.sender);
    const std::uint64_t sender_cpu = thread_cpu_ns(sender_.tid(), ThreadKind::own);
    const Triggers triggers = read_triggers(spec_);
    result.started_realtime_ns = read_clock_ns(CLOCK_REALTIME);

    if (spec_.emulator) mark_window_open();
    if (collector_) collector_->open_window();
    if (soaker_) soaker_->open();
    const std::uint64_t begin = now_ns();
    sender_
        .run([&] {
          result.sending = generator_->send(spec_.generator.packets, spec_.generator.packets_per_second,
                                            spec_.generator.max_duration_ns, abort_);
        })
        .get();
    result.sending.wanted = wanted_.among(warmup_sent_, result.sending.sent);
    const std::uint64_t last_progress = drain(had, coming(warmup_sent_, result.sending.sent), wire);
    settle(result.sending.sent, wire);
    if (soaker_) soaker_->close();
    if (collector_) collector_->close_window();
    if (spec_.emulator) mark_window_close();

    result.triggers = read_triggers(spec_) - triggers;
    result.window_ns = last_progress - begin;
    result.sender_cpu_ns = thread_cpu_ns(sender_.tid(), ThreadKind::own) - sender_cpu;
    result.reader = since(before);
    if (spec_.path.flows) result.flows = flows_since(flows_had);
    if (!spec_.latency) result.reader.latency.reset();
    take_drops();
    result.drops = drops_;
    result.filtered = first().path().filtered() ? counted_filtered() - filtered_before : filtered(result.sending.sent);
    result.granted = first().path().granted();
    // injected frames never meet the driver, which is who counts
    result.wire_packets = injects() ? result.sending.sent : counter_->received_packets() - wire.received;
    if (napi) result.napi_cpu_ns = *napi_cpu_ns(spec_.receiver) - *napi;
    if (sender_napi) result.sender_napi_cpu_ns = *napi_cpu_ns(spec_.sender) - *sender_napi;
    if (collector_) result.probes = collector_->result();
    if (sink_) result.observed_bytes = sink_->path().reader().bytes() - sink_had;
    return result;
  }

  std::uint64_t received(Reading& reading) {
    std::uint64_t packets = 0;
    if (&reading == sink_.get()) return reading.path().reader().packets();
    for (const auto& each : readings_) {
      each->path().refresh();
      packets += each->path().reader().packets();
    }
    return packets + counted_filtered();
  }

  // What a filter of the path has taken out so far, where somebody counts it.
  std::uint64_t counted_filtered() { return first().path().filtered().value_or(0); }

  // Whether a filter takes packets out that nobody counts, but of which it is known which they are.
  bool filters_uncounted() { return !wanted_.all() && spec_.path.sized_filter && !first().path().filtered(); }

  // Of `sent` packets from number `from` on, those that received() will have in the end.
  std::uint64_t coming(std::uint64_t from, std::uint64_t sent) {
    return filters_uncounted() ? wanted_.among(from, sent) : sent;
  }

  // Packets that are filtered out uncounted behind the last wanted one leave a trace on the wire alone: wait until it had
  // them, and a look longer. What the wire has lost does not come; the ledger says so.
  void settle(std::uint64_t sent, const Wire& since) {
    if (!filters_uncounted()) return;
    const std::uint64_t deadline = now_ns() + to_ns(kAsk);
    while (read_wire().received - since.received < sent && now_ns() < deadline) std::this_thread::sleep_for(kLook);
    std::this_thread::sleep_for(kLook);
  }

  std::vector<ReaderState> states() {
    std::vector<ReaderState> all;
    for (const auto& reading : readings_) all.push_back(reading->state());
    return all;
  }

  ReaderState since(const std::vector<ReaderState>& before) {
    std::vector<ReaderState> all = states();
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = difference(std::move(all[i]), before[i]);
    return sum(all);
  }

  FlowCounts flows() const {
    FlowCounts counts;
    for (const auto& reading : readings_) reading->path().add_flows(counts);
    return counts;
  }

  FlowCounts flows_since(const FlowCounts& before) const {
    FlowCounts now = flows();
    for (const auto& [key, had] : before.flows) {
      const auto found = now.flows.find(key);
      if (found == now.flows.end()) throw Error("a flow that was counted has gone from its table");
      found->second.packets -= had.packets;
      found->second.bytes -= had.bytes;
      if (found->second.packets == 0) now.flows.erase(found);
    }
    now.untracked -= before.untracked;
    return now;
  }

  // Adds what was dropped since the last time to `drops_`, and says how much that comes to in all.
  std::uint64_t take_drops() {
    std::uint64_t all = 0;
    for (const auto& reading : readings_) {
      for (const auto& [layer, count] : reading->path().take_drops()) drops_[layer] += count;
    }
    for (const auto& [layer, count] : drops_) all += count;
    return all;
  }

  // Wait until the reader has `packets` more than it had, or all that was not dropped, or has made no progress for
  // the time that the spec allows. Returns when it last made any.
  std::uint64_t drain(std::uint64_t had, std::uint64_t packets, const Wire& wire) {
    came_at_look_ = 0;
    std::uint64_t progress = now_ns();
    std::uint64_t asked = progress;
    std::uint64_t seen = received(addressee());
    while (seen < had + packets) {
      if (abort_.load(std::memory_order_relaxed)) throw Error("aborted");
      for (const auto& reading : readings_) reading->check();
      if (sink_) sink_->check();
      std::this_thread::sleep_for(kLook);
      const std::uint64_t now = now_ns();
      const std::uint64_t has = received(addressee());
      if (has != seen) {
        seen = has;
        progress = asked = now;
      } else if (now - progress > spec_.drain_ns) {
        break;
      } else if (now - asked > to_ns(kAsk)) {
        asked = now;
        if (nothing_is_under_way(seen - had, packets, wire)) break;
      }
    }
    if (abort_.load(std::memory_order_relaxed)) throw Error("aborted");
    return progress;
  }

  // Whether everything that came over the wire since it had counted `wire` is in the reader's hand or was dropped by the
  // path, and the wire has been quiet since the last time. Without this a trial that lost packets would wait out its
  // whole patience.
  bool nothing_is_under_way(std::uint64_t got, std::uint64_t packets, const Wire& since) {
    if (sink_ || (first().path().has_filter() && !first().path().filtered())) return false;
    const Wire now = read_wire();
    const std::uint64_t came = injects() ? packets : now.received - since.received;
    // what the sender's interface has taken and the receiver's not is in veth's ring
    if (!injects() && now.transmitted - since.transmitted != came) return false;
    const bool quiet = came == std::exchange(came_at_look_, came);
    return quiet && got + take_drops() == came;
  }

  // How many of the packets sent in the window the path's filter does not want.
  std::uint64_t filtered(std::uint64_t sent) {
    const Path& path = first().path();
    if (!path.has_filter() || spec_.observed) return 0;
    std::uint64_t unwanted = 0;
    for (std::uint64_t i = 0; i < sent; ++i) {
      const std::vector<std::uint8_t> frame = generator_->frame(static_cast<std::uint32_t>(warmup_sent_ + i));
      if (frame.empty()) throw Error("a filter needs a generator whose frames are known");
      if (!path.wants(frame.data(), frame.size())) unwanted += 1;
    }
    return unwanted;
  }

  static std::optional<std::uint64_t> napi_cpu_ns(const EndpointSpec& endpoint) {
    if (endpoint.napi_tid == 0) return std::nullopt;
    return thread_cpu_ns(endpoint.napi_tid, ThreadKind::kernel);
  }

  const TrialSpec& spec_;
  const std::atomic<bool>& abort_;
  Workers workers_;
  TrialSpec sink_spec_;
  const Wanted wanted_;
  std::unique_ptr<Generator> generator_;
  std::unique_ptr<InterfaceCounter> counter_;
  std::unique_ptr<InterfaceCounter> sender_counter_;
  std::unique_ptr<Collector> collector_;
  Drops drops_;
  std::uint64_t warmup_sent_ = 0;
  std::uint64_t came_at_look_ = 0;
  // last, so that their threads are joined before anything that they use goes away
  Worker sender_;
  std::vector<std::unique_ptr<Reading>> readings_;
  std::unique_ptr<Reading> sink_;
  std::list<RaisedPriority> raised_;
  std::unique_ptr<Soaker> soaker_;
};

}  // namespace

TrialResult run_trial(const TrialSpec& spec, const std::atomic<bool>& abort) { return Trial(spec, abort).run(); }

}  // namespace pktpath

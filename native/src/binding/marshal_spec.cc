// SPDX-License-Identifier: GPL-2.0-only
#include "binding/fields.h"
#include "binding/marshal.h"
#include "binding/spec_parts.h"

namespace pktpath {
namespace {

constexpr double kMaxTid = 4194304;   // PID_MAX_LIMIT
constexpr double kMaxIrq = 1U << 20;  // far above NR_IRQS of any kernel
constexpr double kMaxBuffer = 1U << 30;
constexpr double kMaxBatch = 1024;  // UIO_MAXIOV: what sendmmsg(2) and recvmmsg(2) take
constexpr double kMaxWorkers = 64;
constexpr double kMaxWork = 1e9;
constexpr double kMaxBlocks = 65536;
constexpr double kMaxFrames = 1U << 20;
constexpr double kMaxRate = 1e8;
constexpr double kMaxDrain = 60e9;

// One word of a list, or a TypeError that names them all.
template <typename T, std::size_t N>
T word(const Fields& fields, const char* key, const std::pair<const char*, T> (&words)[N]) {
  const std::string given = fields.string(key);
  std::string known;
  for (const auto& [name, value] : words) {
    if (given == name) return value;
    known += std::string(known.empty() ? "" : ", ") + name;
  }
  fields.fail(key, "is '" + given + "', which is none of " + known);
}

Waiting to_waiting(const Fields& fields) {
  return word<Waiting>(fields, "waiting",
                       {{"sleep", Waiting::sleep},
                        {"spin", Waiting::spin},
                        {"busy-poll", Waiting::busy_poll},
                        {"irq-suspend", Waiting::irq_suspend}});
}

void read_capture(const Fields& fields, PathSpec& path) {
  path.snaplen = fields.integer<std::uint32_t>("snaplen", kMinSnaplen, kMaxSnaplen);
  if (!fields.is_null("filter")) path.filter = fields.string("filter");
}

// Left out: packets are counted by protocol alone.
void read_task(const Fields& fields, PathSpec& path) {
  if (fields.given("task")) path.flows = word<bool>(fields, "task", {{"count", false}, {"flows", true}});
}

void read_sized_filter(const Fields& fields, PathSpec& path) {
  if (fields.is_null("sizedFilter")) return;
  if (path.filter) fields.fail("sizedFilter", "does not go together with a filter");
  if (path.workers > 1) fields.fail("sizedFilter", "goes with one worker");
  const Fields sized = fields.object("sizedFilter");
  path.sized_filter = {word<FilterPlace>(sized, "place",
                                         {{"user", FilterPlace::user},
                                          {"cbpf", FilterPlace::cbpf},
                                          {"ebpf", FilterPlace::ebpf},
                                          {"xdp-generic", FilterPlace::xdp_generic},
                                          {"xdp-native", FilterPlace::xdp_native}}),
                       sized.integer<std::uint32_t>("instructions", kMinFilterInstructions, kMaxFilterInstructions)};
}

void read_buffer(const Fields& fields, PathSpec& path) {
  path.receive_buffer_bytes = fields.integer<std::uint32_t>("receiveBufferBytes", 0, kMaxBuffer);
}

void read_batch(const Fields& fields, PathSpec& path) {
  path.batch = fields.integer<std::uint32_t>("batch", 1, kMaxBatch);
}

void read_workers(const Fields& fields, PathSpec& path) {
  path.workers = fields.integer<std::uint32_t>("workers", 1, kMaxWorkers);
}

void read_ring(const Fields& fields, PathSpec& path) {
  read_capture(fields, path);
  read_workers(fields, path);
  path.waiting = to_waiting(fields);
  path.block_bytes = fields.integer<std::uint32_t>("blockBytes", 1, kMaxBuffer);
  path.blocks = fields.integer<std::uint32_t>("blocks", 1, kMaxBlocks);
  path.frame_bytes = fields.integer<std::uint32_t>("frameBytes", 1, kMaxBuffer);
}

bool counts_in_kernel(const std::string& name) {
  return name == "xdp-count" || name == "tc-count" || name == "socket-filter-count";
}

// Left out: none.
void read_work(const Fields& fields, PathSpec& path) {
  if (!fields.given("workNs")) return;
  if (counts_in_kernel(path.name)) fields.fail("workNs", "asks for a reader, and " + path.name + " has none");
  path.work_ns = fields.integer<std::uint32_t>("workNs", 0, kMaxWork);
}

void read_action(const Fields& fields, PathSpec& path) {
  path.pass = word<bool>(fields, "action", {{"drop", false}, {"pass", true}});
}

bool is_stream(Traffic traffic) { return traffic == Traffic::tcp_message || traffic == Traffic::tcp_bulk; }

void read_af_xdp(const Fields& fields, PathSpec& path) {
  path.mode = word<XdpMode>(fields, "mode",
                            {{"generic", XdpMode::generic},
                             {"native-copy", XdpMode::native},
                             {"native-zero-copy", XdpMode::native_zero_copy}});
  path.frames = fields.integer<std::uint32_t>("frames", 1, kMaxFrames);
  path.need_wakeup = fields.boolean("needWakeup");
  path.waiting = to_waiting(fields);
  read_batch(fields, path);
  path.object = fields.string("object");
}

}  // namespace

PathSpec to_path(const Fields& fields) {
  PathSpec path;
  path.name = fields.string("name");
  const std::string& name = path.name;
  if (name == "tcp") {
    path.read_bytes = fields.integer<std::uint32_t>("readBytes", 1, kMaxBuffer);
    path.message_bytes = fields.integer<std::uint32_t>("messageBytes", sizeof(PayloadHeader), 65535);
    path.zero_copy = fields.boolean("zeroCopy");
    read_buffer(fields, path);
    path.waiting = to_waiting(fields);
  } else if (name == "udp" || name == "udp-recvmmsg") {
    read_buffer(fields, path);
    if (name == "udp-recvmmsg") read_batch(fields, path);
    path.waiting = to_waiting(fields);
  } else if (name == "packet-recvfrom" || name == "packet-recvmmsg" || name == "sock-packet") {
    read_capture(fields, path);
    read_buffer(fields, path);
    if (name == "packet-recvmmsg") read_batch(fields, path);
    if (name != "sock-packet") read_workers(fields, path);
    if (name != "packet-recvmmsg") read_sized_filter(fields, path);
    path.waiting = to_waiting(fields);
  } else if (name == "tpacket-v1" || name == "tpacket-v2" || name == "tpacket-v3") {
    read_ring(fields, path);
    if (name == "tpacket-v3") {
      path.block_timeout_ms = fields.integer<std::uint32_t>("blockTimeoutMs", 0, 60000);
      read_sized_filter(fields, path);
    }
  } else if (name == "libpcap") {
    path.buffer_bytes = fields.integer<std::uint32_t>("bufferBytes", 1, kMaxBuffer);
    path.timeout_ms = fields.integer<std::uint32_t>("timeoutMs", 1, 60000);
    path.immediate = fields.boolean("immediate");
    read_capture(fields, path);
  } else if (name == "af-xdp") {
    read_af_xdp(fields, path);
  } else if (name == "xdp-count") {
    path.mode = word<XdpMode>(fields, "mode", {{"generic", XdpMode::generic}, {"native", XdpMode::native}});
    read_action(fields, path);
    path.object = fields.string("object");
  } else if (name == "tc-count") {
    read_action(fields, path);
    path.object = fields.string("object");
  } else if (name == "socket-filter-count") {
    path.object = fields.string("object");
  } else {
    fields.fail("name", "is '" + name + "', which is no path");
  }
  if (name != "tcp" && name != "udp" && name != "udp-recvmmsg") read_task(fields, path);
  read_work(fields, path);
  return path;
}

GeneratorSpec to_generator(const Fields& fields) {
  GeneratorSpec generator;
  generator.traffic = word<Traffic>(fields, "traffic",
                                    {{"raw", Traffic::raw},
                                     {"udp", Traffic::udp},
                                     {"tcp-message", Traffic::tcp_message},
                                     {"tcp-bulk", Traffic::tcp_bulk}});
  generator.method = word<SendMethod>(fields, "method",
                                      {{"sendto", SendMethod::sendto},
                                       {"sendmmsg", SendMethod::sendmmsg},
                                       {"tx-ring", SendMethod::tx_ring},
                                       {"af-xdp", SendMethod::af_xdp},
                                       {"live-redirect", SendMethod::live_redirect},
                                       {"live-pass", SendMethod::live_pass},
                                       {"command", SendMethod::command}});
  generator.batch = fields.integer<std::uint32_t>("batch", 1, kMaxBatch);
  generator.frame_bytes = fields.integer<std::uint32_t>("frameBytes", 64, 1514);
  if (fields.given("flows")) generator.flows = fields.integer<std::uint32_t>("flows", 1, FLOWS_MOST);
  generator.wanted_percent = fields.integer<std::uint32_t>("wantedPercent", 0, 100);
  generator.packets = fields.integer<std::uint64_t>("packets", 1, kMaxPackets);
  if (!fields.is_null("packetsPerSecond")) {
    generator.packets_per_second = fields.number("packetsPerSecond", 1e-3, kMaxRate);
  }
  generator.pacing = word<Pacing>(fields, "pacing", {{"spin", Pacing::spin}, {"sleep", Pacing::sleep}});
  generator.max_duration_ns = fields.integer<std::uint64_t>("maxDurationNs", 1, kMaxDuration);
  const bool live = generator.method == SendMethod::live_redirect || generator.method == SendMethod::live_pass;
  if (live || !fields.is_null("object")) generator.object = fields.string("object");
  const bool command = generator.method == SendMethod::command;
  if (command || !fields.is_null("command")) generator.command = fields.strings("command");
  if (command && generator.command.empty()) fields.fail("command", "is empty");
  return generator;
}

EndpointSpec to_endpoint(const Fields& fields) {
  EndpointSpec endpoint;
  endpoint.netns = fields.string("netns");
  endpoint.interface = fields.string("interface");
  endpoint.interface_index = fields.integer<std::uint32_t>("interfaceIndex", 1, 2147483647);
  endpoint.mac = fields.string("mac");
  endpoint.address = fields.string("address");
  endpoint.cpu = fields.integer<int>("cpu", 0, kMaxCpu);
  endpoint.napi_tid = fields.integer<pid_t>("napiTid", 0, kMaxTid);
  endpoint.irq = fields.integer<std::uint32_t>("irq", 0, kMaxIrq);
  return endpoint;
}

std::vector<int> to_worker_cpus(const Fields& fields, std::uint32_t workers) {
  std::vector<int> cpus = fields.integers<int>("workerCpus", 0, kMaxCpu);
  if (cpus.size() < workers) fields.fail("workerCpus", "does not have a CPU for each worker");
  return cpus;
}

void check_method(const Fields& fields, const GeneratorSpec& generator) {
  const SendMethod method = generator.method;
  if (is_stream(generator.traffic) && method != SendMethod::sendto && method != SendMethod::command) {
    fields.fail("generator", "can send TCP by sendto or by a command only");
  }
  if (method == SendMethod::tx_ring && generator.traffic != Traffic::raw) {
    fields.fail("generator", "can send raw frames only through a transmit ring");
  }
  if (generator.flows > 1 && (method != SendMethod::af_xdp || generator.traffic != Traffic::udp)) {
    fields.fail("generator", "can send several flows as UDP frames by af-xdp only");
  }
  const bool marks =
      method != SendMethod::live_redirect && method != SendMethod::live_pass && method != SendMethod::command;
  if (generator.wanted_percent != 100 && (generator.traffic != Traffic::raw || !marks)) {
    fields.object("generator").fail("wantedPercent", "is below 100, and only raw frames of our own senders are marked");
  }
}

namespace {

ProbeSpec to_probes(const Fields& fields) {
  ProbeSpec probes;
  probes.object = fields.string("object");
  probes.programs = fields.strings("programs");
  probes.marks = fields.boolean("marks");
  probes.targets = fields.texts("targets");
  probes.exact = fields.boolean("exact");
  using Stage = std::uint32_t;
  probes.poll_stage =
      word<Stage>(fields, "pollStage",
                  {{"driver-rx", STAGE_DRIVER_RX}, {"net-rx", STAGE_NET_RX}, {"net-rx-action", STAGE_NET_RX_ACTION}});
  probes.woken_stage = word<Stage>(
      fields, "wokenStage", {{"packet-tap", STAGE_PACKET_TAP}, {"ip-tcp", STAGE_IP_TCP}, {"net-rx", STAGE_NET_RX}});
  probes.copied_stage =
      word<Stage>(fields, "copiedStage", {{"recvmsg", STAGE_RECVMSG}, {"syscall-return", STAGE_SYSCALL_RETURN}});
  return probes;
}

ObservedSpec to_observed(const Fields& fields) {
  return {fields.integer<std::uint32_t>("readBytes", 1, kMaxBuffer),
          fields.integer<std::uint32_t>("receiveBufferBytes", 0, kMaxBuffer),
          fields.integer<std::uint32_t>("messageBytes", sizeof(PayloadHeader), 65535)};
}

// Whether a packet that the path has seen goes no further; a connection under observation would starve.
bool takes_packets(const PathSpec& path) {
  return path.name == "af-xdp" || ((path.name == "xdp-count" || path.name == "tc-count") && !path.pass);
}

// What each field allows by itself has been checked; here is what they have to be together.
void check_together(const Fields& fields, const TrialSpec& spec) {
  const bool stream = is_stream(spec.generator.traffic);
  if (spec.observed) {
    if (spec.generator.traffic != Traffic::tcp_bulk) fields.fail("observed", "has no TCP bulk traffic to observe");
    if (spec.path.name == "tcp") fields.fail("observed", "is the path's own traffic");
    if (takes_packets(spec.path)) fields.fail("observed", "would lose its packets to the path");
    if (spec.probes) fields.fail("observed", "has a second reader, and the probes follow one");
  } else if (stream != (spec.path.name == "tcp")) {
    fields.fail("generator", "does not send what the path receives");
  }
  const bool udp = spec.path.name == "udp" || spec.path.name == "udp-recvmmsg";
  if (udp && spec.generator.traffic != Traffic::udp) fields.fail("generator", "does not send what the path receives");
  check_method(fields, spec.generator);
}

}  // namespace

TrialSpec to_trial_spec(const Napi::Value& value) {
  const Fields fields(value, "spec");
  TrialSpec spec;
  spec.path = to_path(fields.object("path"));
  spec.generator = to_generator(fields.object("generator"));
  spec.receiver = to_endpoint(fields.object("receiver"));
  spec.sender = to_endpoint(fields.object("sender"));
  // an empty name is the caller's own namespace, and a run's traffic stays in those that it made
  for (const char* end : {"receiver", "sender"}) {
    if (fields.object(end).string("netns").empty()) fields.object(end).fail("netns", "is empty");
  }
  spec.port = fields.integer<std::uint16_t>("port", 1, 65535);
  if (!fields.is_null("probes")) spec.probes = to_probes(fields.object("probes"));
  spec.warmup_packets = fields.integer<std::uint64_t>("warmupPackets", 0, kMaxPackets);
  spec.warmup_packets_per_second = fields.number("warmupPacketsPerSecond", 1e-3, kMaxRate);
  spec.drain_ns = fields.integer<std::uint64_t>("drainNs", 0, kMaxDrain);
  spec.nice = fields.integer<int>("nice", -20, 19);
  if (spec.warmup_packets + spec.generator.packets >= 1ULL << 32) {
    fields.fail("generator", "sends more packets, with the warm-up, than 32-bit sequence numbers can tell apart");
  }
  spec.latency = fields.boolean("latency");
  spec.emulator = fields.boolean("emulator");
  spec.soak = fields.boolean("soak");
  spec.worker_cpus = to_worker_cpus(fields, spec.path.workers);
  if (!fields.is_null("observed")) spec.observed = to_observed(fields.object("observed"));
  check_together(fields, spec);
  return spec;
}

}  // namespace pktpath

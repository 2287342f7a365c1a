// SPDX-License-Identifier: GPL-2.0-only
#include "binding/fields.h"
#include "binding/marshal.h"

namespace pktpath {
namespace {

constexpr double kMaxTid = 4194304;  // PID_MAX_LIMIT
constexpr double kMaxBuffer = 1U << 30;
constexpr double kMaxSnaplen = 262144;  // libpcap's MAXIMUM_SNAPLEN
constexpr double kMaxRate = 1e8;
constexpr double kMaxPackets = 4e9;      // sequence numbers have 32 bits
constexpr double kMaxDuration = 3600e9;  // one hour
constexpr double kMaxDrain = 60e9;

PathSpec to_path(const Fields& fields) {
  PathSpec path;
  path.name = fields.string("name");
  if (path.name == "tcp") {
    path.read_bytes = fields.integer<std::uint32_t>("readBytes", 1, kMaxBuffer);
    path.receive_buffer_bytes = fields.integer<std::uint32_t>("receiveBufferBytes", 0, kMaxBuffer);
    path.message_bytes = fields.integer<std::uint32_t>("messageBytes", sizeof(PayloadHeader), 65535);
  } else if (path.name == "packet-recvfrom") {
    path.receive_buffer_bytes = fields.integer<std::uint32_t>("receiveBufferBytes", 0, kMaxBuffer);
    path.snaplen = fields.integer<std::uint32_t>("snaplen", 64, kMaxSnaplen);
  } else if (path.name == "libpcap") {
    path.buffer_bytes = fields.integer<std::uint32_t>("bufferBytes", 1, kMaxBuffer);
    path.timeout_ms = fields.integer<std::uint32_t>("timeoutMs", 1, 60000);
    path.immediate = fields.boolean("immediate");
    path.snaplen = fields.integer<std::uint32_t>("snaplen", 64, kMaxSnaplen);
  } else {
    fields.fail("name", "is '" + path.name + "', which is no path");
  }
  return path;
}

Traffic to_traffic(const Fields& fields) {
  const std::string traffic = fields.string("traffic");
  if (traffic == "raw") return Traffic::raw;
  if (traffic == "udp") return Traffic::udp;
  if (traffic == "tcp-message") return Traffic::tcp_message;
  if (traffic == "tcp-bulk") return Traffic::tcp_bulk;
  fields.fail("traffic", "is '" + traffic + "', which is no kind of traffic");
}

GeneratorSpec to_generator(const Fields& fields) {
  GeneratorSpec generator;
  generator.traffic = to_traffic(fields);
  generator.frame_bytes = fields.integer<std::uint32_t>("frameBytes", 64, 1514);
  generator.packets = fields.integer<std::uint64_t>("packets", 1, kMaxPackets);
  if (!fields.is_null("packetsPerSecond")) {
    generator.packets_per_second = fields.number("packetsPerSecond", 1e-3, kMaxRate);
  }
  generator.max_duration_ns = fields.integer<std::uint64_t>("maxDurationNs", 1, kMaxDuration);
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
  return endpoint;
}

ProbeSpec to_probes(const Fields& fields) {
  ProbeSpec probes;
  probes.object = fields.string("object");
  probes.programs = fields.strings("programs");
  probes.marks = fields.boolean("marks");
  const std::string stage = fields.string("pollStage");
  if (stage != "driver-rx" && stage != "net-rx") fields.fail("pollStage", "is neither driver-rx nor net-rx");
  probes.poll_stage = stage == "driver-rx" ? STAGE_DRIVER_RX : STAGE_NET_RX;
  return probes;
}

}  // namespace

TrialSpec to_trial_spec(const Napi::Value& value) {
  const Fields fields(value, "spec");
  TrialSpec spec;
  spec.path = to_path(fields.object("path"));
  spec.generator = to_generator(fields.object("generator"));
  spec.receiver = to_endpoint(fields.object("receiver"));
  spec.sender = to_endpoint(fields.object("sender"));
  spec.port = fields.integer<std::uint16_t>("port", 1, 65535);
  if (!fields.is_null("probes")) spec.probes = to_probes(fields.object("probes"));
  spec.warmup_packets = fields.integer<std::uint64_t>("warmupPackets", 0, kMaxPackets);
  spec.warmup_packets_per_second = fields.number("warmupPacketsPerSecond", 1e-3, kMaxRate);
  spec.drain_ns = fields.integer<std::uint64_t>("drainNs", 0, kMaxDrain);
  spec.nice = fields.integer<int>("nice", -20, 19);
  if (spec.warmup_packets + spec.generator.packets >= 1ULL << 32) {
    fields.fail("generator", "sends more packets, with the warm-up, than 32-bit sequence numbers can tell apart");
  }
  const bool stream = spec.generator.traffic == Traffic::tcp_message || spec.generator.traffic == Traffic::tcp_bulk;
  if (stream != (spec.path.name == "tcp")) fields.fail("generator", "does not send what the path receives");
  return spec;
}

}  // namespace pktpath

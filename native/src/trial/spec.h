// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pktpath {

// The structs mirror harness/executor/contract.ts, which says what each field means.

// Leaves the headers that a reader reads.
constexpr std::uint32_t kMinSnaplen = 64;
// Captures at least this much of everything: libpcap's MAXIMUM_SNAPLEN.
constexpr std::uint32_t kMaxSnaplen = 262144;

enum class Waiting { sleep, spin, busy_poll, irq_suspend };
enum class XdpMode { generic, native, native_zero_copy };

// Who runs a sized filter: the reader on what it has received, the socket's filter, or an XDP program.
enum class FilterPlace { user, cbpf, ebpf, xdp_generic, xdp_native };
constexpr std::uint32_t kMinFilterInstructions = 3;
constexpr std::uint32_t kMaxFilterInstructions = 1024;

struct SizedFilterSpec {
  FilterPlace place = FilterPlace::cbpf;
  std::uint32_t instructions = kMinFilterInstructions;
};

struct PathSpec {
  std::string name;
  std::uint32_t read_bytes = 0;
  std::uint32_t receive_buffer_bytes = 0;
  std::uint32_t message_bytes = 0;
  bool zero_copy = false;
  std::uint32_t snaplen = 0;
  std::optional<std::string> filter;
  std::optional<SizedFilterSpec> sized_filter;
  Waiting waiting = Waiting::sleep;
  std::uint32_t workers = 1;
  std::uint32_t work_ns = 0;  // what the reader does with each packet
  std::uint32_t batch = 1;
  std::uint32_t block_bytes = 0;
  std::uint32_t blocks = 0;
  std::uint32_t frame_bytes = 0;
  std::uint32_t block_timeout_ms = 0;
  std::uint32_t buffer_bytes = 0;
  std::uint32_t timeout_ms = 0;
  bool immediate = false;
  XdpMode mode = XdpMode::generic;
  std::uint32_t frames = 0;
  bool need_wakeup = false;
  bool pass = false;   // a counting program's action: pass the packet on, or drop it
  bool flows = false;  // the task: count each flow too
  std::string object;
};

enum class Traffic { raw, udp, tcp_message, tcp_bulk };
enum class SendMethod { sendto, sendmmsg, tx_ring, af_xdp, live_redirect, live_pass, command };

// Until a packet is due: look at the clock, or sleep to the deadline.
enum class Pacing { spin, sleep };

struct GeneratorSpec {
  Traffic traffic = Traffic::raw;
  SendMethod method = SendMethod::sendto;
  std::uint32_t batch = 1;
  std::uint32_t frame_bytes = 0;
  std::uint32_t flows = 1;
  std::uint32_t wanted_percent = 100;
  std::uint64_t packets = 0;
  double packets_per_second = 0;  // 0: unpaced
  Pacing pacing = Pacing::spin;
  std::uint64_t max_duration_ns = 0;
  std::string object;
  std::vector<std::string> command;
};

struct ObservedSpec {
  std::uint32_t read_bytes = 0;
  std::uint32_t receive_buffer_bytes = 0;
  std::uint32_t message_bytes = 0;
};

struct EndpointSpec {
  std::string netns;
  std::string interface;
  std::uint32_t interface_index = 0;
  std::string mac;
  std::string address;
  int cpu = 0;
  pid_t napi_tid = 0;
  std::uint32_t irq = 0;  // the line of its card; 0: none
};

struct ProbeSpec {
  std::string object;
  std::vector<std::string> programs;
  std::map<std::string, std::string> targets;  // kernel functions, by program
  bool marks = false;
  bool exact = false;
  std::uint32_t poll_stage = 0;
  std::uint32_t woken_stage = 0;
  std::uint32_t copied_stage = 0;
};

struct TrialSpec {
  PathSpec path;
  GeneratorSpec generator;
  EndpointSpec receiver;
  EndpointSpec sender;
  std::uint16_t port = 0;
  std::optional<ProbeSpec> probes;
  std::uint64_t warmup_packets = 0;
  double warmup_packets_per_second = 0;
  std::uint64_t drain_ns = 0;
  int nice = 0;
  std::vector<int> worker_cpus;
  bool latency = false;
  std::optional<ObservedSpec> observed;
  bool emulator = false;
  bool soak = false;
};

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "bpf/collector.h"
#include "generators/generator.h"
#include "paths/path.h"
#include "trial/soaker.h"
#include "trial/spec.h"
#include "trial/triggers.h"

namespace pktpath {

// What the reader had at one moment; a trial takes the difference of two.
struct ReaderState {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t calls = 0;
  std::optional<std::uint64_t> system_calls;
  std::uint64_t copied_bytes = 0;
  Histogram batches;
  std::optional<Histogram> latency;
  std::uint32_t latency_max_ns = 0;
  std::array<std::uint64_t, kProtocols> protocols{};
  SequenceCounts sequence;
  std::uint64_t thread_cpu_ns = 0;
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
};

struct TrialResult {
  std::uint64_t started_realtime_ns = 0;
  std::uint64_t window_ns = 0;
  Sending sending;
  std::uint64_t sender_cpu_ns = 0;
  ReaderState reader;
  Granted granted;
  Drops drops;
  std::uint64_t filtered = 0;
  std::uint64_t wire_packets = 0;
  std::optional<std::uint64_t> napi_cpu_ns;
  std::optional<std::uint64_t> sender_napi_cpu_ns;
  std::optional<ProbeResult> probes;
  std::optional<std::uint64_t> observed_bytes;
  Triggers triggers;
  std::optional<FlowCounts> flows;
  std::optional<Soaking> soaking;
};

// One timed measurement: the path and the generator on their threads, warm-up, window, drain. Throws Error.
TrialResult run_trial(const TrialSpec& spec, const std::atomic<bool>& abort);

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "paths/counting_path.h"

#include <poll.h>

#include <cerrno>
#include <cstddef>
#include <vector>

#include "bpf/attach.h"
#include "support/error.h"

namespace pktpath {
namespace {

// What the program and the other readers have to agree on.
static_assert(static_cast<std::size_t>(NR_COUNTED) == kProtocols);
static_assert(static_cast<std::size_t>(COUNT_PKTPATH) == kPktpath && static_cast<std::size_t>(COUNT_UDP) == kUdp);
static_assert(static_cast<std::size_t>(COUNT_TCP) == kTcp && static_cast<std::size_t>(COUNT_IPV4_OTHER) == kIpv4Other);
static_assert(COUNT_ETHER_TYPE == kEtherType && COUNT_MAGIC == kMagic);
static_assert(sizeof(pktpath_count_payload) == sizeof(PayloadHeader));
static_assert(offsetof(pktpath_count_payload, sequence) == offsetof(PayloadHeader, sequence));

}  // namespace

void CountingPath::open() {
  const unsigned cpus = possible_cpus();
  object_.choose(program_);
  object_.set_config(pktpath_count_config{spec_.path.pass ? 1U : 0U});
  object_.size_map("counts", cpus);
  object_.leave_out_map("xsks");
  if (!spec_.path.flows) object_.leave_out_map("flows");
  load_or_unsupported(object_);
  counts_.emplace(object_.map_fd("counts"), cpus);
  attach(object_.program_fd(program_));
}

void CountingPath::run() {
  while (!stopped()) poll(nullptr, 0, -1);
}

void CountingPath::refresh() {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t missing = 0;
  std::array<std::uint64_t, kProtocols> protocols{};
  SequenceCounts sequence;
  int busy_cpus = 0;
  for (unsigned cpu = 0; cpu < counts_->cpus(); ++cpu) {
    const volatile pktpath_counts& counts = (*counts_)[static_cast<int>(cpu)];
    packets += counts.packets;
    bytes += counts.bytes;
    for (std::size_t i = 0; i < kProtocols; ++i) protocols[i] += counts.protocols[i];
    missing += counts.missing;
    sequence.duplicated += counts.duplicated;
    sequence.reordered += counts.reordered;
    sequence.corrupt += counts.corrupt;
    if (counts.packets > 0) busy_cpus += 1;
  }
  // each CPU alone misses what the others got, so from the second one on nothing is added
  if (busy_cpus <= 1) missing_ = missing;
  sequence.missing = missing_;
  reader_.adopt(packets, bytes, protocols, sequence);
}

void CountingPath::add_flows(FlowCounts& counts) const {
  if (!spec_.path.flows) return;
  const int map = object_.map_fd("flows");
  // an entry has a value of each possible CPU, each rounded up to eight bytes
  std::vector<pktpath_flow> values(counts_->cpus());
  pktpath_flow_key key{};
  for (const void* last = nullptr; bpf_map_get_next_key(map, last, &key) == 0; last = &key) {
    if (bpf_map_lookup_elem(map, &key, values.data()) != 0) throw_errno("cannot read a flow from its map", errno);
    pktpath_flow& flow = counts.flows[key];
    for (const pktpath_flow& value : values) {
      flow.packets += value.packets;
      flow.bytes += value.bytes;
    }
  }
  for (unsigned cpu = 0; cpu < counts_->cpus(); ++cpu) {
    const volatile pktpath_counts& own = (*counts_)[static_cast<int>(cpu)];
    counts.untracked += own.untracked;
  }
}

Granted CountingPath::granted() const { return {{"program", std::string(program_)}}; }

}  // namespace pktpath

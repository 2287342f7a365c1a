// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

#include "flows.h"

namespace pktpath {

struct FlowOrder {
  bool operator()(const pktpath_flow_key& a, const pktpath_flow_key& b) const {
    return std::memcmp(&a, &b, sizeof(a)) < 0;
  }
};

// What was counted of each flow at one moment; a trial takes the difference of two.
struct FlowCounts {
  std::map<pktpath_flow_key, pktpath_flow, FlowOrder> flows;
  std::uint64_t untracked = 0;  // packets of flows beyond FLOWS_MOST
};

// The flows that a reader has seen: a hash with open addressing that is never more than half full and never grows, so
// that a packet costs what a packet costs. One thread, but for whoever looks once it is quiet.
class FlowTable {
 public:
  FlowTable() : slots_(kSlots) {}

  // A frame of which `captured` bytes are there and `length` were on the wire; what is no IPv4 packet has no flow.
  void count(const std::uint8_t* frame, std::size_t captured, std::size_t length) {
    if (captured < FLOW_HEAD_OFFSET + FLOW_HEAD_BYTES) return;
    pktpath_flow_key key{};
    const int ports = pktpath_flow_of(frame + FLOW_HEAD_OFFSET, &key);
    if (ports < 0) return;
    const auto at = static_cast<std::size_t>(ports);
    if (ports > 0 && captured >= at + sizeof(key.ports)) std::memcpy(key.ports, frame + at, sizeof(key.ports));
    pktpath_flow* flow = find(key);
    if (flow == nullptr) {
      untracked_ += 1;
      return;
    }
    flow->packets += 1;
    flow->bytes += length;
  }

  void add_to(FlowCounts& counts) const {
    for (const Slot& slot : slots_) {
      if (slot.flow.packets == 0) continue;
      pktpath_flow& flow = counts.flows[slot.key];
      flow.packets += slot.flow.packets;
      flow.bytes += slot.flow.bytes;
    }
    counts.untracked += untracked_;
  }

 private:
  static constexpr std::size_t kSlots = std::size_t{2} * FLOWS_MOST;
  static_assert((kSlots & (kSlots - 1)) == 0);

  struct Slot {
    pktpath_flow_key key{};
    pktpath_flow flow{};  // without packets: free
  };

  // The key as two words, multiplied and folded (the finalizer of MurmurHash3).
  static std::size_t hash(const pktpath_flow_key& key) {
    std::array<std::uint64_t, 2> words{};
    static_assert(sizeof(words) == sizeof(key));
    std::memcpy(words.data(), &key, sizeof(key));
    std::uint64_t mixed = words[0] ^ (words[1] * 0x9e3779b97f4a7c15ULL);
    mixed = (mixed ^ (mixed >> 33)) * 0xff51afd7ed558ccdULL;
    return static_cast<std::size_t>(mixed ^ (mixed >> 33));
  }

  // The flow's own place, or a free one; null when there are too many flows.
  pktpath_flow* find(const pktpath_flow_key& key) {
    for (std::size_t at = hash(key);; ++at) {
      Slot& slot = slots_[at & (kSlots - 1)];
      if (slot.flow.packets == 0) {
        if (used_ == FLOWS_MOST) return nullptr;
        used_ += 1;
        slot.key = key;
        return &slot.flow;
      }
      if (std::memcmp(&slot.key, &key, sizeof(key)) == 0) return &slot.flow;
    }
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::uint64_t untracked_ = 0;
};

}  // namespace pktpath

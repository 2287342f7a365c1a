// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "paths/flow_table.h"
#include "support/clock.h"
#include "support/histogram.h"
#include "support/payload.h"
#include "support/work.h"

namespace pktpath {

enum Protocol : std::size_t { kPktpath, kUdp, kTcp, kIpv4Other, kOther, kProtocols };
constexpr std::array<const char*, kProtocols> kProtocolNames{"pktpath", "udp", "tcp", "ipv4-other", "other"};

struct SequenceCounts {
  std::uint64_t missing = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupt = 0;
};

// What the program does with a packet, the same on every path: reads the headers, counts by protocol and checks the
// sequence number. One writer; `packets`, `bytes` and what the sequence tells may be read from another thread at any
// time, the rest once the reader is quiet.
class PacketReader {
 public:
  // A whole Ethernet frame; `captured` bytes of it are there, `length` were on the wire.
  void frame(const std::uint8_t* data, std::size_t captured, std::size_t length) {
    if (captured < kEthernetHeader) {
      add(corrupt_, 1);
    } else {
      const std::uint16_t type = load16(data + 12);
      if (type == kEtherType) {
        protocols_[kPktpath] += 1;
        read(data + kEthernetHeader, captured - kEthernetHeader);
      } else {
        protocols_[type == kIpv4 ? ipv4_protocol(data + kEthernetHeader, captured - kEthernetHeader) : kOther] += 1;
      }
    }
    if (flows_) flows_->count(data, captured, length);
    work_.do_it();
    count(length);
  }

  // The beginning of one message's payload.
  void message(const std::uint8_t* payload, std::size_t size) {
    read(payload, size);
    work_.do_it();
  }

  // Count each flow from now on. Before the reader's thread runs.
  void take_flows() { flows_ = std::make_unique<FlowTable>(); }

  // Do so much with each packet from now on. Before the reader's thread runs.
  void take_work(const Work& work) { work_ = work; }

  // Take delays from now on. Before the reader's thread runs.
  void take_latency() { timing_ = true; }

  // Senders that nobody here started: one may have begun before this reader, and another may begin again from number 0.
  // Before the reader's thread runs.
  void follow_senders() { following_ = true; }

  // A call or a ring handed packets over: what follows is in the reader's hand at this moment.
  void handed() {
    if (timing_) hand_ns_ = now_ns();
  }

  void count_message(Protocol protocol) { protocols_[protocol] += 1; }

  void count(std::size_t bytes) {
    bytes_.store(bytes_.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
    packets_.store(packets_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  void add_bytes(std::size_t bytes) {
    bytes_.store(bytes_.load(std::memory_order_relaxed) + bytes, std::memory_order_release);
  }
  void add_packets(std::size_t packets) {
    packets_.store(packets_.load(std::memory_order_relaxed) + packets, std::memory_order_release);
  }

  // A call, a block or a look at a ring brought so many packets.
  void count_call(std::size_t packets) {
    calls_ += 1;
    batches_.add(packets);
  }
  void count_system_call() { system_calls_ += 1; }
  void count_copied(std::size_t bytes) { copied_bytes_ += bytes; }

  // What a program in the kernel has counted in place of a reader, since it was loaded.
  void adopt(std::uint64_t packets, std::uint64_t bytes, const std::array<std::uint64_t, kProtocols>& protocols,
             const SequenceCounts& sequence) {
    bytes_.store(bytes, std::memory_order_relaxed);
    protocols_ = protocols;
    missing_.store(sequence.missing, std::memory_order_relaxed);
    duplicated_.store(sequence.duplicated, std::memory_order_relaxed);
    reordered_.store(sequence.reordered, std::memory_order_relaxed);
    corrupt_.store(sequence.corrupt, std::memory_order_relaxed);
    packets_.store(packets, std::memory_order_release);
  }

  std::uint64_t packets() const { return packets_.load(std::memory_order_acquire); }
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_acquire); }
  std::uint64_t calls() const { return calls_; }
  std::uint64_t system_calls() const { return system_calls_; }
  std::uint64_t copied_bytes() const { return copied_bytes_; }
  const Histogram& batches() const { return batches_; }
  const Histogram& latency() const { return latency_; }
  const FlowTable* flows() const { return flows_.get(); }
  std::uint32_t latency_max_ns() const { return latency_max_ns_; }
  void forget_latency_max() { latency_max_ns_ = 0; }
  const std::array<std::uint64_t, kProtocols>& protocols() const { return protocols_; }
  SequenceCounts sequence() const {
    return {missing_.load(std::memory_order_relaxed), duplicated_.load(std::memory_order_relaxed),
            reordered_.load(std::memory_order_relaxed), corrupt_.load(std::memory_order_relaxed)};
  }
  // Following senders: the number of the first message that came; `missing` counts those before it too.
  std::uint64_t before_first() const { return before_first_.load(std::memory_order_relaxed); }
  // Following senders: how often one began again.
  std::uint64_t restarts() const { return restarts_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kEthernetHeader = 14;
  static constexpr std::uint16_t kIpv4 = 0x0800;

  static std::uint16_t load16(const std::uint8_t* data) {
    return static_cast<std::uint16_t>((static_cast<unsigned>(data[0]) << 8) | data[1]);
  }

  void read(const std::uint8_t* payload, std::size_t size) {
    PayloadHeader header;
    if (size < sizeof(header)) {
      add(corrupt_, 1);
      return;
    }
    std::memcpy(&header, payload, sizeof(header));
    if (header.magic != kMagic) {
      add(corrupt_, 1);
      return;
    }
    check(header.sequence);
    // the stamp has the clock's low 32 bits, and so has the difference
    if (timing_) add_latency(static_cast<std::uint32_t>(hand_ns_) - header.send_ns);
  }

  static Protocol ipv4_protocol(const std::uint8_t* data, std::size_t size) {
    if (size < 20) return kOther;
    if (data[9] == 6) return kTcp;
    return data[9] == 17 ? kUdp : kIpv4Other;
  }

  // The sender counts every attempt from 0. A number above the expected one leaves a gap; one below is late, and fills
  // the gap it left, or came twice when there is no gap to fill.
  void check(std::uint32_t sequence) {
    if (sequence == expected_) {
      expected_ += 1;
    } else if (static_cast<std::int32_t>(sequence - expected_) > 0) {
      if (following_ && expected_ == 0) add(before_first_, sequence);
      add(missing_, sequence - expected_);
      expected_ = sequence + 1;
    } else if (following_ && sequence == 0 && !late_beginning()) {
      add(restarts_, 1);
      expected_ = 1;
    } else if (missing_.load(std::memory_order_relaxed) > 0) {
      missing_.store(missing_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
      add(reordered_, 1);
    } else {
      add(duplicated_, 1);
    }
  }

  // Whether number 0 may still be on its way behind the first ones.
  bool late_beginning() const {
    constexpr std::uint32_t kReach = 64;
    return expected_ <= kReach && before_first_.load(std::memory_order_relaxed) > 0;
  }

  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t by) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  void add_latency(std::uint32_t ns) {
    latency_.add(ns);
    if (ns > latency_max_ns_) latency_max_ns_ = ns;
  }

  std::atomic<std::uint64_t> packets_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::uint64_t calls_ = 0;
  std::uint64_t system_calls_ = 0;
  std::uint64_t copied_bytes_ = 0;
  Work work_;
  std::uint64_t hand_ns_ = 0;
  bool timing_ = false;
  std::uint32_t latency_max_ns_ = 0;
  Histogram batches_;
  Histogram latency_;
  std::unique_ptr<FlowTable> flows_;
  std::uint32_t expected_ = 0;
  bool following_ = false;
  std::array<std::uint64_t, kProtocols> protocols_{};
  std::atomic<std::uint64_t> missing_{0};
  std::atomic<std::uint64_t> duplicated_{0};
  std::atomic<std::uint64_t> reordered_{0};
  std::atomic<std::uint64_t> corrupt_{0};
  std::atomic<std::uint64_t> before_first_{0};
  std::atomic<std::uint64_t> restarts_{0};
};

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "paths/packet_path.h"

namespace pktpath {

// A receive ring that the kernel fills in softirq and the reader has mapped (PACKET_RX_RING).
class RingPath : public PacketPath {
 public:
  // `version` is TPACKET_V1, TPACKET_V2 or TPACKET_V3; `least_slot` the bytes that its headers need.
  RingPath(const TrialSpec& spec, Workers& workers, int version, std::uint32_t least_slot)
      : PacketPath(spec, workers), version_(version), least_slot_(least_slot) {}
  ~RingPath() override;
  RingPath(const RingPath&) = delete;
  RingPath& operator=(const RingPath&) = delete;

  // Throws Error with the kernel's rules when it does not take the geometry.
  void open() override;
  Granted granted() const override;

 protected:
  // Before the first look at the ring.
  void begin() {
    if (spec_.path.waiting == Waiting::spin) marks_.stay();
  }

  // The ring had nothing: sleeps in poll(2) until it has, or returns at once when the spec says spin.
  void wait();

  // `block_bytes` each, one after the other.
  std::uint8_t* block(std::uint32_t index) const {
    return ring_ + static_cast<std::size_t>(index) * spec_.path.block_bytes;
  }
  std::uint32_t slots_in_block() const { return spec_.path.block_bytes / spec_.path.frame_bytes; }

 private:
  std::size_t ring_bytes() const { return static_cast<std::size_t>(spec_.path.block_bytes) * spec_.path.blocks; }
  std::string asked() const;
  void make_ring();
  [[noreturn]] void refused(int error) const;

  int version_;
  int granted_version_ = -1;
  std::uint32_t least_slot_;
  std::uint8_t* ring_ = nullptr;
  Granted geometry_;
};

}  // namespace pktpath

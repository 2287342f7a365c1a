// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "generators/wanted.h"
#include "trial/spec.h"

namespace pktpath {

// A frame as it goes on the wire, without FCS, but for what fill() writes.
struct FrameTemplate {
  std::vector<std::uint8_t> bytes;
  std::size_t payload_offset;
  // UDP: flows that the frames belong to in turn, by their source ports from `first_port` on.
  std::uint32_t flows = 1;
  std::uint16_t first_port = 0;
  Wanted wanted;

  // Makes a copy of `bytes` the packet of this number: its stamp, its flow, and whether it is wanted.
  void fill(std::uint8_t* copy, std::uint32_t sequence, std::uint64_t now) const;
};

// The frame that the spec asks for. Raw: Ethernet of the private EtherType. UDP: Ethernet, IPv4 with its checksum, and
// UDP with none (0 means that nobody has summed it, RFC 768), since every packet has another stamp.
FrameTemplate make_frame(const TrialSpec& spec);

// The frame with this sequence number, and no send time.
std::vector<std::uint8_t> stamped(const FrameTemplate& frame, std::uint32_t sequence);

}  // namespace pktpath

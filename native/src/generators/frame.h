// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trial/spec.h"

namespace pktpath {

// A frame as it goes on the wire, without FCS, but for what stamp() writes at `payload_offset`.
struct FrameTemplate {
  std::vector<std::uint8_t> bytes;
  std::size_t payload_offset;
  // UDP: flows that the frames belong to in turn, by their source ports from `first_port` on.
  std::uint32_t flows = 1;
  std::uint16_t first_port = 0;
};

// Writes what makes a frame of its own of one that is like the template: its stamp, and its flow.
void stamp_frame(const FrameTemplate& frame, std::uint8_t* bytes, std::uint32_t sequence, std::uint64_t now);

// The frame that the spec asks for. Raw: Ethernet of the private EtherType. UDP: Ethernet, IPv4 with its checksum, and
// UDP with none (0 means that nobody has summed it, RFC 768), since every packet has another stamp.
FrameTemplate make_frame(const TrialSpec& spec);

// The frame with this sequence number, and no send time.
std::vector<std::uint8_t> stamped(const FrameTemplate& frame, std::uint32_t sequence);

}  // namespace pktpath

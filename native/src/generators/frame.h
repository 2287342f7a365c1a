// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trial/spec.h"

namespace pktpath {

// A whole frame of the generator's traffic, and where its payload begins; all of it but the payload's header is done.
struct FrameTemplate {
  std::vector<std::uint8_t> bytes;
  std::size_t payload_offset;
};

// For raw traffic the private EtherType, for udp an IPv4 datagram from the sender's to the receiver's address and port,
// with no UDP checksum (RFC 768: zero), so that a stamp needs no sum. Throws Error for other traffic.
FrameTemplate make_frame(const TrialSpec& spec);

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "generators/frame.h"
#include "support/payload.h"

namespace pktpath {

// The whole frame of this sequence number, but for its send time.
inline std::vector<std::uint8_t> stamped_frame(const FrameTemplate& frame, std::uint32_t sequence) {
  std::vector<std::uint8_t> bytes = frame.bytes;
  stamp(bytes.data() + frame.payload_offset, sequence, 0);
  return bytes;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>

#include "support/payload.h"

namespace pktpath {

// Which of a sender's packets are wanted: `percent` of each hundred, spread evenly (as Bresenham's line has its steps),
// told by the sequence number alone. In frames by their EtherType: kEtherType, and kUnwantedEtherType for the others.
class Wanted {
 public:
  explicit Wanted(std::uint32_t percent = 100) : percent_(percent) {}

  bool all() const { return percent_ == 100; }
  bool has(std::uint32_t sequence) const { return before(sequence + std::uint64_t{1}) > before(sequence); }

  // How many of `count` packets are, from number `first` on.
  std::uint64_t among(std::uint64_t first, std::uint64_t count) const { return before(first + count) - before(first); }

  // Writes the EtherType of an Ethernet frame; leaves it alone where all are wanted.
  void mark(std::uint8_t* frame, std::uint32_t sequence) const {
    if (all()) return;
    const std::uint16_t type = has(sequence) ? kEtherType : kUnwantedEtherType;
    frame[12] = static_cast<std::uint8_t>(type >> 8);
    frame[13] = static_cast<std::uint8_t>(type & 0xff);
  }

 private:
  std::uint64_t before(std::uint64_t sequence) const { return sequence * percent_ / 100; }

  std::uint64_t percent_;
};

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <cstring>

namespace pktpath {

constexpr std::uint16_t kEtherType = 0x88b5;          // IEEE 802 local experimental EtherType 1
constexpr std::uint16_t kUnwantedEtherType = 0x88b6;  // its neighbour: frames that no path's filter wants
constexpr std::uint16_t kMagic = 0x6b70;

// Begins every payload. Ten bytes, so that it fits a 64-byte frame of TCP over IPv4 (54 bytes of headers).
struct [[gnu::packed]] PayloadHeader {
  std::uint16_t magic;
  std::uint32_t sequence;
  std::uint32_t send_ns;  // low 32 bits of CLOCK_MONOTONIC: delays below 4.29 s can be told
};
static_assert(sizeof(PayloadHeader) == 10);

inline void stamp(std::uint8_t* payload, std::uint32_t sequence, std::uint64_t now) {
  const PayloadHeader header{kMagic, sequence, static_cast<std::uint32_t>(now)};
  std::memcpy(payload, &header, sizeof(header));
}

}  // namespace pktpath

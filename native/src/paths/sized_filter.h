// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace pktpath {

// A classic BPF program of which every packet runs exactly `instructions` instructions, wanted or not: a load of the
// EtherType, comparisons with EtherTypes that no frame here has, the one that decides (kEtherType), and a return, of
// `snaplen` or of 0. It is what libpcap makes of "ether proto A or B or ...", but that a comparison that fits goes on
// with the next but one, since a jump reaches 255 instructions only. `instructions` is from 3 on.
std::vector<sock_filter> sized_filter(std::uint32_t instructions, std::uint32_t snaplen);

// Where the EtherType stands in a frame.
constexpr std::uint32_t kEtherTypeOffset = 12;

// The comparisons before the last: how many there are, and with what.
constexpr std::uint32_t idle_comparisons(std::uint32_t instructions) { return instructions - 3; }
constexpr std::uint16_t idle_type(std::uint32_t index) { return static_cast<std::uint16_t>(0xa000 + index); }

}  // namespace pktpath

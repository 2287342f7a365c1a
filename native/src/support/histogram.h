// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace pktpath {

// Log-linear (HDR) histogram of whole numbers: exact below 64, then 32 bins to each power of two, so that a bin is at
// most 3.2 % wide.
class Histogram {
 public:
  void add(std::uint64_t value) { counts_[index_of(value)] += 1; }

  Histogram& operator-=(const Histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] -= other.counts_[i];
    return *this;
  }
  Histogram& operator+=(const Histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    return *this;
  }

  // Filled bins only: lower bound, count.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> bins() const {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> filled;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] != 0) filled.emplace_back(lower_bound(i), counts_[i]);
    }
    return filled;
  }

 private:
  static constexpr unsigned kSubBits = 5;
  static constexpr std::size_t kSub = 1U << kSubBits;

  static std::size_t index_of(std::uint64_t value) {
    if (value < kSub) return value;
    const unsigned exponent = static_cast<unsigned>(std::bit_width(value)) - 1 - kSubBits;
    return (static_cast<std::size_t>(exponent) << kSubBits) + (value >> exponent);
  }

  static std::uint64_t lower_bound(std::size_t index) {
    if (index < 2 * kSub) return index;
    const unsigned exponent = static_cast<unsigned>(index >> kSubBits) - 1;
    return static_cast<std::uint64_t>(kSub + (index & (kSub - 1))) << exponent;
  }

  std::array<std::uint64_t, (64 - kSubBits + 1) * kSub> counts_{};
};

}  // namespace pktpath

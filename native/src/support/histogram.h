// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "histogram_bins.h"

namespace pktpath {

// Log-linear (HDR) histogram of whole numbers; its bins are those of kernel-probes/histogram_bins.h.
class Histogram {
 public:
  void add(std::uint64_t value) { counts_[histogram_bin(value)] += 1; }

  // What a program in the kernel has counted in a bin.
  void add_to_bin(std::size_t bin, std::uint64_t count) { counts_.at(bin) += count; }

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
  static std::uint64_t lower_bound(std::size_t index) {
    if (index < 2 * HISTOGRAM_SUB) return index;
    const unsigned exponent = static_cast<unsigned>(index >> HISTOGRAM_SUB_BITS) - 1;
    return static_cast<std::uint64_t>(HISTOGRAM_SUB + (index & (HISTOGRAM_SUB - 1))) << exponent;
  }

  std::array<std::uint64_t, HISTOGRAM_BINS> counts_{};
};

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include "support/error.h"

namespace pktpath {

using MacAddress = std::array<std::uint8_t, 6>;

// Reads 02:70:6b:00:00:01. Throws Error for anything else.
inline MacAddress parse_mac(const std::string& text) {
  MacAddress mac{};
  int used = 0;
  if (std::sscanf(text.c_str(), "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
                  &mac[5], &used) != 6 ||
      static_cast<std::size_t>(used) != text.size()) {
    throw Error("'" + text + "' is no MAC address");
  }
  return mac;
}

}  // namespace pktpath

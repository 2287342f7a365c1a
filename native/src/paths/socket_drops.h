// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>

namespace pktpath {

// What a socket itself has dropped since it was opened (sk_drops; `ss -m` shows it as d), taken by differences.
class SocketDrops {
 public:
  // Packets dropped since the last call. Throws Error.
  std::uint64_t take(int socket);

 private:
  std::uint32_t seen_ = 0;
};

}  // namespace pktpath

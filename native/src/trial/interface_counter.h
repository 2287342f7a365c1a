// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>

#include "support/file_descriptor.h"

namespace pktpath {

// One moment of an interface's own counters.
struct InterfaceCounts {
  std::uint64_t rx_packets = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_dropped = 0;

  // Frames that somebody wanted to send through it.
  std::uint64_t offered() const { return tx_packets + tx_dropped; }
};

// What an interface has received and sent, by the kernel's own count. To be made in the interface's network namespace;
// it can be read from anywhere, since /proc/net/dev stays with the namespace that opened it.
class InterfaceCounter {
 public:
  explicit InterfaceCounter(std::string interface);
  InterfaceCounts read() const;
  std::uint64_t received_packets() const { return read().rx_packets; }

 private:
  std::string interface_;
  FileDescriptor file_;
};

}  // namespace pktpath

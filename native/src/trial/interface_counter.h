// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>

#include "support/file_descriptor.h"

namespace pktpath {

// The frames that an interface has received, by the kernel's own count. To be made in the interface's network
// namespace; it can be read from anywhere, since /proc/net/dev stays with the namespace that opened it.
class InterfaceCounter {
 public:
  explicit InterfaceCounter(std::string interface);
  std::uint64_t received_packets() const;

 private:
  std::string interface_;
  FileDescriptor file_;
};

}  // namespace pktpath

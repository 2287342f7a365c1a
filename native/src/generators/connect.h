// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>

#include "support/file_descriptor.h"

namespace pktpath {

// An IPv4 socket of the given type, connected.
FileDescriptor connect_to(const std::string& address, std::uint16_t port, int type);

}  // namespace pktpath

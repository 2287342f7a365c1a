// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>

namespace pktpath {

// Ask for a receive buffer past rmem_max where the capability allows, else within it; 0 leaves the default.
// Returns what the kernel granted (it doubles the figure asked for; socket(7)).
int set_receive_buffer(int socket, std::uint32_t bytes);

}  // namespace pktpath

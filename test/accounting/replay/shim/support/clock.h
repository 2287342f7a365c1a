// SPDX-License-Identifier: GPL-2.0-only
#pragma once

// In place of native/src/support/clock.h: the marks read the replay's clock.
#include <cstdint>

#include "machine.h"

namespace pktpath {

inline std::uint64_t now_ns() { return machine_clock(); }

}  // namespace pktpath

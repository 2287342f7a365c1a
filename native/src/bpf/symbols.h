// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

namespace pktpath {

// The kernel's one symbol for a function that the compiler has changed: NAME.isra.0, NAME.constprop.0, and not a part that
// it has split off (.part, .cold). Empty when there is none, or several.
std::string suffixed_symbol(const std::string& function);

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
// The receiver's marks, as the paths of native/ compile them.
#include "paths/marks.h"

#include <optional>

namespace {
std::optional<pktpath::Marks> marks;
}

extern "C" void marks_attach(pktpath_cpu_account* account) { marks.emplace().attach(account); }
extern "C" void marks_returned() { marks->returned(); }
extern "C" void marks_calling() { marks->calling(); }

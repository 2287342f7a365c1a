// SPDX-License-Identifier: GPL-2.0-only
#include "paths/path.h"
#include "support/error.h"

namespace pktpath {

std::unique_ptr<Path> make_af_xdp_path(const TrialSpec&) { throw Unsupported("not built yet"); }
std::unique_ptr<Path> make_xdp_count_path(const TrialSpec&) { throw Unsupported("not built yet"); }
std::unique_ptr<Path> make_tc_count_path(const TrialSpec&) { throw Unsupported("not built yet"); }
std::unique_ptr<Path> make_socket_filter_count_path(const TrialSpec&) { throw Unsupported("not built yet"); }

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "paths/path.h"
#include "support/error.h"

namespace pktpath {

std::unique_ptr<Path> make_udp_path(const TrialSpec&) { throw Unsupported("not built yet"); }
std::unique_ptr<Path> make_udp_recvmmsg_path(const TrialSpec&) { throw Unsupported("not built yet"); }
std::unique_ptr<Path> make_packet_recvmmsg_path(const TrialSpec&, Workers&) { throw Unsupported("not built yet"); }
std::unique_ptr<Path> make_sock_packet_path(const TrialSpec&) { throw Unsupported("not built yet"); }
std::unique_ptr<Path> make_tpacket_v1_path(const TrialSpec&, Workers&) { throw Unsupported("not built yet"); }
std::unique_ptr<Path> make_tpacket_v2_path(const TrialSpec&, Workers&) { throw Unsupported("not built yet"); }
std::unique_ptr<Path> make_tpacket_v3_path(const TrialSpec&, Workers&) { throw Unsupported("not built yet"); }

}  // namespace pktpath

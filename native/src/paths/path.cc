// SPDX-License-Identifier: GPL-2.0-only
#include "paths/path.h"

#include "support/error.h"

namespace pktpath {

std::unique_ptr<Path> make_path(const TrialSpec& spec) {
  if (spec.path.name == "tcp") return make_tcp_path(spec);
  if (spec.path.name == "packet-recvfrom") return make_packet_recvfrom_path(spec);
  if (spec.path.name == "libpcap") return make_libpcap_path(spec);
  throw Error("there is no path '" + spec.path.name + "'");
}

}  // namespace pktpath

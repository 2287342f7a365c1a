// SPDX-License-Identifier: GPL-2.0-only
#include "paths/path.h"

#include "support/error.h"

namespace pktpath {

std::unique_ptr<Path> make_path(const TrialSpec& spec, Workers& workers) {
  const std::string& name = spec.path.name;
  if (name == "tcp") return make_tcp_path(spec);
  if (name == "udp") return make_udp_path(spec);
  if (name == "udp-recvmmsg") return make_udp_recvmmsg_path(spec);
  if (name == "packet-recvfrom") return make_packet_recvfrom_path(spec, workers);
  if (name == "packet-recvmmsg") return make_packet_recvmmsg_path(spec, workers);
  if (name == "sock-packet") return make_sock_packet_path(spec);
  if (name == "tpacket-v1") return make_tpacket_v1_path(spec, workers);
  if (name == "tpacket-v2") return make_tpacket_v2_path(spec, workers);
  if (name == "tpacket-v3") return make_tpacket_v3_path(spec, workers);
  if (name == "libpcap") return make_libpcap_path(spec);
  if (name == "af-xdp") return make_af_xdp_path(spec);
  if (name == "xdp-count") return make_xdp_count_path(spec);
  if (name == "tc-count") return make_tc_count_path(spec);
  if (name == "socket-filter-count") return make_socket_filter_count_path(spec);
  throw Error("there is no path '" + name + "'");
}

}  // namespace pktpath

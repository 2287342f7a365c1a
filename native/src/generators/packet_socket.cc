// SPDX-License-Identifier: GPL-2.0-only
#include "generators/packet_socket.h"

#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cerrno>

#include "support/error.h"

namespace pktpath {

FileDescriptor open_packet_socket(const EndpointSpec& sender) {
  FileDescriptor packets(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!packets) throw_errno("cannot open an AF_PACKET socket for sending", errno);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(sender.interface_index);
  if (bind(packets.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw_errno("cannot bind the sending socket to " + sender.interface, errno);
  }
  const int one = 1;
  if (setsockopt(packets.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) != 0) {
    throw_errno("cannot set PACKET_QDISC_BYPASS", errno);
  }
  return packets;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "support/packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cerrno>

#include "support/error.h"

namespace pktpath {

FileDescriptor open_packet_socket() {
  FileDescriptor packets(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!packets) throw_errno("cannot open an AF_PACKET socket", errno);
  return packets;
}

void bind_packet_socket(int socket, const EndpointSpec& on, Hears hears) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = hears == Hears::everything ? htons(ETH_P_ALL) : 0;
  address.sll_ifindex = static_cast<int>(on.interface_index);
  if (bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw_errno("cannot bind the AF_PACKET socket to " + on.interface, errno);
  }
}

}  // namespace pktpath

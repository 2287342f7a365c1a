// SPDX-License-Identifier: GPL-2.0-only
#include "generators/sending_socket.h"

#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cerrno>

#include "support/error.h"
#include "support/packet_socket.h"

namespace pktpath {

FileDescriptor open_sending_socket(const EndpointSpec& sender) {
  FileDescriptor packets = open_packet_socket();
  bind_packet_socket(packets.get(), sender, Hears::nothing);
  const int one = 1;
  if (setsockopt(packets.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) != 0) {
    throw_errno("cannot set PACKET_QDISC_BYPASS", errno);
  }
  return packets;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "paths/packet_path.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <sys/socket.h>

#include <cerrno>

#include "paths/waiting.h"
#include "support/error.h"
#include "support/packet_socket.h"

namespace pktpath {
namespace {

// PACKET_FANOUT_FLAG_IGNORE_OUTGOING, which Debian 12's headers do not have yet. A kernel without it takes it and
// does not look at it.
constexpr unsigned kIgnoreOutgoing = 0x4000;

}  // namespace

void ignore_outgoing(int socket) {
  const int one = 1;
  if (setsockopt(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) != 0) {
    throw_errno("cannot set PACKET_IGNORE_OUTGOING (Linux 4.20)", errno);
  }
}

void PacketPath::open_socket(std::uint32_t cut) {
  refuse_busy_poll(spec_);
  filter_ = Filter(spec_.path.filter, cut);
  socket_ = open_packet_socket();
  ignore_outgoing(socket_.get());
  filter_.attach(socket_.get());
}

void PacketPath::bind_socket() {
  bind_packet_socket(socket_.get(), spec_.receiver, Hears::everything);
  if (spec_.path.workers > 1) join_fanout();
}

// The first worker lets the kernel choose an id that no other group in the namespace has; the rest join by it.
void PacketPath::join_fanout() {
  const bool first = workers_.fanout_id < 0;
  // a group has a hook of its own, and takes this from its flags instead of from the sockets
  const unsigned mode = PACKET_FANOUT_LB | kIgnoreOutgoing;
  const unsigned asked =
      first ? (mode | PACKET_FANOUT_FLAG_UNIQUEID) << 16 : (mode << 16) | static_cast<unsigned>(workers_.fanout_id);
  if (setsockopt(socket_.get(), SOL_PACKET, PACKET_FANOUT, &asked, sizeof(asked)) != 0) {
    throw_errno("cannot put the socket into a PACKET_FANOUT group of " + std::to_string(spec_.path.workers), errno);
  }
  if (!first) return;
  unsigned given = 0;
  socklen_t size = sizeof(given);
  if (getsockopt(socket_.get(), SOL_PACKET, PACKET_FANOUT, &given, &size) != 0) {
    throw_errno("cannot read the id of the PACKET_FANOUT group", errno);
  }
  workers_.fanout_id = static_cast<int>(given & 0xffff);
}

tpacket_stats_v3 PacketPath::take_statistics() {
  tpacket_stats_v3 statistics{};
  socklen_t size = sizeof(statistics);
  if (getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) {
    throw_errno("cannot read PACKET_STATISTICS", errno);
  }
  return statistics;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "paths/ring_geometry.h"

#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "support/error.h"
#include "support/file_descriptor.h"

namespace pktpath {
namespace {

// What the attribute holds, as far as both kernels' and ours go.
template <typename T>
T value_of(rtattr* attribute) {
  T value{};
  std::memcpy(&value, RTA_DATA(attribute), std::min<std::size_t>(sizeof(value), RTA_PAYLOAD(attribute)));
  return value;
}

Granted parse(nlmsghdr* message) {
  packet_diag_ring ring{};
  packet_diag_info info{};
  auto* diag = static_cast<packet_diag_msg*>(NLMSG_DATA(message));
  auto* attribute = reinterpret_cast<rtattr*>(diag + 1);
  auto left = static_cast<int>(message->nlmsg_len - NLMSG_LENGTH(sizeof(*diag)));
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type == PACKET_DIAG_INFO) info = value_of<packet_diag_info>(attribute);
    if (attribute->rta_type == PACKET_DIAG_RX_RING) ring = value_of<packet_diag_ring>(attribute);
  }
  Granted granted{{"blocks", static_cast<double>(ring.pdr_block_nr)},
                  {"blockBytes", static_cast<double>(ring.pdr_block_size)},
                  {"frameBytes", static_cast<double>(ring.pdr_frame_size)}};
  if (info.pdi_version == TPACKET_V3) granted["blockTimeoutMs"] = static_cast<double>(ring.pdr_retire_tmo);
  return granted;
}

void ask(int netlink) {
  struct {
    nlmsghdr header;
    packet_diag_req request;
  } message{};
  message.header.nlmsg_len = sizeof(message);
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message.request.sdiag_family = AF_PACKET;
  message.request.pdiag_show = PACKET_SHOW_INFO | PACKET_SHOW_RING_CFG;
  if (send(netlink, &message, sizeof(message), 0) < 0) throw_errno("cannot ask for the packet sockets", errno);
}

}  // namespace

Granted ring_geometry(int socket) {
  struct stat status {};
  if (fstat(socket, &status) != 0) throw_errno("cannot stat the packet socket", errno);
  const FileDescriptor netlink(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink) throw_errno("cannot open a NETLINK_SOCK_DIAG socket", errno);
  ask(netlink.get());
  alignas(nlmsghdr) std::array<char, 32768> buffer{};  // what the kernel fills at most for a dump
  for (;;) {
    const ssize_t length = recv(netlink.get(), buffer.data(), buffer.size(), 0);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) throw_errno("cannot read the list of packet sockets", length < 0 ? errno : EPIPE);
    auto left = static_cast<unsigned>(length);
    for (auto* message = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(message, left);
         message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) return {};
      if (static_cast<const packet_diag_msg*>(NLMSG_DATA(message))->pdiag_ino == status.st_ino) return parse(message);
    }
  }
}

}  // namespace pktpath

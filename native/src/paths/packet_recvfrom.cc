// SPDX-License-Identifier: GPL-2.0-only
// AF_PACKET, one recvfrom a packet: the article's capture road in its present form.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "paths/path.h"
#include "support/error.h"
#include "support/file_descriptor.h"
#include "support/socket_buffer.h"

namespace pktpath {
namespace {

class PacketRecvfrom final : public Path {
 public:
  PacketRecvfrom(const TrialSpec& spec, Workers& /*workers*/) : spec_(spec), buffer_(spec.path.snaplen) {}

  void open() override {
    // protocol 0 until bound, so that no packet of another interface gets in
    socket_ = FileDescriptor(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (!socket_) throw_errno("cannot open an AF_PACKET socket", errno);
    granted_bytes_ = set_receive_buffer(socket_.get(), spec_.path.receive_buffer_bytes);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(spec_.receiver.interface_index);
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw_errno("cannot bind the AF_PACKET socket to " + spec_.receiver.interface, errno);
    }
  }

  void run() override {
    sockaddr_ll from{};
    while (!stopped()) {
      socklen_t from_size = sizeof(from);
      marks_.calling();
      // libpcap's own call before it had a ring: the sender's address is part of the cost
      const ssize_t length = recvfrom(socket_.get(), buffer_.data(), buffer_.size(), MSG_TRUNC,
                                      reinterpret_cast<sockaddr*>(&from), &from_size);
      marks_.returned();
      reader_.count_system_call();
      reader_.handed();
      if (length < 0) {
        if (errno == EINTR) continue;
        throw_errno("recvfrom on " + spec_.receiver.interface + " failed", errno);
      }
      if (from.sll_pkttype == PACKET_OUTGOING) continue;
      reader_.count_call(1);
      const auto size = static_cast<std::size_t>(length);
      const std::size_t captured = std::min(size, buffer_.size());
      reader_.count_copied(captured);
      reader_.frame(buffer_.data(), captured, size);
    }
  }

  Drops take_drops() override {
    tpacket_stats statistics{};  // reading clears it
    socklen_t size = sizeof(statistics);
    if (getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) {
      throw_errno("cannot read PACKET_STATISTICS", errno);
    }
    return {{"socket", statistics.tp_drops}};
  }

  Granted granted() const override {
    return {{"receiveBufferBytes", static_cast<double>(granted_bytes_)},
            {"snaplen", static_cast<double>(buffer_.size())}};
  }

 private:
  const TrialSpec& spec_;
  FileDescriptor socket_;
  std::vector<std::uint8_t> buffer_;
  int granted_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Path> make_packet_recvfrom_path(const TrialSpec& spec, Workers& workers) {
  return std::make_unique<PacketRecvfrom>(spec, workers);
}

}  // namespace pktpath

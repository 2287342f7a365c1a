// SPDX-License-Identifier: GPL-2.0-only
// SOCK_PACKET, the article's own socket type, one recvfrom a packet. It is obsolete (packet(7)): it is bound by the
// interface's name, and knows no option of AF_PACKET's: no statistics, no fanout, no say about outgoing packets.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "paths/packet_path.h"
#include "paths/receive_call.h"
#include "paths/socket_drops.h"
#include "paths/waiting.h"
#include "support/error.h"
#include "support/mac_address.h"
#include "support/socket_buffer.h"

namespace pktpath {
namespace {

class SockPacket final : public PacketPath {
 public:
  explicit SockPacket(const TrialSpec& spec)
      : PacketPath(spec, alone_), buffer_(spec.path.snaplen), own_(parse_mac(spec.receiver.mac)) {}

  void open() override {
    refuse_busy_poll(spec_);
    // bind() takes the protocol from here, so until then it hears every interface of the namespace
    socket_ = FileDescriptor(socket(AF_PACKET, SOCK_PACKET | SOCK_CLOEXEC, htons(ETH_P_ALL)));
    if (!socket_) throw_unsupported("this kernel opens no socket of type SOCK_PACKET", errno);
    granted_bytes_ = set_receive_buffer(socket_.get(), spec_.path.receive_buffer_bytes);
    open_filter(kMaxSnaplen);
    sockaddr address{};
    address.sa_family = AF_PACKET;
    const std::string& name = spec_.receiver.interface;
    if (name.size() >= sizeof(address.sa_data)) {
      throw Unsupported("SOCK_PACKET takes names of less than " + std::to_string(sizeof(address.sa_data)) +
                        " characters, and the interface is called " + name);
    }
    std::memcpy(address.sa_data, name.data(), name.size());
    if (bind(socket_.get(), &address, sizeof(address)) != 0) {
      throw_errno("cannot bind the SOCK_PACKET socket to " + name, errno);
    }
    while (recv(socket_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT) >= 0) {
    }  // what got in before
  }

  void run() override {
    const int flags = receive_flags(spec_.path.waiting) | MSG_TRUNC;
    sockaddr from{};
    while (!stopped()) {
      socklen_t from_size = sizeof(from);
      const ssize_t length = receive_call(marks_, reader_, spec_.receiver.interface, [&] {
        return recvfrom(socket_.get(), buffer_.data(), buffer_.size(), flags, &from, &from_size);
      });
      if (length < 0) continue;
      const auto size = static_cast<std::size_t>(length);
      const std::size_t captured = std::min(size, buffer_.size());
      if (is_outgoing(captured)) continue;
      reader_.count_call(1);
      reader_.count_copied(captured);
      if (keeps(buffer_.data(), captured)) reader_.frame(buffer_.data(), captured, size);
    }
  }

  Drops take_drops() override { return {{"socket", drops_.take(socket_.get())}}; }

  Granted granted() const override {
    Granted granted = PacketPath::granted();
    granted["receiveBufferBytes"] = static_cast<double>(granted_bytes_);
    granted["snaplen"] = static_cast<double>(buffer_.size());
    return granted;
  }

 private:
  // Its address does not say which way a packet went: the interface's own packets carry its own MAC as their source.
  bool is_outgoing(std::size_t captured) const {
    return captured >= ETH_HLEN && std::memcmp(buffer_.data() + ETH_ALEN, own_.data(), own_.size()) == 0;
  }

  Workers alone_;
  std::vector<std::uint8_t> buffer_;
  MacAddress own_;
  SocketDrops drops_;
  int granted_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Path> make_sock_packet_path(const TrialSpec& spec) { return std::make_unique<SockPacket>(spec); }

}  // namespace pktpath

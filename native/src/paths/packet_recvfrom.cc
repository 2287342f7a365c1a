// SPDX-License-Identifier: GPL-2.0-only
// AF_PACKET, one recvfrom a packet: the article's capture road in its present form.
#include <sys/socket.h>

#include <algorithm>
#include <vector>

#include "paths/packet_path.h"
#include "paths/receive_call.h"
#include "paths/waiting.h"
#include "support/socket_buffer.h"

namespace pktpath {
namespace {

class PacketRecvfrom final : public PacketPath {
 public:
  PacketRecvfrom(const TrialSpec& spec, Workers& workers) : PacketPath(spec, workers), buffer_(spec.path.snaplen) {}

  void open() override {
    open_socket(kMaxSnaplen);
    granted_bytes_ = set_receive_buffer(socket_.get(), spec_.path.receive_buffer_bytes);
    bind_socket();
  }

  void run() override {
    const int flags = receive_flags(spec_.path.waiting) | MSG_TRUNC;
    sockaddr_ll from{};
    while (!stopped()) {
      socklen_t from_size = sizeof(from);
      // libpcap's own call before it had a ring: the sender's address is part of the cost
      const ssize_t length = receive_call(marks_, reader_, spec_.receiver.interface, [&] {
        return recvfrom(socket_.get(), buffer_.data(), buffer_.size(), flags, reinterpret_cast<sockaddr*>(&from),
                        &from_size);
      });
      if (length < 0) continue;
      reader_.count_call(1);
      const auto size = static_cast<std::size_t>(length);
      const std::size_t captured = std::min(size, buffer_.size());
      reader_.count_copied(captured);
      if (keeps(buffer_.data(), captured)) reader_.frame(buffer_.data(), captured, size);
    }
  }

  Granted granted() const override {
    Granted granted = PacketPath::granted();
    granted["receiveBufferBytes"] = static_cast<double>(granted_bytes_);
    granted["snaplen"] = static_cast<double>(buffer_.size());
    return granted;
  }

 private:
  std::vector<std::uint8_t> buffer_;
  int granted_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Path> make_packet_recvfrom_path(const TrialSpec& spec, Workers& workers) {
  return std::make_unique<PacketRecvfrom>(spec, workers);
}

}  // namespace pktpath

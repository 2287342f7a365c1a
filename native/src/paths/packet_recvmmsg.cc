// SPDX-License-Identifier: GPL-2.0-only
// AF_PACKET, many packets a recvmmsg call.
#include <algorithm>

#include "paths/message_batch.h"
#include "paths/packet_path.h"
#include "paths/receive_call.h"
#include "paths/waiting.h"
#include "support/socket_buffer.h"

namespace pktpath {
namespace {

class PacketRecvmmsg final : public PacketPath {
 public:
  PacketRecvmmsg(const TrialSpec& spec, Workers& workers)
      : PacketPath(spec, workers), batch_(spec.path.batch, std::min(spec.path.snaplen, kLargestPacket)) {}

  void open() override {
    open_socket(kMaxSnaplen);
    granted_bytes_ = set_receive_buffer(socket_.get(), spec_.path.receive_buffer_bytes);
    bind_socket();
  }

  void run() override {
    const int flags = batch_flags(receive_flags(spec_.path.waiting));
    while (!stopped()) {
      const ssize_t messages =
          receive_call(marks_, reader_, spec_.receiver.interface, [&] { return batch_.receive(socket_.get(), flags); });
      if (messages < 0) continue;
      const auto packets = static_cast<std::size_t>(messages);
      reader_.count_call(packets);
      for (std::size_t i = 0; i < packets; ++i) {
        const std::size_t size = batch_.length(i);
        const std::size_t captured = std::min(size, batch_.buffer_bytes());
        reader_.count_copied(captured);
        reader_.frame(batch_.data(i), captured, size);
      }
    }
  }

  Granted granted() const override {
    return {{"receiveBufferBytes", static_cast<double>(granted_bytes_)},
            {"snaplen", static_cast<double>(batch_.buffer_bytes())},
            {"batch", static_cast<double>(batch_.size())}};
  }

 private:
  MessageBatch batch_;
  int granted_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Path> make_packet_recvmmsg_path(const TrialSpec& spec, Workers& workers) {
  return std::make_unique<PacketRecvmmsg>(spec, workers);
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
// Ethernet frames of the private EtherType, past the qdisc.
#include <linux/if_packet.h>

#include "generators/datagrams.h"
#include "generators/frame.h"

namespace pktpath {
namespace {

class Raw final : public DatagramGenerator {
 public:
  explicit Raw(const TrialSpec& spec) : Raw(spec, make_frame(spec)) {}

  void open() override {
    socket_ = FileDescriptor(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (!socket_) throw_errno("cannot open an AF_PACKET socket for sending", errno);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(spec_.sender.interface_index);
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw_errno("cannot bind the sending socket to " + spec_.sender.interface, errno);
    }
    const int one = 1;
    if (setsockopt(socket_.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) != 0) {
      throw_errno("cannot set PACKET_QDISC_BYPASS", errno);
    }
  }

 private:
  Raw(const TrialSpec& spec, FrameTemplate frame)
      : DatagramGenerator(frame.bytes.size(), frame.payload_offset), spec_(spec) {
    buffer_ = std::move(frame.bytes);
  }

  const TrialSpec& spec_;
};

}  // namespace

std::unique_ptr<Generator> make_raw_generator(const TrialSpec& spec) { return std::make_unique<Raw>(spec); }

}  // namespace pktpath

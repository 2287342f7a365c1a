// SPDX-License-Identifier: GPL-2.0-only
// Ethernet frames of the private EtherType, past the qdisc.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <algorithm>

#include "generators/datagrams.h"
#include "support/mac_address.h"

namespace pktpath {
namespace {

class Raw final : public DatagramGenerator {
 public:
  explicit Raw(const TrialSpec& spec) : DatagramGenerator(spec.generator.frame_bytes, ETH_HLEN), spec_(spec) {
    const MacAddress to = parse_mac(spec.receiver.mac);
    const MacAddress from = parse_mac(spec.sender.mac);
    std::copy(to.begin(), to.end(), buffer_.begin());
    std::copy(from.begin(), from.end(), buffer_.begin() + 6);
    buffer_[12] = kEtherType >> 8;
    buffer_[13] = kEtherType & 0xff;
  }

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

  std::vector<std::uint8_t> frame(std::uint32_t sequence) const override { return stamped(sequence); }

 private:
  const TrialSpec& spec_;
};

}  // namespace

std::unique_ptr<Generator> make_raw_generator(const TrialSpec& spec) { return std::make_unique<Raw>(spec); }

}  // namespace pktpath

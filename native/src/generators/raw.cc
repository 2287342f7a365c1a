// SPDX-License-Identifier: GPL-2.0-only
// Ethernet frames of the private EtherType, past the qdisc.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <array>
#include <cstdio>

#include "generators/datagrams.h"

namespace pktpath {
namespace {

using MacAddress = std::array<std::uint8_t, 6>;

MacAddress parse_mac(const std::string& text) {
  MacAddress mac{};
  int used = 0;
  if (std::sscanf(text.c_str(), "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
                  &mac[5], &used) != 6 ||
      static_cast<std::size_t>(used) != text.size()) {
    throw Error("'" + text + "' is no MAC address");
  }
  return mac;
}

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

 private:
  const TrialSpec& spec_;
};

}  // namespace

std::unique_ptr<Generator> make_raw_generator(const TrialSpec& spec) { return std::make_unique<Raw>(spec); }

}  // namespace pktpath

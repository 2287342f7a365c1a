// SPDX-License-Identifier: GPL-2.0-only
// UDP datagrams through the stack.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

#include <algorithm>

#include "generators/connect.h"
#include "generators/datagrams.h"
#include "support/mac_address.h"

namespace pktpath {
namespace {

constexpr std::size_t kHeaders = 14 + 20 + 8;

class Udp final : public DatagramGenerator {
 public:
  explicit Udp(const TrialSpec& spec) : DatagramGenerator(spec.generator.frame_bytes - kHeaders, 0), spec_(spec) {}

  void open() override {
    socket_ = connect_to(spec_.receiver.address, spec_.port, SOCK_DGRAM);
    sockaddr_in own{};
    socklen_t size = sizeof(own);
    if (getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0) {
      throw_errno("cannot read the sending socket's address", errno);
    }
    headers_ = headers(own);
  }

  std::vector<std::uint8_t> frame(std::uint32_t sequence) const override {
    std::vector<std::uint8_t> whole = headers_;
    const std::vector<std::uint8_t> payload = stamped(sequence);
    whole.insert(whole.end(), payload.begin(), payload.end());
    return whole;
  }

 private:
  // As the stack writes them. What it alone knows is zero: the identification and the checksums.
  std::vector<std::uint8_t> headers(const sockaddr_in& own) const {
    sockaddr_in peer{};
    inet_pton(AF_INET, spec_.receiver.address.c_str(), &peer.sin_addr);
    const MacAddress to = parse_mac(spec_.receiver.mac);
    const MacAddress from = parse_mac(spec_.sender.mac);
    ethhdr ethernet{};
    std::copy(to.begin(), to.end(), ethernet.h_dest);
    std::copy(from.begin(), from.end(), ethernet.h_source);
    ethernet.h_proto = htons(ETH_P_IP);
    iphdr ip{};
    ip.version = 4;
    ip.ihl = sizeof(iphdr) / 4;
    ip.tot_len = htons(static_cast<std::uint16_t>(sizeof(iphdr) + sizeof(udphdr) + buffer_.size()));
    ip.frag_off = htons(IP_DF);
    ip.ttl = IPDEFTTL;
    ip.protocol = IPPROTO_UDP;
    ip.saddr = own.sin_addr.s_addr;
    ip.daddr = peer.sin_addr.s_addr;
    udphdr udp{};
    udp.source = own.sin_port;
    udp.dest = htons(spec_.port);
    udp.len = htons(static_cast<std::uint16_t>(sizeof(udphdr) + buffer_.size()));
    std::vector<std::uint8_t> bytes;
    append(bytes, ethernet);
    append(bytes, ip);
    append(bytes, udp);
    return bytes;
  }

  template <typename Header>
  static void append(std::vector<std::uint8_t>& bytes, const Header& header) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(&header);
    bytes.insert(bytes.end(), begin, begin + sizeof(header));
  }

  const TrialSpec& spec_;
  std::vector<std::uint8_t> headers_;
};

}  // namespace

std::unique_ptr<Generator> make_udp_generator(const TrialSpec& spec) { return std::make_unique<Udp>(spec); }

}  // namespace pktpath

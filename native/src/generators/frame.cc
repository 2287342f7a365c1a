// SPDX-License-Identifier: GPL-2.0-only
#include "generators/frame.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <string>

#include "support/error.h"
#include "support/payload.h"

namespace pktpath {
namespace {

using MacAddress = std::array<std::uint8_t, ETH_ALEN>;

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

in_addr parse_address(const std::string& text) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) throw Error("'" + text + "' is no IPv4 address");
  return address;
}

// RFC 1071, over an even number of bytes.
std::uint16_t internet_checksum(const std::uint8_t* data, std::size_t size) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < size; i += 2) {
    std::uint16_t word = 0;
    std::memcpy(&word, data + i, sizeof(word));
    sum += word;
  }
  sum = (sum & 0xffff) + (sum >> 16);
  sum += sum >> 16;
  return static_cast<std::uint16_t>(~sum);
}

void put_udp(const TrialSpec& spec, std::uint8_t* data, std::size_t size) {
  iphdr ip{};
  ip.version = 4;
  ip.ihl = sizeof(ip) / 4;
  ip.tot_len = htons(static_cast<std::uint16_t>(size));
  ip.frag_off = htons(IP_DF);
  ip.ttl = IPDEFTTL;
  ip.protocol = IPPROTO_UDP;
  ip.saddr = parse_address(spec.sender.address).s_addr;
  ip.daddr = parse_address(spec.receiver.address).s_addr;
  std::memcpy(data, &ip, sizeof(ip));
  ip.check = internet_checksum(data, sizeof(ip));
  udphdr udp{};
  udp.source = htons(spec.port);
  udp.dest = htons(spec.port);
  udp.len = htons(static_cast<std::uint16_t>(size - sizeof(ip)));
  std::memcpy(data, &ip, sizeof(ip));
  std::memcpy(data + sizeof(ip), &udp, sizeof(udp));
}

}  // namespace

FrameTemplate make_frame(const TrialSpec& spec) {
  FrameTemplate frame{std::vector<std::uint8_t>(spec.generator.frame_bytes), ETH_HLEN};
  const MacAddress to = parse_mac(spec.receiver.mac);
  const MacAddress from = parse_mac(spec.sender.mac);
  std::copy(to.begin(), to.end(), frame.bytes.begin());
  std::copy(from.begin(), from.end(), frame.bytes.begin() + ETH_ALEN);
  std::uint16_t type = kEtherType;
  if (spec.generator.traffic == Traffic::udp) {
    type = ETH_P_IP;
    put_udp(spec, frame.bytes.data() + ETH_HLEN, frame.bytes.size() - ETH_HLEN);
    frame.payload_offset += sizeof(iphdr) + sizeof(udphdr);
  } else if (spec.generator.traffic != Traffic::raw) {
    throw Error("there is no frame of this traffic that could be sent as it is");
  }
  frame.bytes[12] = static_cast<std::uint8_t>(type >> 8);
  frame.bytes[13] = static_cast<std::uint8_t>(type & 0xff);
  return frame;
}

}  // namespace pktpath

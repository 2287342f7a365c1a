// SPDX-License-Identifier: GPL-2.0-only
#include "generators/frame.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <cstring>
#include <string>

#include "support/error.h"
#include "support/mac_address.h"
#include "support/payload.h"

namespace pktpath {
namespace {

constexpr std::uint8_t kTimeToLive = 64;

std::uint32_t parse_ipv4(const std::string& text) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) throw Error("'" + text + "' is no IPv4 address");
  return address.s_addr;
}

// RFC 1071. In the order of the bytes in memory, and so is the result.
std::uint16_t checksum(const void* data, std::size_t size) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < size; i += 2) {
    std::uint16_t word = 0;
    std::memcpy(&word, static_cast<const std::uint8_t*>(data) + i, sizeof(word));
    sum += word;
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

ethhdr ethernet(const TrialSpec& spec, std::uint16_t type) {
  const MacAddress to = parse_mac(spec.receiver.mac);
  const MacAddress from = parse_mac(spec.sender.mac);
  ethhdr header{};
  std::memcpy(header.h_dest, to.data(), to.size());
  std::memcpy(header.h_source, from.data(), from.size());
  header.h_proto = htons(type);
  return header;
}

iphdr ipv4(const TrialSpec& spec, std::size_t size) {
  iphdr header{};
  header.version = 4;
  header.ihl = sizeof(header) / 4;
  header.tot_len = htons(static_cast<std::uint16_t>(size));
  header.frag_off = htons(0x4000);  // do not fragment
  header.ttl = kTimeToLive;
  header.protocol = IPPROTO_UDP;
  header.saddr = parse_ipv4(spec.sender.address);
  header.daddr = parse_ipv4(spec.receiver.address);
  header.check = checksum(&header, sizeof(header));
  return header;
}

template <typename T>
std::size_t append(FrameTemplate& frame, std::size_t at, const T& header) {
  std::memcpy(frame.bytes.data() + at, &header, sizeof(header));
  return at + sizeof(header);
}

}  // namespace

FrameTemplate make_frame(const TrialSpec& spec) {
  const std::size_t size = spec.generator.frame_bytes;
  FrameTemplate frame{std::vector<std::uint8_t>(size), 0, 1, 0, Wanted(spec.generator.wanted_percent)};
  if (spec.generator.traffic == Traffic::raw) {
    frame.payload_offset = append(frame, 0, ethernet(spec, kEtherType));
    return frame;
  }
  if (spec.generator.traffic != Traffic::udp)
    throw Error("there is no frame of this traffic that could be sent as it is");
  std::size_t at = append(frame, 0, ethernet(spec, ETH_P_IP));
  at = append(frame, at, ipv4(spec, size - ETH_HLEN));
  udphdr udp{};
  udp.source = udp.dest = htons(spec.port);
  udp.len = htons(static_cast<std::uint16_t>(size - at));
  frame.payload_offset = append(frame, at, udp);
  frame.flows = spec.generator.flows;
  frame.first_port = spec.port;
  return frame;
}

std::vector<std::uint8_t> stamped(const FrameTemplate& frame, std::uint32_t sequence) {
  std::vector<std::uint8_t> bytes = frame.bytes;
  frame.fill(bytes.data(), sequence, 0);
  return bytes;
}

void FrameTemplate::fill(std::uint8_t* copy, std::uint32_t sequence, std::uint64_t now) const {
  stamp(copy + payload_offset, sequence, now);
  wanted.mark(copy, sequence);
  if (flows == 1) return;
  const std::uint16_t port = htons(static_cast<std::uint16_t>(first_port + sequence % flows));
  std::memcpy(copy + payload_offset - sizeof(udphdr), &port, sizeof(port));
}

}  // namespace pktpath

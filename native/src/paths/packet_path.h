// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <linux/if_packet.h>

#include "paths/filter.h"
#include "paths/path.h"
#include "support/file_descriptor.h"

namespace pktpath {

class SizedProgram;

// The largest packet that a tap hands over: GRO merges up to a whole IPv4 packet. Not a multiple of 4096, so that the
// beginnings of buffers of this size lie in different sets of the cache.
constexpr std::uint32_t kLargestPacket = 65536 + 64;

// Keeps what the interface sends from a packet socket: only received packets are captured and counted.
void ignore_outgoing(int socket);

// What every path on an AF_PACKET socket has in common: its filter, its binding, its fanout group, its drops.
class PacketPath : public Path {
 public:
  PacketPath(const TrialSpec& spec, Workers& workers);
  ~PacketPath() override;

  Drops take_drops() override { return {{"socket", take_statistics().tp_drops}}; }
  bool wants(const std::uint8_t* frame, std::size_t size) const override { return filter_.wants(frame, size); }
  bool has_filter() const override { return spec_.path.filter || spec_.path.sized_filter; }
  std::optional<std::uint64_t> filtered() const override;
  Granted granted() const override;

 protected:
  // Makes the spec's filter, and gives it to whoever is to run it. `cut` is where it cuts packets, in bytes.
  void open_filter(std::uint32_t cut);

  // Whether the reader is to go on with a packet that it has: where it is the one who filters, it does so here.
  bool keeps(const std::uint8_t* frame, std::size_t captured) {
    if (!filters_itself_ || filter_.wants(frame, captured)) return true;
    filtered_.store(filtered_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    return false;
  }

  // Opens a socket with the spec's filter, which hears nothing before it is bound. `cut` is where the kernel cuts
  // packets, in bytes: a ring is filled with no more than that. A socket's reader lets its own buffer cut instead, or
  // it could not be told how long the packet was.
  void open_socket(std::uint32_t cut);

  // Binds it to the receiver's interface, and puts the workers' sockets in one group.
  void bind_socket();

  // PACKET_STATISTICS since the last call: reading clears them. Only TPACKET_V3 has a freeze count.
  tpacket_stats_v3 take_statistics();

  const TrialSpec& spec_;
  Workers& workers_;
  Filter filter_;
  FileDescriptor socket_;

 private:
  void join_fanout();

  bool filters_itself_ = false;
  std::atomic<std::uint64_t> filtered_{0};  // by the reader
  std::unique_ptr<SizedProgram> filter_program_;
};

}  // namespace pktpath

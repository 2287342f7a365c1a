// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>

namespace pktpath {

// Memory that the kernel and an AF_XDP socket share, in chunks of one frame each.
class Umem {
 public:
  // A frame of an MTU of 1500 behind XDP_PACKET_HEADROOM (256 bytes).
  static constexpr std::uint32_t kChunk = 2048;

  explicit Umem(std::uint32_t chunks);
  ~Umem();
  Umem(const Umem&) = delete;
  Umem& operator=(const Umem&) = delete;

  // Of an unbound AF_XDP socket.
  void register_with(int socket) const;

  std::uint32_t chunks() const { return chunks_; }
  std::uint8_t* at(std::uint64_t address) { return base_ + address; }

 private:
  std::size_t bytes() const { return static_cast<std::size_t>(chunks_) * kChunk; }

  std::uint32_t chunks_;
  std::uint8_t* base_;
};

}  // namespace pktpath

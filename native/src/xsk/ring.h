// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>

#include "support/error.h"

namespace pktpath {

// One of an AF_XDP socket's rings in memory, shared with the kernel: one side moves `producer`, the other `consumer`.
// Sizes are powers of two (xskq_create). Entry: xdp_desc for the receive and the transmit ring, the address of a chunk
// for the fill and the completion ring.
template <typename Entry>
class XskRing {
 public:
  // `option` sizes the ring, `page_offset` and `offsets` say where the kernel has it.
  XskRing(int socket, int option, std::uint32_t size, off_t page_offset, const xdp_ring_offset& offsets)
      : mask_(size - 1), bytes_(static_cast<std::size_t>(offsets.desc) + size * sizeof(Entry)) {
    if (setsockopt(socket, SOL_XDP, option, &size, sizeof(size)) != 0) {
      throw_errno("cannot make an AF_XDP ring of " + std::to_string(size) + " entries", errno);
    }
    base_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, socket, page_offset);
    if (base_ == MAP_FAILED) throw_errno("cannot map an AF_XDP ring", errno);
    const auto at = [this](std::uint64_t offset) { return static_cast<std::byte*>(base_) + offset; };
    producer_ = reinterpret_cast<std::uint32_t*>(at(offsets.producer));
    consumer_ = reinterpret_cast<std::uint32_t*>(at(offsets.consumer));
    flags_ = reinterpret_cast<std::uint32_t*>(at(offsets.flags));
    entries_ = reinterpret_cast<Entry*>(at(offsets.desc));
  }
  ~XskRing() { munmap(base_, bytes_); }
  XskRing(const XskRing&) = delete;
  XskRing& operator=(const XskRing&) = delete;

  // Entries that have been put in and not yet taken out.
  std::uint32_t filled() const { return load(producer_) - load(consumer_); }
  std::uint32_t room() const { return mask_ + 1 - filled(); }

  // The i-th entry to take out, or to put in.
  const Entry& taken(std::uint32_t i) const { return entries_[(*consumer_ + i) & mask_]; }
  Entry& next(std::uint32_t i) { return entries_[(*producer_ + i) & mask_]; }

  void take(std::uint32_t count) { store(consumer_, *consumer_ + count); }
  void put(std::uint32_t count) { store(producer_, *producer_ + count); }

  // The kernel wants a call before it goes on with this ring.
  bool needs_wakeup() const {
    return (std::atomic_ref(*flags_).load(std::memory_order_relaxed) & XDP_RING_NEED_WAKEUP) != 0;
  }

 private:
  static std::uint32_t load(std::uint32_t* index) { return std::atomic_ref(*index).load(std::memory_order_acquire); }
  static void store(std::uint32_t* index, std::uint32_t value) {
    std::atomic_ref(*index).store(value, std::memory_order_release);
  }

  std::uint32_t mask_;
  std::size_t bytes_;
  void* base_ = nullptr;
  std::uint32_t* producer_ = nullptr;
  std::uint32_t* consumer_ = nullptr;
  std::uint32_t* flags_ = nullptr;
  Entry* entries_ = nullptr;
};

}  // namespace pktpath

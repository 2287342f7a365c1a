// SPDX-License-Identifier: GPL-2.0-only
// TPACKET_V1 and V2: a ring of slots, a packet each, which change hands by a status word. V1's has the size of a long.
#include <algorithm>
#include <atomic>

#include "paths/ring_path.h"

namespace pktpath {
namespace {

// Slots counted ahead at most: as many packets as a NAPI poll brings (NAPI_POLL_WEIGHT), few enough that their headers
// are still in the cache when their turn comes.
constexpr std::size_t kLookahead = 64;

template <typename Header>
class Slots final : public RingPath {
 public:
  using RingPath::RingPath;

  void run() override {
    begin();
    Cursor at(*this);
    while (!stopped()) {
      const std::size_t ready = count_ready(at);
      if (ready == 0) {
        wait();
        continue;
      }
      reader_.handed();  // all of them are there
      reader_.count_call(ready);
      for (std::size_t i = 0; i < ready; ++i, at.advance()) take(at.slot);
    }
  }

 private:
  using Status = decltype(Header::tp_status);

  struct Cursor {
    explicit Cursor(const Slots& of) : ring(&of), slot(of.block(0)), left(of.slots_in_block()) {}

    void advance() {
      if (--left > 0) {
        slot += ring->spec_.path.frame_bytes;
        return;
      }
      if (++block == ring->spec_.path.blocks) block = 0;
      slot = ring->block(block);
      left = ring->slots_in_block();
    }

    const Slots* ring;
    std::uint8_t* slot;
    std::uint32_t left;  // in its block, with this one
    std::uint32_t block = 0;
  };

  static std::atomic_ref<Status> status(std::uint8_t* slot) {
    return std::atomic_ref<Status>(reinterpret_cast<Header*>(slot)->tp_status);
  }

  std::size_t count_ready(Cursor at) const {
    const std::size_t slots = static_cast<std::size_t>(slots_in_block()) * spec_.path.blocks;
    const std::size_t most = std::min(kLookahead, slots);
    std::size_t ready = 0;
    // acquire: what the kernel wrote before it gave the slot away is to be seen after this
    while (ready < most && (status(at.slot).load(std::memory_order_acquire) & TP_STATUS_USER) != 0) {
      ready += 1;
      at.advance();
    }
    return ready;
  }

  void take(std::uint8_t* slot) {
    const Header& header = *reinterpret_cast<const Header*>(slot);
    reader_.count_copied(header.tp_snaplen);
    reader_.frame(slot + header.tp_mac, header.tp_snaplen, header.tp_len);
    // release: nothing is read from the slot after this
    status(slot).store(TP_STATUS_KERNEL, std::memory_order_release);
  }
};

}  // namespace

std::unique_ptr<Path> make_tpacket_v1_path(const TrialSpec& spec, Workers& workers) {
  return std::make_unique<Slots<tpacket_hdr>>(spec, workers, TPACKET_V1, TPACKET_HDRLEN);
}

std::unique_ptr<Path> make_tpacket_v2_path(const TrialSpec& spec, Workers& workers) {
  return std::make_unique<Slots<tpacket2_hdr>>(spec, workers, TPACKET_V2, TPACKET2_HDRLEN);
}

}  // namespace pktpath

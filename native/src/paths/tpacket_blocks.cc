// SPDX-License-Identifier: GPL-2.0-only
// TPACKET_V3: a ring of blocks, each handed over when it is full or its timeout is over, with all its packets.
#include <atomic>

#include "paths/ring_path.h"

namespace pktpath {
namespace {

class Blocks final : public RingPath {
 public:
  Blocks(const TrialSpec& spec, Workers& workers) : RingPath(spec, workers, TPACKET_V3, TPACKET3_HDRLEN) {}

  void run() override {
    begin();
    std::uint32_t index = 0;
    while (!stopped()) {
      std::uint8_t* const at = block(index);
      tpacket_hdr_v1& header = reinterpret_cast<tpacket_block_desc*>(at)->hdr.bh1;
      const std::atomic_ref<std::uint32_t> status(header.block_status);
      // acquire: what the kernel wrote before it gave the block away is to be seen after this
      if ((status.load(std::memory_order_acquire) & TP_STATUS_USER) == 0) {
        wait();
        continue;
      }
      walk(at + header.offset_to_first_pkt, header.num_pkts);
      // release: nothing is read from the block after this
      status.store(TP_STATUS_KERNEL, std::memory_order_release);
      if (++index == spec_.path.blocks) index = 0;
    }
  }

  Drops take_drops() override {
    const tpacket_stats_v3 statistics = take_statistics();
    freezes_ += statistics.tp_freeze_q_cnt;
    return {{"socket", statistics.tp_drops}};
  }

  // `freezes`: how often the kernel found every block in the reader's hands, since the ring was opened; what it dropped
  // until one came back is among the drops.
  Granted granted() const override {
    Granted granted = RingPath::granted();
    granted["freezes"] = static_cast<double>(freezes_);
    return granted;
  }

 private:
  void walk(const std::uint8_t* at, std::uint32_t packets) {
    if (packets == 0) return;
    reader_.handed();
    reader_.count_call(packets);
    for (std::uint32_t i = 0; i < packets; ++i) {
      const tpacket3_hdr& packet = *reinterpret_cast<const tpacket3_hdr*>(at);
      reader_.count_copied(packet.tp_snaplen);
      const std::uint8_t* const frame = at + packet.tp_mac;
      if (keeps(frame, packet.tp_snaplen)) reader_.frame(frame, packet.tp_snaplen, packet.tp_len);
      at += packet.tp_next_offset;
    }
  }

  std::uint64_t freezes_ = 0;
};

}  // namespace

std::unique_ptr<Path> make_tpacket_v3_path(const TrialSpec& spec, Workers& workers) {
  return std::make_unique<Blocks>(spec, workers);
}

}  // namespace pktpath

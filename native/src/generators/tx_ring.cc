// SPDX-License-Identifier: GPL-2.0-only
// Ethernet frames through PACKET_TX_RING, TPACKET_V2, past the qdisc.
//
// PACKET_LOSS stays off: it has the kernel skip a frame that it finds malformed without a word. We make none, and if we
// did, send(2) shall fail.
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "generators/frame.h"
#include "generators/generator.h"
#include "generators/pacer.h"
#include "generators/sending_socket.h"
#include "support/error.h"

namespace pktpath {
namespace {

constexpr std::size_t kSlotBytes = 2048;
constexpr std::size_t kBlockBytes = 65536;
// A slot is taken until the device at the other end has freed the frame: veth's ring holds 256, the CPU's backlog 1000.
constexpr std::size_t kSlots = 2048;
constexpr std::size_t kRingBytes = kSlots * kSlotBytes;
// Where tpacket_fill_skb() looks for the frame (net/packet/af_packet.c).
constexpr std::size_t kDataOffset = TPACKET2_HDRLEN - sizeof(sockaddr_ll);

class TxRing final : public Generator {
 public:
  explicit TxRing(const TrialSpec& spec) : spec_(spec), frame_(make_frame(spec)) {}

  ~TxRing() override {
    if (ring_ != nullptr) munmap(ring_, kRingBytes);
  }

  void open() override {
    socket_ = open_sending_socket(spec_.sender);
    // frames that wait at the other end count against the send buffer, and a full one ends a kick early
    set(SOL_SOCKET, SO_SNDBUFFORCE, static_cast<int>(2 * kRingBytes), "SO_SNDBUFFORCE");
    set(SOL_PACKET, PACKET_VERSION, static_cast<int>(TPACKET_V2), "TPACKET_V2");
    const tpacket_req ring{kBlockBytes, kRingBytes / kBlockBytes, kSlotBytes, kSlots};
    set(SOL_PACKET, PACKET_TX_RING, ring, "PACKET_TX_RING");
    void* memory = mmap(nullptr, kRingBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, socket_.get(), 0);
    if (memory == MAP_FAILED) throw_errno("cannot map the transmit ring", errno);
    ring_ = static_cast<std::uint8_t*>(memory);
    for (std::size_t i = 0; i < kSlots; ++i) {
      std::copy(frame_.bytes.begin(), frame_.bytes.end(), data(i));
      slot(i).tp_len = static_cast<std::uint32_t>(frame_.bytes.size());
    }
  }

  Sending send(std::uint64_t packets, double packets_per_second, std::uint64_t max_duration_ns,
               const std::atomic<bool>& abort) override {
    Sending sending;
    Pacer pacer(packets_per_second, max_duration_ns, abort, progress_, spec_.generator.pacing);
    while (sending.sent < packets) {
      const std::uint64_t count = std::min<std::uint64_t>(spec_.generator.batch, packets - sending.sent);
      if (!wait_for_slots(count, pacer)) break;
      const std::uint64_t now = pacer.wait(sending.sent, sending.lateness, sending.lateness_max_ns);
      if (now == 0) break;
      send_batch(count, now, sending);
    }
    sending.elapsed_ns = pacer.elapsed_ns();
    sending.bytes = sending.sent * frame_.bytes.size();
    return sending;
  }

  std::vector<std::uint8_t> frame(std::uint32_t sequence) const override { return stamped(frame_, sequence); }

 private:
  template <typename T>
  void set(int level, int option, const T& value, const char* name) {
    if (setsockopt(socket_.get(), level, option, &value, sizeof(value)) != 0) {
      throw_unsupported(std::string("cannot set ") + name + " for sending", errno);
    }
  }

  tpacket2_hdr& slot(std::uint64_t index) {
    return *reinterpret_cast<tpacket2_hdr*>(ring_ + (index % kSlots) * kSlotBytes);
  }
  std::uint8_t* data(std::uint64_t index) { return ring_ + (index % kSlots) * kSlotBytes + kDataOffset; }

  std::uint32_t status(std::uint64_t index) { return __atomic_load_n(&slot(index).tp_status, __ATOMIC_ACQUIRE); }
  void set_status(std::uint64_t index, std::uint32_t to) {
    __atomic_store_n(&slot(index).tp_status, to, __ATOMIC_RELEASE);
  }

  bool wait_for_slots(std::uint64_t count, const Pacer& pacer) {
    for (std::uint64_t i = 0; i < count; ++i) {
      while (status(head_ + i) != TP_STATUS_AVAILABLE) {
        cpu_relax();
        if (pacer.over(now_ns())) return false;
      }
    }
    return true;
  }

  // A frame that the device refuses stays where it is in the ring, asked for once more, and the frames behind it are not
  // looked at (tpacket_snd, out_status). It was handed over and counted as dropped, so the ones behind it move up.
  void send_batch(std::uint64_t count, std::uint64_t now, Sending& sending) {
    sending.sent += count;
    while (count > 0) {
      for (std::uint64_t i = 0; i < count; ++i) {
        frame_.fill(data(head_ + i), sequence_ + static_cast<std::uint32_t>(i), now);
        set_status(head_ + i, TP_STATUS_SEND_REQUEST);
      }
      const ssize_t kicked = ::send(socket_.get(), nullptr, 0, MSG_DONTWAIT);
      const int error = kicked < 0 ? errno : 0;
      for (; count > 0 && status(head_) != TP_STATUS_SEND_REQUEST; --count) {
        head_ += 1;
        sequence_ += 1;
      }
      if (error == ENOBUFS && count > 0) {
        sending.refused["ENOBUFS"] += 1;
        sequence_ += 1;
        count -= 1;
        set_status(head_ + count, TP_STATUS_AVAILABLE);
      } else if (error != 0 && error != EAGAIN && error != EINTR) {
        throw_errno("kicking the transmit ring failed", error);
      }
    }
  }

  const TrialSpec& spec_;
  FrameTemplate frame_;
  FileDescriptor socket_;
  std::uint8_t* ring_ = nullptr;
  std::uint64_t head_ = 0;  // the slot that the kernel looks at next
  std::uint32_t sequence_ = 0;
};

}  // namespace

std::unique_ptr<Generator> make_tx_ring_generator(const TrialSpec& spec) { return std::make_unique<TxRing>(spec); }

}  // namespace pktpath

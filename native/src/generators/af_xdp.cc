// SPDX-License-Identifier: GPL-2.0-only
// Frames from an AF_XDP socket's transmit ring. In copy mode the kernel makes an skb of each within the call that kicks
// it (xsk_generic_xmit), and hands it to the driver past the qdisc.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include "generators/frame.h"
#include "generators/generator.h"
#include "generators/pacer.h"
#include "support/clock.h"
#include "support/error.h"
#include "xsk/socket.h"

namespace pktpath {
namespace {

// Several times what a veth ring (256) and a batch (1024 at most) can hold together.
constexpr std::uint32_t kChunks = 2048;
// An skb with a full frame takes 2304 bytes of the send buffer: room for all, so that the device alone refuses frames.
constexpr int kSendBuffer = kChunks * 4096;
// A device that takes nothing for so long has hung.
constexpr std::uint64_t kPatienceNs = 3'000'000'000;

class AfXdp final : public Generator {
 public:
  explicit AfXdp(const TrialSpec& spec) : spec_(spec), frame_(make_frame(spec)) {}

  void open() override {
    socket_.emplace(spec_.sender, XskSocket::Options{kChunks, 0, kChunks, XDP_COPY | XDP_USE_NEED_WAKEUP});
    if (setsockopt(socket_->fd(), SOL_SOCKET, SO_SNDBUFFORCE, &kSendBuffer, sizeof(kSendBuffer)) != 0) {
      throw_errno("cannot set a send buffer of " + std::to_string(kSendBuffer) + " bytes", errno);
    }
    for (std::uint32_t i = 0; i < kChunks; ++i) {
      free_.push_back(std::uint64_t{i} * Umem::kChunk);
      std::copy(frame_.bytes.begin(), frame_.bytes.end(), socket_->umem().at(free_.back()));
    }
  }

  Sending send(std::uint64_t packets, double packets_per_second, std::uint64_t max_duration_ns,
               const std::atomic<bool>& abort) override {
    Sending sending;
    Pacer pacer(packets_per_second, max_duration_ns, abort, progress_, spec_.generator.pacing);
    while (sending.sent < packets) {
      const std::uint64_t now = pacer.wait(sending.sent, sending.lateness, sending.lateness_max_ns);
      if (now == 0) break;
      const auto batch =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(spec_.generator.batch, packets - sending.sent));
      wait_until([&] { return reclaim() >= batch; }, abort);
      for (std::uint32_t i = 0; i < batch; ++i) put(i, now);
      socket_->transmit().put(batch);
      wait_until([&] { return kick(sending) == 0; }, abort);
      sending.sent += batch;
      sending.bytes += batch * frame_.bytes.size();
    }
    sending.elapsed_ns = pacer.elapsed_ns();
    return sending;
  }

  std::vector<std::uint8_t> frame(std::uint32_t sequence) const override { return stamped(frame_, sequence); }

 private:
  void put(std::uint32_t index, std::uint64_t now) {
    const std::uint64_t chunk = free_.back();
    free_.pop_back();
    frame_.fill(socket_->umem().at(chunk), sequence_++, now);
    socket_->transmit().next(index) = {chunk, static_cast<std::uint32_t>(frame_.bytes.size()), 0};
  }

  // Chunks that are free to be written; the kernel gives one back when its skb is no more.
  std::size_t reclaim() {
    XskRing<std::uint64_t>& completion = socket_->completion();
    const std::uint32_t done = completion.filled();
    for (std::uint32_t i = 0; i < done; ++i) free_.push_back(completion.taken(i));
    completion.take(done);
    return free_.size();
  }

  // One call, which takes 32 frames at most (TX_BATCH_SIZE of xsk.c). Returns how many wait still.
  std::uint32_t kick(Sending& sending) {
    if (sendto(socket_->fd(), nullptr, 0, MSG_DONTWAIT, nullptr, 0) < 0) {
      // a frame that the driver dropped ends the call: it is taken, and the device has counted it
      if (errno == EBUSY) {
        sending.refused["EBUSY"] += 1;
      } else if (errno != EAGAIN && errno != ENOBUFS && errno != EINTR) {
        throw_errno("cannot send through the AF_XDP socket of " + spec_.sender.interface, errno);
      }
    }
    return socket_->transmit().filled();
  }

  template <typename Condition>
  void wait_until(Condition&& met, const std::atomic<bool>& abort) const {
    if (met()) return;
    const std::uint64_t deadline = now_ns() + kPatienceNs;
    while (!met()) {
      if (abort.load(std::memory_order_relaxed)) throw Error("aborted in the middle of a batch");
      if (now_ns() > deadline) throw Error(spec_.sender.interface + " took no AF_XDP frame for 3 s");
    }
  }

  const TrialSpec& spec_;
  FrameTemplate frame_;
  std::optional<XskSocket> socket_;
  std::vector<std::uint64_t> free_;  // the last used first: it is in the cache
  std::uint32_t sequence_ = 0;
};

}  // namespace

std::unique_ptr<Generator> make_af_xdp_generator(const TrialSpec& spec) { return std::make_unique<AfXdp>(spec); }

}  // namespace pktpath

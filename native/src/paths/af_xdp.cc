// SPDX-License-Identifier: GPL-2.0-only
// AF_XDP: an XDP program hands each frame to a ring that the reader has in memory. On a device without zero copy the
// kernel copies the frame once, into the socket's own memory.
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "bpf/attach.h"
#include "paths/path.h"
#include "paths/waiting.h"
#include "support/clock.h"
#include "support/error.h"
#include "xsk/socket.h"

#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#define SO_BUSY_POLL_BUDGET 70
#endif

namespace pktpath {
namespace {

constexpr const char* kProgram = "xsk_redirect";
// What the kernel's own sample polls for: 20 us, and NAPI's weight (samples/bpf/xdpsock).
constexpr int kBusyPollUs = 20;
constexpr int kBusyPollBudget = 64;
constexpr std::uint32_t kLooksPerMark = 64;

class AfXdp final : public Path {
 public:
  explicit AfXdp(const TrialSpec& spec) : spec_(spec), object_(spec.path.object) {}

  void open() override {
    refuse_irq_suspend(spec_);
    object_.choose(kProgram);
    load_or_unsupported(object_);
    const PathSpec& path = spec_.path;
    const bool zero_copy = path.mode == XdpMode::native_zero_copy;
    const unsigned flags = (zero_copy ? XDP_ZEROCOPY : XDP_COPY) | (path.need_wakeup ? XDP_USE_NEED_WAKEUP : 0);
    socket_.emplace(spec_.receiver, XskSocket::Options{path.frames, path.frames, 0, static_cast<std::uint16_t>(flags)});
    if (path.waiting == Waiting::busy_poll) prefer_busy_poll();
    for (std::uint32_t i = 0; i < path.frames; ++i) socket_->fill().next(i) = std::uint64_t{i} * Umem::kChunk;
    socket_->fill().put(path.frames);
    // the program comes last: from here on each frame has a socket to go to
    const std::uint32_t queue = 0;
    const int fd = socket_->fd();
    const int error = bpf_map_update_elem(object_.map_fd("xsks"), &queue, &fd, BPF_ANY);
    if (error != 0) throw_errno("cannot put the AF_XDP socket into its map", -error);
    attachment_.emplace(object_.program_fd(kProgram), spec_.receiver, path.mode);
    zero_copy_ = socket_->zero_copy();
    if (zero_copy_ != zero_copy) throw Error("the kernel did not keep to the copy mode that was asked for");
  }

  void run() override {
    while (!stopped()) {
      const std::uint32_t frames = std::min(socket_->receive().filled(), spec_.path.batch);
      if (frames == 0) {
        wait();
      } else {
        take(frames);
      }
    }
  }

  Drops take_drops() override {
    const xdp_statistics now = socket_->statistics();
    const xdp_statistics before = std::exchange(seen_, now);
    return {{"xsk-ring-full", now.rx_ring_full - before.rx_ring_full},
            {"xsk-no-frame", now.rx_dropped - before.rx_dropped}};
  }

  Granted granted() const override {
    return {{"xdpMode", attachment_->mode()},
            {"zeroCopy", zero_copy_},
            {"ringBytes", static_cast<double>(spec_.path.frames) * Umem::kChunk},
            {"program", std::string(kProgram)}};
  }

 private:
  void take(std::uint32_t frames) {
    XskRing<xdp_desc>& receive = socket_->receive();
    XskRing<std::uint64_t>& fill = socket_->fill();
    reader_.handed();
    reader_.count_call(frames);
    for (std::uint32_t i = 0; i < frames; ++i) {
      const xdp_desc& frame = receive.taken(i);
      if (!zero_copy_) reader_.count_copied(frame.len);
      reader_.frame(socket_->umem().at(frame.addr), frame.len, frame.len);
      fill.next(i) = frame.addr;  // aligned chunks: the kernel finds the chunk's beginning
    }
    receive.take(frames);
    fill.put(frames);  // there is room for every chunk
  }

  void wait() {
    switch (spec_.path.waiting) {
      case Waiting::irq_suspend:  // refused
      case Waiting::sleep: {
        pollfd wanted{socket_->fd(), POLLIN, 0};
        call([&] { return poll(&wanted, 1, -1); }, "poll");
        break;
      }
      case Waiting::busy_poll:
        call([&] { return recvfrom(socket_->fd(), nullptr, 0, MSG_DONTWAIT, nullptr, nullptr); }, "recvfrom");
        break;
      case Waiting::spin:
        if (socket_->fill().needs_wakeup()) {
          call([&] { return recvfrom(socket_->fd(), nullptr, 0, MSG_DONTWAIT, nullptr, nullptr); }, "recvfrom");
        } else {
          spin();
        }
        break;
    }
  }

  // The collector learns of user time at marks alone. A mark takes longer than a look at the ring, and what lies between
  // the two of a pair counts as a call, so they come now and then.
  void spin() {
    cpu_relax();
    if (++looks_ % kLooksPerMark != 0) return;
    marks_.calling();
    marks_.returned();
  }

  template <typename Call>
  void call(Call&& system_call, const char* name) {
    marks_.calling();
    const auto result = system_call();
    marks_.returned();
    reader_.count_system_call();
    if (result >= 0 || errno == EINTR || errno == EAGAIN || errno == EBUSY) return;
    throw_errno(std::string(name) + " on the AF_XDP socket of " + spec_.receiver.interface + " failed", errno);
  }

  // Also throws Unsupported where the socket does not know whom to poll: recvfrom would return at once, and this would be
  // a spinning reader with calls. The kernel knows it from bind, of the drivers that tell (xsk_bind; veth does not).
  void prefer_busy_poll() const {
    const std::pair<int, int> options[] = {
        {SO_PREFER_BUSY_POLL, 1}, {SO_BUSY_POLL, kBusyPollUs}, {SO_BUSY_POLL_BUDGET, kBusyPollBudget}};
    for (const auto& [option, value] : options) {
      if (setsockopt(socket_->fd(), SOL_SOCKET, option, &value, sizeof(value)) != 0) {
        throw_unsupported("cannot prefer busy polling on an AF_XDP socket", errno);
      }
    }
    int napi_id = 0;
    socklen_t size = sizeof(napi_id);
    if (getsockopt(socket_->fd(), SOL_SOCKET, SO_INCOMING_NAPI_ID, &napi_id, &size) != 0 || napi_id == 0) {
      throw Unsupported(spec_.receiver.interface + " tells AF_XDP no NAPI that its reader could poll");
    }
  }

  const TrialSpec& spec_;
  Object object_;
  std::optional<XskSocket> socket_;
  std::optional<XdpAttachment> attachment_;  // last, so that it is detached before its socket goes
  bool zero_copy_ = false;
  std::uint32_t looks_ = 0;
  xdp_statistics seen_{};
};

}  // namespace

std::unique_ptr<Path> make_af_xdp_path(const TrialSpec& spec) { return std::make_unique<AfXdp>(spec); }

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "paths/suspending_wait.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>

#include <cerrno>

#include "support/error.h"

namespace pktpath {
namespace {

// include/uapi/linux/eventpoll.h of 6.9, which this machine's headers may not have.
struct EpollParams {
  std::uint32_t busy_poll_usecs;
  std::uint16_t busy_poll_budget;
  std::uint8_t prefer_busy_poll;
  std::uint8_t pad;  // must be zero
};
constexpr unsigned long kSetParams = _IOW(0x8A, 0x01, EpollParams);

// It looks once, and sleeps when it finds nothing: between busy periods interrupts do the work. 64 is NAPI's own weight.
constexpr EpollParams kLookOnce{0, 64, 1, 0};

}  // namespace

SuspendingWait::SuspendingWait(int socket, std::uint32_t interface_index)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), suspension_(interface_index) {
  if (!epoll_) throw_errno("cannot make an epoll instance", errno);
  if (ioctl(epoll_.get(), kSetParams, &kLookOnce) != 0) {
    throw_unsupported("cannot let epoll poll the device (EPIOCSPARAMS)", errno);
  }
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &wanted) != 0) {
    throw_errno("cannot wait for a socket with epoll", errno);
  }
}

void SuspendingWait::wait(Marks& marks, PacketReader& reader) const {
  epoll_event event{};
  marks.calling();
  const int got = epoll_wait(epoll_.get(), &event, 1, -1);
  marks.returned();
  reader.count_system_call();
  if (got < 0 && errno != EINTR) throw_errno("epoll_wait failed", errno);
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "xsk/socket.h"

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "support/error.h"

namespace pktpath {
namespace {

using namespace std::chrono_literals;

// A socket that was just closed leaves its queue a grace period later (xsk_release, xp_release_deferred).
constexpr auto kReleasePatience = 500ms;
constexpr auto kReleaseLook = 5ms;

FileDescriptor open_socket() {
  FileDescriptor socket(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!socket) throw_unsupported("cannot open an AF_XDP socket", errno);
  return socket;
}

}  // namespace

XskSocket::XskSocket(const EndpointSpec& on, const Options& options) : umem_(options.chunks), socket_(open_socket()) {
  umem_.register_with(fd());
  xdp_mmap_offsets offsets{};
  socklen_t size = sizeof(offsets);
  if (getsockopt(fd(), SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &size) != 0) {
    throw_errno("cannot read XDP_MMAP_OFFSETS", errno);
  }
  if (size != sizeof(offsets)) throw Unsupported("this kernel's AF_XDP rings have no flags (Linux 5.4 and later do)");
  fill_.emplace(fd(), XDP_UMEM_FILL_RING, options.chunks, XDP_UMEM_PGOFF_FILL_RING, offsets.fr);
  completion_.emplace(fd(), XDP_UMEM_COMPLETION_RING, options.chunks, XDP_UMEM_PGOFF_COMPLETION_RING, offsets.cr);
  if (options.receive != 0) receive_.emplace(fd(), XDP_RX_RING, options.receive, XDP_PGOFF_RX_RING, offsets.rx);
  if (options.transmit != 0) transmit_.emplace(fd(), XDP_TX_RING, options.transmit, XDP_PGOFF_TX_RING, offsets.tx);
  bind_to(on, options.bind_flags);
}

void XskSocket::bind_to(const EndpointSpec& on, std::uint16_t flags) const {
  sockaddr_xdp address{};
  address.sxdp_family = AF_XDP;
  address.sxdp_flags = flags;
  address.sxdp_ifindex = on.interface_index;
  const auto deadline = std::chrono::steady_clock::now() + kReleasePatience;
  while (bind(fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const int error = errno;
    if (error == EBUSY && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(kReleaseLook);
      continue;
    }
    const bool zero_copy = (flags & XDP_ZEROCOPY) != 0;
    const std::string what = std::string("cannot bind an AF_XDP socket ") +
                             (zero_copy ? "without copies" : "in copy mode") + " to " + on.interface;
    if (error == EOPNOTSUPP) throw_unsupported(what, error);
    throw_errno(what, error);
  }
}

bool XskSocket::zero_copy() const {
  xdp_options options{};
  socklen_t size = sizeof(options);
  if (getsockopt(fd(), SOL_XDP, XDP_OPTIONS, &options, &size) != 0) throw_errno("cannot read XDP_OPTIONS", errno);
  return (options.flags & XDP_OPTIONS_ZEROCOPY) != 0;
}

xdp_statistics XskSocket::statistics() const {
  xdp_statistics statistics{};
  socklen_t size = sizeof(statistics);
  if (getsockopt(fd(), SOL_XDP, XDP_STATISTICS, &statistics, &size) != 0) {
    throw_errno("cannot read XDP_STATISTICS", errno);
  }
  if (size != sizeof(statistics))
    throw Unsupported("this kernel's AF_XDP does not tell its drops apart (5.9 and later do)");
  return statistics;
}

}  // namespace pktpath

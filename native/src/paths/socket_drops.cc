// SPDX-License-Identifier: GPL-2.0-only
#include "paths/socket_drops.h"

#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "support/error.h"

namespace pktpath {

std::uint64_t SocketDrops::take(int socket) {
  std::array<std::uint32_t, SK_MEMINFO_VARS> figures{};
  socklen_t size = sizeof(figures);
  if (getsockopt(socket, SOL_SOCKET, SO_MEMINFO, figures.data(), &size) != 0) {
    throw_errno("cannot read the socket's drops (SO_MEMINFO)", errno);
  }
  const std::uint32_t now = figures[SK_MEMINFO_DROPS];
  return static_cast<std::uint32_t>(now - std::exchange(seen_, now));  // the counter has 32 bits and wraps
}

}  // namespace pktpath

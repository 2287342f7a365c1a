// SPDX-License-Identifier: GPL-2.0-only
#include "support/socket_buffer.h"

#include <sys/socket.h>

#include <cerrno>

#include "support/error.h"

namespace pktpath {

int set_receive_buffer(int socket, std::uint32_t bytes) {
  if (bytes != 0) {
    const int value = static_cast<int>(bytes);
    if (setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &value, sizeof(value)) != 0 &&
        setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &value, sizeof(value)) != 0) {
      throw_errno("cannot set a receive buffer of " + std::to_string(bytes) + " bytes", errno);
    }
  }
  int granted = 0;
  socklen_t size = sizeof(granted);
  if (getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &granted, &size) != 0) {
    throw_errno("cannot read the receive buffer's size", errno);
  }
  return granted;
}

}  // namespace pktpath

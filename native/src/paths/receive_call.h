// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <string>

#include "paths/marks.h"
#include "paths/packet_reader.h"
#include "support/error.h"

namespace pktpath {

// One receive call of a reader, between its marks. Returns what the call returned, or -1 when it brought nothing: it was
// interrupted, or was not to wait. Throws Error for anything else, which `where` places.
template <typename Call>
ssize_t receive_call(Marks& marks, PacketReader& reader, const std::string& where, Call call) {
  marks.calling();
  const ssize_t got = call();
  marks.returned();
  reader.count_system_call();
  if (got < 0) {
    if (errno == EINTR || errno == EAGAIN) return -1;
    throw_errno("receiving on " + where + " failed", errno);
  }
  reader.handed();
  return got;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "paths/irq_suspension.h"
#include "paths/marks.h"
#include "paths/packet_reader.h"
#include "support/file_descriptor.h"

namespace pktpath {

// Waits for a socket's packets in epoll_wait, which polls the device first and keeps its interrupts off while it goes on
// finding packets (Documentation/networking/napi.rst, "IRQ suspension").
class SuspendingWait {
 public:
  // Throws Unsupported where epoll takes no such parameters (before 6.9), and as IrqSuspension does.
  SuspendingWait(int socket, std::uint32_t interface_index);

  // Until there is a packet, or a signal came.
  void wait(Marks& marks, PacketReader& reader) const;

  std::uint64_t granted_ns() const { return suspension_.granted_ns(); }

 private:
  FileDescriptor epoll_;
  IrqSuspension suspension_;
};

}  // namespace pktpath

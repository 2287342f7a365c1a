// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "generators/generator.h"
#include "generators/pacer.h"
#include "support/error.h"
#include "support/file_descriptor.h"
#include "support/payload.h"

namespace pktpath {

// One send a packet on a connected or bound socket; the payload begins at `payload_offset` of the buffer.
class DatagramGenerator : public Generator {
 public:
  DatagramGenerator(std::size_t size, std::size_t payload_offset) : buffer_(size), payload_offset_(payload_offset) {}

  Sending send(std::uint64_t packets, double packets_per_second, std::uint64_t max_duration_ns,
               const std::atomic<bool>& abort) override {
    Sending sending;
    Pacer pacer(packets_per_second, max_duration_ns, abort);
    for (std::uint64_t i = 0; i < packets; ++i) {
      const std::uint64_t now = pacer.wait(i, sending.lateness, sending.lateness_max_ns);
      if (now == 0) break;
      stamp(buffer_.data() + payload_offset_, sequence_++, now);
      while (::send(socket_.get(), buffer_.data(), buffer_.size(), 0) < 0) {
        // nobody listens behind a tap: the error is of a datagram before, and this one has not been sent
        if (errno == EINTR || errno == ECONNREFUSED) continue;
        // the device's ring is full: it counts the frame as dropped, and so does the ledger
        if (errno != ENOBUFS) throw_errno("send failed", errno);
        sending.refused["ENOBUFS"] += 1;
        break;
      }
      sending.sent += 1;
      sending.bytes += buffer_.size();
    }
    sending.elapsed_ns = pacer.elapsed_ns();
    return sending;
  }

 protected:
  FileDescriptor socket_;
  std::vector<std::uint8_t> buffer_;

 private:
  std::size_t payload_offset_;
  std::uint32_t sequence_ = 0;
};

}  // namespace pktpath

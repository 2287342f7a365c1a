// SPDX-License-Identifier: GPL-2.0-only
#include "generators/datagrams.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "support/error.h"

namespace pktpath {

DatagramGenerator::DatagramGenerator(const TrialSpec& spec, FrameTemplate packet, Refusal refusal)
    : size_(packet.bytes.size()),
      template_(std::move(packet)),
      batched_(spec.generator.method == SendMethod::sendmmsg),
      batch_(batched_ ? spec.generator.batch : 1),
      refusal_(refusal),
      pacing_(spec.generator.pacing),
      places_(batch_),
      messages_(batch_) {
  for (std::size_t i = 0; i < batch_; ++i)
    packets_.insert(packets_.end(), template_.bytes.begin(), template_.bytes.end());
  for (std::size_t i = 0; i < batch_; ++i) {
    places_[i] = {at(i), size_};
    messages_[i].msg_hdr.msg_iov = &places_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
}

Sending DatagramGenerator::send(std::uint64_t packets, double packets_per_second, std::uint64_t max_duration_ns,
                                const std::atomic<bool>& abort) {
  Sending sending;
  Pacer pacer(packets_per_second, max_duration_ns, abort, progress_, pacing_);
  while (sending.sent < packets) {
    const std::uint64_t now = pacer.wait(sending.sent, sending.lateness, sending.lateness_max_ns);
    if (now == 0) break;
    const std::size_t count = std::min<std::uint64_t>(batch_, packets - sending.sent);
    for (std::size_t i = 0; i < count; ++i) template_.fill(at(i), sequence_++, now);
    const std::size_t done = batched_ ? send_batch(count, sending, abort) : send_one(sending, abort);
    sending.sent += done;
    sending.bytes += done * size_;
    if (done < count) break;
  }
  sending.elapsed_ns = pacer.elapsed_ns();
  return sending;
}

std::size_t DatagramGenerator::send_one(Sending& sending, const std::atomic<bool>& abort) {
  while (::send(socket_.get(), at(0), size_, 0) < 0) {
    if (errno == EINTR && abort.load(std::memory_order_relaxed)) return 0;
    // ECONNREFUSED is the answer to a datagram before this one, which no socket was there for; this one has not left
    if (errno == EINTR || errno == ECONNREFUSED) continue;
    // the device's ring is full: it counts the frame as dropped, and so does the ledger
    if (errno != ENOBUFS) throw_errno("send failed", errno);
    sending.refused["ENOBUFS"] += 1;
    break;
  }
  return 1;
}

// A packet that was refused stays refused: it is handed over once, as with send(2).
std::size_t DatagramGenerator::send_batch(std::size_t count, Sending& sending, const std::atomic<bool>& abort) {
  std::size_t done = 0;
  while (done < count) {
    const int taken = sendmmsg(socket_.get(), &messages_[done], static_cast<unsigned>(count - done), 0);
    if (taken < 0 && errno == EINTR && abort.load(std::memory_order_relaxed)) break;
    if (taken < 0 && (errno == EINTR || errno == ECONNREFUSED)) continue;  // as in send_one()
    // an error comes out only when it is the first packet's
    if (taken < 0 && errno != ENOBUFS) throw_errno("sendmmsg failed", errno);
    if (taken > 0) done += static_cast<std::size_t>(taken);
    if (taken < 0 || (done < count && refusal_ == Refusal::by_device)) {
      sending.refused["ENOBUFS"] += 1;
      done += 1;
    }
  }
  return done;
}

}  // namespace pktpath

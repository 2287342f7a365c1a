// SPDX-License-Identifier: GPL-2.0-only
// Messages on a TCP connection: one a deadline, or as many as go.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <vector>

#include "generators/connect.h"
#include "generators/generator.h"
#include "generators/pacer.h"
#include "support/error.h"
#include "support/payload.h"

namespace pktpath {
namespace {

constexpr std::size_t kHeaders = 14 + 20 + 20;  // without options: the testbed turns time stamps off
constexpr std::size_t kBulkWrite = 65536;

// `batch` messages a write.
class Tcp final : public Generator {
 public:
  Tcp(const TrialSpec& spec, std::size_t batch)
      : spec_(spec),
        message_(spec.generator.frame_bytes - kHeaders),
        buffer_(message_ * batch),
        batch_(batch),
        // a record of its own: TCP would put a message that has to wait into the segment before it
        flags_(MSG_NOSIGNAL | (batch == 1 ? MSG_EOR : 0)) {}

  void open() override {
    connection_ = connect_to(spec_.receiver.address, spec_.port, SOCK_STREAM);
    const int one = 1;
    const timeval patience{0, 100'000};  // a blocked send looks at the clock ten times a second
    if (setsockopt(connection_.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0 ||
        setsockopt(connection_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0) {
      throw_errno("cannot set up the sending TCP socket", errno);
    }
  }

  Sending send(std::uint64_t packets, double packets_per_second, std::uint64_t max_duration_ns,
               const std::atomic<bool>& abort) override {
    Sending sending;
    Pacer pacer(packets_per_second, max_duration_ns, abort, progress_, spec_.generator.pacing);
    while (sending.sent < packets) {
      const std::uint64_t now = pacer.wait(sending.sent, sending.lateness, sending.lateness_max_ns);
      if (now == 0) break;
      const std::size_t messages = std::min<std::uint64_t>(batch_, packets - sending.sent);
      for (std::size_t i = 0; i < messages; ++i) stamp(buffer_.data() + i * message_, sequence_++, now);
      write_all(messages * message_, abort);
      sending.sent += messages;
      sending.bytes += messages * message_;
    }
    sending.elapsed_ns = pacer.elapsed_ns();
    return sending;
  }

 private:
  // What was begun is finished, so that a message is never cut; only an abort, or a peer that takes nothing at all
  // for as long as kStalledTries allow, ends it.
  void write_all(std::size_t size, const std::atomic<bool>& abort) {
    constexpr int kStalledTries = 50;
    std::size_t done = 0;
    int stalled = 0;
    while (done < size) {
      const ssize_t n = ::send(connection_.get(), buffer_.data() + done, size - done, flags_);
      if (n >= 0) {
        done += static_cast<std::size_t>(n);
        stalled = 0;
      } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
        const bool waited = errno != EINTR;
        if (abort.load(std::memory_order_relaxed)) throw Error("aborted in the middle of a TCP message");
        if (waited && ++stalled == kStalledTries) throw Error("the TCP receiver took nothing for 5 s");
      } else {
        throw_errno("send on the TCP connection failed", errno);
      }
    }
  }

  const TrialSpec& spec_;
  std::size_t message_;
  std::vector<std::uint8_t> buffer_;
  std::size_t batch_;
  int flags_;
  FileDescriptor connection_;
  std::uint32_t sequence_ = 0;
};

}  // namespace

std::unique_ptr<Generator> make_tcp_message_generator(const TrialSpec& spec) { return std::make_unique<Tcp>(spec, 1); }

std::unique_ptr<Generator> make_tcp_bulk_generator(const TrialSpec& spec) {
  const std::size_t message = spec.generator.frame_bytes - kHeaders;
  return std::make_unique<Tcp>(spec, std::max<std::size_t>(1, kBulkWrite / message));
}

}  // namespace pktpath

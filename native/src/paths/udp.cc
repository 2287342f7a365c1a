// SPDX-License-Identifier: GPL-2.0-only
// The road through the stack for datagrams: one recv each, or many a recvmmsg call.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include "paths/listening_address.h"
#include "paths/message_batch.h"
#include "paths/path.h"
#include "paths/receive_call.h"
#include "paths/socket_drops.h"
#include "paths/suspending_wait.h"
#include "paths/waiting.h"
#include "support/error.h"
#include "support/file_descriptor.h"
#include "support/socket_buffer.h"

namespace pktpath {
namespace {

// Ethernet, IPv4 without options, UDP. A datagram is counted with them, so that the bytes of all paths are frames'.
constexpr std::size_t kHeaders = 14 + 20 + 8;
// Holds every datagram that fits the testbed's MTU; of a longer one the rest is cut, and its length is known all the same.
constexpr std::size_t kBuffer = 2048;

class UdpPath : public Path {
 public:
  explicit UdpPath(const TrialSpec& spec) : spec_(spec) {}

  void open() override {
    socket_ = FileDescriptor(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket_) throw_errno("cannot open a UDP socket", errno);
    granted_bytes_ = set_receive_buffer(socket_.get(), spec_.path.receive_buffer_bytes);
    set_up_busy_poll(socket_.get(), spec_);
    const sockaddr_in address = listening_address(spec_);
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw_errno("cannot bind the UDP socket to " + where(), errno);
    }
    if (spec_.path.waiting == Waiting::irq_suspend) suspending_.emplace(socket_.get(), spec_.receiver.interface_index);
  }

  Drops take_drops() override { return {{"socket", drops_.take(socket_.get())}}; }

  Granted granted() const override {
    Granted granted{{"receiveBufferBytes", static_cast<double>(granted_bytes_)}};
    add_napi_id(socket_.get(), spec_, granted);
    if (suspending_) granted["irqSuspendTimeoutNs"] = static_cast<double>(suspending_->granted_ns());
    return granted;
  }

 protected:
  std::string where() const { return spec_.receiver.address + ":" + std::to_string(spec_.port); }

  // After a call that brought nothing: of a reader that suspends interrupts it is the moment to sleep.
  void wait_for_more() {
    if (suspending_) suspending_->wait(marks_, reader_);
  }

  void datagram(const std::uint8_t* payload, std::size_t size) {
    const std::size_t copied = std::min(size, kBuffer);
    reader_.count_copied(copied);
    reader_.count_message(kUdp);
    reader_.message(payload, copied);
    reader_.count(size + kHeaders);
  }

  const TrialSpec& spec_;
  FileDescriptor socket_;

 private:
  SocketDrops drops_;
  std::optional<SuspendingWait> suspending_;
  int granted_bytes_ = 0;
};

class Udp final : public UdpPath {
 public:
  explicit Udp(const TrialSpec& spec) : UdpPath(spec), buffer_(kBuffer) {}

  void run() override {
    const int flags = receive_flags(spec_.path.waiting) | MSG_TRUNC;
    const std::string place = where();
    while (!stopped()) {
      const ssize_t length = receive_call(marks_, reader_, place,
                                          [&] { return recv(socket_.get(), buffer_.data(), buffer_.size(), flags); });
      if (length < 0) {
        wait_for_more();
        continue;
      }
      reader_.count_call(1);
      datagram(buffer_.data(), static_cast<std::size_t>(length));
    }
  }

 private:
  std::vector<std::uint8_t> buffer_;
};

class UdpRecvmmsg final : public UdpPath {
 public:
  explicit UdpRecvmmsg(const TrialSpec& spec) : UdpPath(spec), batch_(spec.path.batch, kBuffer) {}

  void run() override {
    const int flags = batch_flags(receive_flags(spec_.path.waiting));
    const std::string place = where();
    while (!stopped()) {
      const ssize_t messages =
          receive_call(marks_, reader_, place, [&] { return batch_.receive(socket_.get(), flags); });
      if (messages < 0) {
        wait_for_more();
        continue;
      }
      const auto datagrams = static_cast<std::size_t>(messages);
      reader_.count_call(datagrams);
      for (std::size_t i = 0; i < datagrams; ++i) datagram(batch_.data(i), batch_.length(i));
    }
  }

  Granted granted() const override {
    Granted granted = UdpPath::granted();
    granted["batch"] = static_cast<double>(batch_.size());
    return granted;
  }

 private:
  MessageBatch batch_;
};

}  // namespace

std::unique_ptr<Path> make_udp_path(const TrialSpec& spec) { return std::make_unique<Udp>(spec); }

std::unique_ptr<Path> make_udp_recvmmsg_path(const TrialSpec& spec) { return std::make_unique<UdpRecvmmsg>(spec); }

}  // namespace pktpath

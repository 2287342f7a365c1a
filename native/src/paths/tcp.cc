// SPDX-License-Identifier: GPL-2.0-only
// The road through the stack: recv on a connected TCP socket.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "paths/listening_address.h"
#include "paths/path.h"
#include "paths/receive_call.h"
#include "paths/waiting.h"
#include "support/error.h"
#include "support/file_descriptor.h"
#include "support/socket_buffer.h"

namespace pktpath {
namespace {

class Tcp final : public Path {
 public:
  explicit Tcp(const TrialSpec& spec) : spec_(spec), buffer_(spec.path.read_bytes) {}

  void open() override {
    listener_ = FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!listener_) throw_errno("cannot open a TCP socket", errno);
    const int one = 1;
    setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    granted_bytes_ = set_receive_buffer(listener_.get(), spec_.path.receive_buffer_bytes);
    const sockaddr_in address = listening_address(spec_);
    if (bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
        listen(listener_.get(), 1) != 0) {
      throw_errno("cannot listen on " + spec_.receiver.address + ":" + std::to_string(spec_.port), errno);
    }
  }

  bool accept() override {
    while (!stopped()) {
      connection_ = FileDescriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection_) {
        set_up_busy_poll(connection_.get(), spec_);
        int granted = 0;
        socklen_t size = sizeof(granted);
        if (getsockopt(connection_.get(), SOL_SOCKET, SO_RCVBUF, &granted, &size) == 0) granted_bytes_ = granted;
        return true;
      }
      if (errno != EINTR) throw_errno("accept failed", errno);
    }
    return false;
  }

  void run() override {
    const int flags = receive_flags(spec_.path.waiting);
    while (!stopped()) {
      const ssize_t length = receive_call(marks_, reader_, "the TCP connection", [&] {
        return recv(connection_.get(), buffer_.data(), buffer_.size(), flags);
      });
      if (length == 0) return;
      if (length < 0) continue;
      const std::size_t messages = stream(buffer_.data(), static_cast<std::size_t>(length));
      reader_.count_copied(static_cast<std::size_t>(length));
      reader_.count_call(messages);
    }
  }

  Granted granted() const override {
    Granted granted{{"receiveBufferBytes", static_cast<double>(granted_bytes_)},
                    {"readBytes", static_cast<double>(buffer_.size())}};
    add_napi_id(connection_.get(), spec_, granted);
    return granted;
  }

 private:
  // Messages of a fixed size, cut anywhere by the stream: each header is checked once it is whole. Returns how many
  // were finished.
  std::size_t stream(const std::uint8_t* data, std::size_t size) {
    reader_.add_bytes(size);
    std::size_t finished = 0;
    while (size > 0) {
      if (offset_ < sizeof(PayloadHeader)) {
        const std::size_t take = std::min(size, sizeof(PayloadHeader) - offset_);
        if (offset_ == 0 && take == sizeof(PayloadHeader)) {
          reader_.message(data, take);
        } else {
          std::memcpy(header_ + offset_, data, take);
          if (offset_ + take == sizeof(PayloadHeader)) reader_.message(header_, sizeof(header_));
        }
        advance(data, size, take);
      } else {
        advance(data, size, std::min(size, spec_.path.message_bytes - offset_));
      }
      if (offset_ == spec_.path.message_bytes) {
        offset_ = 0;
        finished += 1;
        reader_.count_message(kTcp);
      }
    }
    reader_.add_packets(finished);
    return finished;
  }

  void advance(const std::uint8_t*& data, std::size_t& size, std::size_t by) {
    data += by;
    size -= by;
    offset_ += by;
  }

  const TrialSpec& spec_;
  FileDescriptor listener_;
  FileDescriptor connection_;
  std::vector<std::uint8_t> buffer_;
  std::uint8_t header_[sizeof(PayloadHeader)] = {};
  std::size_t offset_ = 0;  // within the message
  int granted_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Path> make_tcp_path(const TrialSpec& spec) { return std::make_unique<Tcp>(spec); }

}  // namespace pktpath

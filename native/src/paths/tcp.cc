// SPDX-License-Identifier: GPL-2.0-only
// The road through the stack: recv on a connected TCP socket.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
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

class Tcp : public Path {
 public:
  explicit Tcp(const TrialSpec& spec) : spec_(spec), buffer_(spec.path.read_bytes) {}

  void open() override {
    refuse_irq_suspend(spec_);
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

 protected:
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
  FileDescriptor connection_;
  std::vector<std::uint8_t> buffer_;

 private:
  FileDescriptor listener_;
  std::uint8_t header_[sizeof(PayloadHeader)] = {};
  std::size_t offset_ = 0;  // within the message
  int granted_bytes_ = 0;
};

// Whole pages of the stream are mapped where the sender's segments let the kernel do it, and only the rest is copied.
class TcpZeroCopy final : public Tcp {
 public:
  using Tcp::Tcp;

  bool accept() override {
    if (!Tcp::accept()) return false;
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t size = (buffer_.size() + page - 1) / page * page;
    window_ = Mapping(connection_.get(), size);
    return true;
  }

  void run() override {
    while (!stopped()) {
      if (spec_.path.waiting == Waiting::sleep && !wait()) continue;
      tcp_zerocopy_receive ask{};
      const bool over = !map_pages(ask);
      if (over) return;
      std::size_t messages = stream(window_.data(), ask.length);
      mapped_bytes_ += ask.length;
      if (ask.length == 0 || ask.recv_skip_hint > 0) {
        const std::size_t most =
            ask.recv_skip_hint == 0 ? 1 : std::min<std::size_t>(ask.recv_skip_hint, buffer_.size());
        const ssize_t length = receive_call(marks_, reader_, "the TCP connection", [&] {
          return recv(connection_.get(), buffer_.data(), most, MSG_DONTWAIT);
        });
        if (length == 0) return;
        if (length > 0) {
          messages += stream(buffer_.data(), static_cast<std::size_t>(length));
          reader_.count_copied(static_cast<std::size_t>(length));
        }
      }
      reader_.count_call(messages);
    }
  }

  Granted granted() const override {
    Granted granted = Tcp::granted();
    granted.emplace("mappedBytes", static_cast<double>(mapped_bytes_));
    return granted;
  }

 private:
  // The window that the kernel maps pages into; each call takes the last call's pages out again.
  class Mapping {
   public:
    Mapping() = default;
    Mapping(int socket, std::size_t size) : size_(size), data_(mmap(nullptr, size, PROT_READ, MAP_SHARED, socket, 0)) {
      if (data_ == MAP_FAILED) throw_unsupported("cannot map a TCP connection to receive without copies", errno);
    }
    Mapping(Mapping&& other) noexcept : size_(other.size_), data_(std::exchange(other.data_, MAP_FAILED)) {}
    Mapping& operator=(Mapping&& other) noexcept {
      std::swap(size_, other.size_);
      std::swap(data_, other.data_);
      return *this;
    }
    ~Mapping() {
      if (data_ != MAP_FAILED) munmap(data_, size_);
    }
    const std::uint8_t* data() const { return static_cast<const std::uint8_t*>(data_); }
    std::size_t size() const { return size_; }

   private:
    std::size_t size_ = 0;
    void* data_ = MAP_FAILED;
  };

  // Sleeps until there is something to receive; false when it was interrupted.
  bool wait() {
    pollfd ready{connection_.get(), POLLIN, 0};
    return receive_call(marks_, reader_, "the TCP connection", [&] { return poll(&ready, 1, -1); }) > 0;
  }

  // False at the end of the stream, which the kernel tells by EIO (tcp_zerocopy_receive, net/ipv4/tcp.c).
  bool map_pages(tcp_zerocopy_receive& ask) {
    ask.address = reinterpret_cast<std::uintptr_t>(window_.data());
    ask.length = static_cast<std::uint32_t>(window_.size());
    socklen_t size = sizeof(ask);
    int error = 0;
    receive_call(marks_, reader_, "the TCP connection", [&]() -> ssize_t {
      const int result = getsockopt(connection_.get(), IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, &ask, &size);
      error = result == 0 ? 0 : errno;
      return 0;
    });
    if (error == EIO) return false;
    if (error == ENOPROTOOPT || error == EOPNOTSUPP) throw_unsupported("cannot receive TCP without copies", error);
    if (error != 0) throw_errno("TCP_ZEROCOPY_RECEIVE failed", error);
    return true;
  }

  Mapping window_;
  std::uint64_t mapped_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Path> make_tcp_path(const TrialSpec& spec) {
  if (spec.path.zero_copy) return std::make_unique<TcpZeroCopy>(spec);
  return std::make_unique<Tcp>(spec);
}

}  // namespace pktpath

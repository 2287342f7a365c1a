// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace pktpath {

// What one recvmmsg(2) call fills: buffers of one size, no addresses. The kernel changes nothing in it that the next
// call needs, so it is set up once.
class MessageBatch {
 public:
  MessageBatch(std::size_t messages, std::size_t bytes)
      : bytes_(bytes),
        data_(std::make_unique_for_overwrite<std::uint8_t[]>(messages * bytes)),  // pages come when they are needed
        parts_(messages),
        messages_(messages) {
    for (std::size_t i = 0; i < messages; ++i) {
      parts_[i] = {data_.get() + i * bytes, bytes};
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  // Returns how many messages came, or -1 with errno. MSG_TRUNC: a length is that of the whole packet.
  int receive(int socket, int flags) {
    return recvmmsg(socket, messages_.data(), static_cast<unsigned>(messages_.size()), flags | MSG_TRUNC, nullptr);
  }

  const std::uint8_t* data(std::size_t message) const { return data_.get() + message * bytes_; }
  std::size_t length(std::size_t message) const { return messages_[message].msg_len; }
  std::size_t buffer_bytes() const { return bytes_; }
  std::size_t size() const { return messages_.size(); }

 private:
  std::size_t bytes_;
  std::unique_ptr<std::uint8_t[]> data_;
  std::vector<iovec> parts_;
  std::vector<mmsghdr> messages_;
};

// One call takes as many as there are, and sleeps, if at all, for the first alone.
constexpr int batch_flags(int receive_flags) { return receive_flags | MSG_WAITFORONE; }

}  // namespace pktpath

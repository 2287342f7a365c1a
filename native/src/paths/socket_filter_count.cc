// SPDX-License-Identifier: GPL-2.0-only
// Counted by the eBPF filter of an AF_PACKET socket that queues nothing.
#include <sys/socket.h>

#include <cerrno>

#include "paths/counting_path.h"
#include "support/error.h"
#include "support/file_descriptor.h"
#include "support/packet_socket.h"

namespace pktpath {
namespace {

class SocketFilterCount final : public CountingPath {
 public:
  explicit SocketFilterCount(const TrialSpec& spec)
      : CountingPath(spec, "socket_filter_count", "socket_filter_flows") {}

 private:
  void attach(int program_fd) override {
    socket_ = open_packet_socket();
    if (setsockopt(socket_.get(), SOL_SOCKET, SO_ATTACH_BPF, &program_fd, sizeof(program_fd)) != 0) {
      throw_unsupported("cannot attach an eBPF filter to an AF_PACKET socket", errno);
    }
    bind_packet_socket(socket_.get(), spec_.receiver, Hears::everything);
  }

  FileDescriptor socket_;
};

}  // namespace

std::unique_ptr<Path> make_socket_filter_count_path(const TrialSpec& spec) {
  return std::make_unique<SocketFilterCount>(spec);
}

}  // namespace pktpath

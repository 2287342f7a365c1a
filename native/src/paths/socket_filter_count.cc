// SPDX-License-Identifier: GPL-2.0-only
// Counted by the eBPF filter of an AF_PACKET socket that queues nothing.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cerrno>

#include "paths/counting_path.h"
#include "support/error.h"
#include "support/file_descriptor.h"

namespace pktpath {
namespace {

class SocketFilterCount final : public CountingPath {
 public:
  explicit SocketFilterCount(const TrialSpec& spec) : CountingPath(spec, "socket_filter_count") {}

 private:
  void attach(int program_fd) override {
    // protocol 0 until the filter is on and the interface is bound, so that no packet gets past either
    socket_ = FileDescriptor(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (!socket_) throw_errno("cannot open an AF_PACKET socket", errno);
    if (setsockopt(socket_.get(), SOL_SOCKET, SO_ATTACH_BPF, &program_fd, sizeof(program_fd)) != 0) {
      throw_unsupported("cannot attach an eBPF filter to an AF_PACKET socket", errno);
    }
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(spec_.receiver.interface_index);
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw_errno("cannot bind the AF_PACKET socket to " + spec_.receiver.interface, errno);
    }
  }

  FileDescriptor socket_;
};

}  // namespace

std::unique_ptr<Path> make_socket_filter_count_path(const TrialSpec& spec) {
  return std::make_unique<SocketFilterCount>(spec);
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "paths/ring_path.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "paths/ring_geometry.h"
#include "support/clock.h"
#include "support/error.h"

namespace pktpath {

RingPath::~RingPath() {
  if (ring_ != nullptr) munmap(ring_, ring_bytes());
}

void RingPath::open() {
  open_socket(spec_.path.snaplen);
  make_ring();
  bind_socket();
  geometry_ = ring_geometry(socket_.get());
}

void RingPath::make_ring() {
  const int fd = socket_.get();
  if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version_, sizeof(version_)) != 0) {
    throw_unsupported("this kernel has no TPACKET_V" + std::to_string(version_ + 1), errno);
  }
  socklen_t size = sizeof(granted_version_);
  if (getsockopt(fd, SOL_PACKET, PACKET_VERSION, &granted_version_, &size) != 0) {
    throw_errno("cannot read PACKET_VERSION", errno);
  }
  const std::uint64_t slots = static_cast<std::uint64_t>(slots_in_block()) * spec_.path.blocks;
  if (slots > std::numeric_limits<std::uint32_t>::max()) refused(EINVAL);
  tpacket_req3 request{};
  request.tp_block_size = spec_.path.block_bytes;
  request.tp_block_nr = spec_.path.blocks;
  request.tp_frame_size = spec_.path.frame_bytes;
  request.tp_frame_nr = static_cast<unsigned>(slots);
  request.tp_retire_blk_tov = spec_.path.block_timeout_ms;
  // the older versions' request is the beginning of this one
  const socklen_t request_size = version_ == TPACKET_V3 ? sizeof(tpacket_req3) : sizeof(tpacket_req);
  if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, request_size) != 0) refused(errno);
  // every page is there at once (packet_mmap inserts them all), so that no fault comes later
  void* ring = mmap(nullptr, ring_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (ring == MAP_FAILED) throw_errno("cannot map " + asked(), errno);
  ring_ = static_cast<std::uint8_t*>(ring);
}

std::string RingPath::asked() const {
  return "a TPACKET_V" + std::to_string(version_ + 1) + " ring of " + std::to_string(spec_.path.blocks) +
         " blocks of " + std::to_string(spec_.path.block_bytes) + " bytes in slots of " +
         std::to_string(spec_.path.frame_bytes);
}

void RingPath::refused(int error) const {
  if (error == ENOMEM) {
    throw_errno("the kernel has no memory for " + asked() + "; ask for fewer or smaller blocks", error);
  }
  // packet_set_ring() in net/packet/af_packet.c
  throw_errno("the kernel refuses " + asked() + "; a block has to be a multiple of the page, " +
                  std::to_string(sysconf(_SC_PAGESIZE)) + ", a slot a multiple of " +
                  std::to_string(TPACKET_ALIGNMENT) + ", no smaller than its headers, " + std::to_string(least_slot_) +
                  ", and no larger than a block, and all slots fewer than 2^32",
              error);
}

void RingPath::wait() {
  if (spec_.path.waiting == Waiting::spin) {
    cpu_relax();
    return;
  }
  pollfd ready{socket_.get(), POLLIN, 0};
  marks_.calling();
  const int status = poll(&ready, 1, -1);
  marks_.returned();
  reader_.count_system_call();
  if (status < 0) {
    if (errno == EINTR) return;
    throw_errno("poll on the ring of " + spec_.receiver.interface + " failed", errno);
  }
  if ((ready.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0) return;
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  throw_errno("receiving on the ring of " + spec_.receiver.interface + " failed", error);
}

Granted RingPath::granted() const {
  Granted granted = PacketPath::granted();
  granted.insert(geometry_.begin(), geometry_.end());
  granted["tpacketVersion"] = static_cast<double>(granted_version_ + 1);
  granted["ringBytes"] = static_cast<double>(ring_bytes());
  granted["snaplen"] = static_cast<double>(spec_.path.snaplen);
  return granted;
}

}  // namespace pktpath

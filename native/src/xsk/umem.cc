// SPDX-License-Identifier: GPL-2.0-only
#include "xsk/umem.h"

#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <bit>
#include <cerrno>
#include <string>

#include "support/error.h"

namespace pktpath {

Umem::Umem(std::uint32_t chunks) : chunks_(chunks) {
  if (!std::has_single_bit(chunks)) {
    throw Error("AF_XDP takes a power of two as the number of frames, not " + std::to_string(chunks));
  }
  void* base = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (base == MAP_FAILED) throw_errno("cannot map " + std::to_string(bytes()) + " bytes for AF_XDP", errno);
  base_ = static_cast<std::uint8_t*>(base);
}

Umem::~Umem() { munmap(base_, bytes()); }

void Umem::register_with(int socket) const {
  xdp_umem_reg registration{};
  registration.addr = reinterpret_cast<std::uintptr_t>(base_);
  registration.len = bytes();
  registration.chunk_size = kChunk;
  if (setsockopt(socket, SOL_XDP, XDP_UMEM_REG, &registration, sizeof(registration)) != 0) {
    throw_errno("cannot register " + std::to_string(bytes()) + " bytes of memory with AF_XDP", errno);
  }
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <linux/if_xdp.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "support/file_descriptor.h"
#include "trial/spec.h"
#include "xsk/ring.h"
#include "xsk/umem.h"

namespace pktpath {

// An AF_XDP socket on queue 0 of an interface, with memory and rings of its own. To be made in the interface's network
// namespace. Throws Unsupported for what the kernel or the driver lacks.
class XskSocket {
 public:
  struct Options {
    std::uint32_t chunks;      // a power of two; the fill and the completion ring have as many entries
    std::uint32_t receive;     // entries of the receive ring, 0 for none; a power of two
    std::uint32_t transmit;    // and of the transmit ring
    std::uint16_t bind_flags;  // XDP_COPY or XDP_ZEROCOPY, so that the kernel does not choose; XDP_USE_NEED_WAKEUP
  };

  XskSocket(const EndpointSpec& on, const Options& options);

  int fd() const { return socket_.get(); }
  bool zero_copy() const;
  xdp_statistics statistics() const;

  Umem& umem() { return umem_; }
  XskRing<std::uint64_t>& fill() { return *fill_; }
  XskRing<std::uint64_t>& completion() { return *completion_; }
  XskRing<xdp_desc>& receive() { return *receive_; }
  XskRing<xdp_desc>& transmit() { return *transmit_; }

 private:
  void bind_to(const EndpointSpec& on, std::uint16_t flags) const;

  Umem umem_;  // first, so that it is there as long as the socket
  FileDescriptor socket_;
  std::optional<XskRing<std::uint64_t>> fill_;
  std::optional<XskRing<std::uint64_t>> completion_;
  std::optional<XskRing<xdp_desc>> receive_;
  std::optional<XskRing<xdp_desc>> transmit_;
};

}  // namespace pktpath

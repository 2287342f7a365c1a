// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <memory>

#include "support/file_descriptor.h"
#include "trial/spec.h"

namespace pktpath {

class XdpAttachment;

// A sized filter (paths/sized_filter.h) as an eBPF program, comparison for comparison: of a socket (FilterPlace::ebpf)
// or of the receiver's interface (xdp_...), where it drops what is not wanted. It counts that in a map. To be made in
// the receiver's network namespace; it goes with the object. Throws Unsupported where the kernel or the driver has no
// such program.
class SizedProgram {
 public:
  SizedProgram(const SizedFilterSpec& filter, std::uint32_t snaplen, int socket, const EndpointSpec& receiver);
  ~SizedProgram();
  SizedProgram(const SizedProgram&) = delete;
  SizedProgram& operator=(const SizedProgram&) = delete;

  // Packets that it did not want, since it was made. Throws Error.
  std::uint64_t unwanted() const;

  // The program's size as the kernel has it: eBPF instructions after the verifier, bytes after the JIT (0: interpreted).
  struct Size {
    std::uint32_t instructions;
    std::uint32_t machine_bytes;
  };
  Size size() const;

 private:
  FileDescriptor counts_;
  FileDescriptor program_;
  std::unique_ptr<XdpAttachment> attachment_;
};

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

#include "bpf/object.h"
#include "support/file_descriptor.h"
#include "trial/spec.h"

namespace pktpath {

// Loads what was chosen of an object. Throws Unsupported, for a kernel that refuses a program refuses its path.
void load_or_unsupported(Object& object);

// An XDP program on an interface, by a link: it goes with the object, and with the process however that ends. To be made
// in the interface's network namespace. Throws Unsupported where the driver has no XDP of this mode.
class XdpAttachment {
 public:
  XdpAttachment(int program_fd, const EndpointSpec& on, XdpMode mode);

  // "native" or "generic", as the kernel tells.
  const std::string& mode() const { return mode_; }

 private:
  FileDescriptor link_;
  std::string mode_;
};

// A program at tc ingress, in a clsact qdisc of its own: the attachment that every kernel has. A kill leaves it to the
// removal of the namespace. To be made in the interface's network namespace; it goes there by itself to undo it.
class TcAttachment {
 public:
  TcAttachment(int program_fd, const EndpointSpec& on);
  ~TcAttachment();
  TcAttachment(const TcAttachment&) = delete;
  TcAttachment& operator=(const TcAttachment&) = delete;

 private:
  const EndpointSpec& on_;
};

}  // namespace pktpath

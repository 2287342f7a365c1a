// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "support/file_descriptor.h"

namespace pktpath {

// Attributes of one answer, by type: the bytes as they came.
using NetlinkAttributes = std::map<std::uint16_t, std::vector<std::byte>>;

// The number that an attribute holds, of four or eight bytes; 0 for one of any other size.
std::uint64_t attribute_number(const std::vector<std::byte>& bytes);

// One request to a generic netlink family, and its answers (include/uapi/linux/genetlink.h). In the network namespace of
// the thread that opens it, whoever asks.
class GenericNetlink {
 public:
  // A family's request, made attribute by attribute.
  class Request {
   public:
    Request(std::uint16_t family, std::uint8_t command, std::uint16_t flags);
    Request& add(std::uint16_t type, const void* bytes, std::size_t size);
    template <typename Number>
    Request& add(std::uint16_t type, Number number) {
      return add(type, &number, sizeof(number));
    }

   private:
    friend class GenericNetlink;
    std::vector<std::byte> bytes_;
  };

  // Throws Error when the kernel gives no such socket.
  GenericNetlink();

  // Throws Unsupported when the kernel has no such family.
  std::uint16_t family(const std::string& name) const;

  // All answers, up to the kernel's acknowledgement or the end of its list. Throws Error with `what` and the kernel's errno.
  std::vector<NetlinkAttributes> ask(Request request, const std::string& what) const;

 private:
  // The kernel's errno, 0 when it has none to tell.
  int exchange(Request& request, std::vector<NetlinkAttributes>& answers) const;

  FileDescriptor socket_;
};

}  // namespace pktpath

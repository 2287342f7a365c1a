// SPDX-License-Identifier: GPL-2.0-only
#include "support/error.h"

#include <cstring>

namespace pktpath {

std::string errno_name(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr ? name : "errno " + std::to_string(error);
}

std::string errno_text(int error) {
  const char* description = strerrordesc_np(error);
  return errno_name(error) + (description != nullptr ? " (" + std::string(description) + ")" : "");
}

void throw_errno(const std::string& what, int error) { throw Error(what + ": " + errno_text(error)); }
void throw_unsupported(const std::string& what, int error) { throw Unsupported(what + ": " + errno_text(error)); }

}  // namespace pktpath

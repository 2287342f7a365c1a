// SPDX-License-Identifier: GPL-2.0-only
#include "trial/interface_counter.h"

#include <fcntl.h>

#include <cerrno>
#include <sstream>

#include "support/error.h"

namespace pktpath {

InterfaceCounter::InterfaceCounter(std::string interface)
    : interface_(std::move(interface)), file_(open("/proc/thread-self/net/dev", O_RDONLY | O_CLOEXEC)) {
  if (!file_) throw_errno("cannot open /proc/thread-self/net/dev", errno);
}

std::uint64_t InterfaceCounter::received_packets() const {
  std::string text;
  char chunk[4096];
  ssize_t n = 0;
  while ((n = pread(file_.get(), chunk, sizeof(chunk), static_cast<off_t>(text.size()))) > 0) {
    text.append(chunk, static_cast<std::size_t>(n));
  }
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string name;
    std::uint64_t bytes = 0;
    std::uint64_t packets = 0;
    if (fields >> name >> bytes >> packets && name == interface_ + ":") return packets;
  }
  throw Error("interface " + interface_ + " is not in /proc/net/dev");
}

}  // namespace pktpath

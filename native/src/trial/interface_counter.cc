// SPDX-License-Identifier: GPL-2.0-only
#include "trial/interface_counter.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <sstream>

#include "support/error.h"

namespace pktpath {

InterfaceCounter::InterfaceCounter(std::string interface)
    : interface_(std::move(interface)), file_(open("/proc/thread-self/net/dev", O_RDONLY | O_CLOEXEC)) {
  if (!file_) throw_errno("cannot open /proc/thread-self/net/dev", errno);
}

// Its line has eight counters of receiving, then eight of sending (dev_seq_printf_stats, net/core/net-procfs.c).
InterfaceCounts InterfaceCounter::read() const {
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
    if (!(fields >> name) || name != interface_ + ":") continue;
    std::array<std::uint64_t, 16> counters{};
    for (std::uint64_t& counter : counters) fields >> counter;
    if (fields) return {counters[1], counters[8], counters[9], counters[11]};
  }
  throw Error("interface " + interface_ + " is not in /proc/net/dev");
}

}  // namespace pktpath

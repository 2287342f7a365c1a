// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/symbols.h"

#include <fstream>

namespace pktpath {

// "ffffffff81855930 t bpf_test_finish.isra.0"
std::string suffixed_symbol(const std::string& function) {
  std::ifstream file("/proc/kallsyms");
  const std::string begin = " " + function + ".";
  std::string line;
  std::string found;
  while (std::getline(file, line)) {
    const std::size_t at = line.find(begin);
    if (at == std::string::npos) continue;
    const std::string symbol = line.substr(at + 1, line.find_first_of("\t ", at + 1) - at - 1);
    if (symbol.find(".cold") != std::string::npos || symbol.find(".part.") != std::string::npos) continue;
    if (!found.empty()) return {};
    found = symbol;
  }
  return found;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

namespace pktpath {

struct ProgramFact {
  std::string program;
  std::string target;
  bool ok = false;
  std::string error;
};

// Loads and attaches each program on its own, and takes it off again. No names: every optional program of the object.
std::vector<ProgramFact> detect_programs(const std::string& object, std::vector<std::string> programs);

}  // namespace pktpath

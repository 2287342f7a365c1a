// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <map>
#include <string>
#include <vector>

namespace pktpath {

struct ProgramFact {
  std::string program;
  std::string target;
  bool ok = false;
  std::string error;
};

// Whether each program loads and attaches: all at once, and in halves where the kernel refuses, since each load reads the
// kernel's types anew. Everything is taken off again. No names: every optional program of the object. `targets`: kernel
// functions, by program, for those whose section names none. A kprobe's function may have got a suffix from the compiler;
// then the fact's target bears it.
std::vector<ProgramFact> detect_programs(const std::string& object, std::vector<std::string> programs,
                                         const std::map<std::string, std::string>& targets);

}  // namespace pktpath

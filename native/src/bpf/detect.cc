// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/detect.h"

#include "bpf/object.h"
#include "support/error.h"

namespace pktpath {

std::vector<ProgramFact> detect_programs(const std::string& path, std::vector<std::string> programs) {
  if (programs.empty()) programs = Object(path).optional_programs();
  std::vector<ProgramFact> facts;
  for (const std::string& program : programs) {
    Object object(path);
    object.choose(program);
    ProgramFact fact{program, object.target(program), true, ""};
    try {
      object.load();
      object.attach(program);
    } catch (const Error& error) {
      fact.ok = false;
      fact.error = error.what();
    }
    facts.push_back(std::move(fact));
  }
  return facts;
}

}  // namespace pktpath

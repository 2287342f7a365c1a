// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/detect.h"

#include <span>

#include "bpf/object.h"
#include "bpf/symbols.h"
#include "support/error.h"

namespace pktpath {
namespace {

class Detection {
 public:
  Detection(const std::string& path, std::map<std::string, std::string> targets)
      : path_(path), targets_(std::move(targets)) {}

  // Facts of the programs, in their order.
  void run(std::span<const std::string> programs) {
    Object object(path_);
    std::vector<std::string> loadable;
    for (const std::string& program : programs) {
      object.choose(program, target_of(program));
      if (object.has_target(program)) {
        loadable.push_back(program);
      } else if (programs.size() == 1) {
        add(object, program, "it is not known which function that is with this driver");
        return;
      }
    }
    if (loadable.size() < programs.size()) {
      halve(programs);
      return;
    }
    try {
      object.load();
    } catch (const Error& error) {
      if (programs.size() == 1) {
        add(object, programs.front(), error.what());
      } else {
        halve(programs);
      }
      return;
    }
    for (const std::string& program : programs) attach(object, program);
  }

  std::vector<ProgramFact> facts;

 private:
  std::string target_of(const std::string& program) const {
    const auto found = targets_.find(program);
    return found == targets_.end() ? std::string() : found->second;
  }

  void halve(std::span<const std::string> programs) {
    const std::size_t half = programs.size() / 2;
    run(programs.first(half));
    run(programs.subspan(half));
  }

  void attach(Object& object, const std::string& program) {
    try {
      object.attach(program);
      add(object, program, "");
      return;
    } catch (const Error& error) {
      const std::string suffixed = object.by_kprobe(program) ? suffixed_symbol(object.function(program)) : "";
      if (suffixed.empty()) {
        add(object, program, error.what());
        return;
      }
      object.choose(program, suffixed);
    }
    try {
      object.attach(program);
      add(object, program, "");
    } catch (const Error& error) {
      add(object, program, error.what());
    }
  }

  void add(const Object& object, const std::string& program, const std::string& error) {
    facts.push_back({program, object.target(program), error.empty(), error});
  }

  std::string path_;
  std::map<std::string, std::string> targets_;
};

}  // namespace

std::vector<ProgramFact> detect_programs(const std::string& path, std::vector<std::string> programs,
                                         const std::map<std::string, std::string>& targets) {
  if (programs.empty()) programs = Object(path).optional_programs();
  Detection detection(path, targets);
  if (!programs.empty()) detection.run(programs);
  return std::move(detection.facts);
}

}  // namespace pktpath

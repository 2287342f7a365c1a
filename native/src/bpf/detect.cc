// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/detect.h"

#include <algorithm>
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

  // What no driver's function is known for is left out first: it would cost every load that it is part of.
  void run_all(const std::vector<std::string>& programs) {
    Object object(path_);
    std::vector<std::string> aimed;
    for (const std::string& program : programs) {
      object.choose(program, target_of(program));
      if (object.has_target(program)) {
        aimed.push_back(program);
      } else {
        add(object, program, "it is not known which function that is with this driver");
      }
    }
    // where one of a way is refused, the others of that way mostly are
    const auto way = [&](const std::string& program) {
      const std::string target = object.target(program);
      return target.substr(0, target.find('/'));
    };
    std::stable_sort(aimed.begin(), aimed.end(), [&](const auto& a, const auto& b) { return way(a) < way(b); });
    if (!aimed.empty()) run(aimed);
    const auto place = [&](const ProgramFact& fact) {
      return std::find(programs.begin(), programs.end(), fact.program);
    };
    std::sort(facts.begin(), facts.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  }

  std::vector<ProgramFact> facts;

 private:
  void run(std::span<const std::string> programs) {
    Object object(path_);
    for (const std::string& program : programs) object.choose(program, target_of(program));
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
  detection.run_all(programs);
  return std::move(detection.facts);
}

}  // namespace pktpath

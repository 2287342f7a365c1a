// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <optional>
#include <string>

#include "bpf/cpu_array.h"
#include "bpf/object.h"
#include "count.h"
#include "paths/path.h"

namespace pktpath {

// A path whose packets are counted by a program in the kernel; its thread only waits for the end.
class CountingPath : public Path {
 public:
  // `by_flow` is the program for the task of counting each flow, `program` that for the other.
  CountingPath(const TrialSpec& spec, const char* program, const char* by_flow)
      : spec_(spec), program_(spec.path.flows ? by_flow : program), object_(spec.path.object) {}

  void open() final;
  void run() final;
  void refresh() final;
  void add_flows(FlowCounts& counts) const final;
  Granted granted() const override;

 protected:
  virtual void attach(int program_fd) = 0;

  const TrialSpec& spec_;

 private:
  const char* program_;
  Object object_;
  mutable std::optional<CpuArray<pktpath_counts>> counts_;
  std::uint64_t missing_ = 0;
};

}  // namespace pktpath

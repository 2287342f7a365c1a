// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "account.h"
#include "bpf/object.h"
#include "support/histogram.h"
#include "trial/spec.h"

namespace pktpath {

// Hits of one way to attach, or of all.
struct Hits {
  std::uint64_t entries = 0;
  std::uint64_t exits = 0;
  std::uint64_t passes = 0;

  bool any() const { return entries != 0 || exits != 0 || passes != 0; }
};

struct StateTime {
  std::uint32_t layer = 0;
  std::uint32_t owner = 0;
  std::uint32_t stage = 0;
  std::int64_t ns = 0;
  Hits hits;
  std::array<Hits, NR_WAYS> ways;
};

struct CpuAccount {
  int cpu = 0;
  std::uint64_t elapsed_ns = 0;
  std::int64_t states_ns = 0;
  std::vector<StateTime> states;
  std::uint64_t recursion_misses = 0;
  std::vector<std::uint64_t> losses;  // by pktpath_loss
};

struct BoundaryCount {
  std::string program;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

struct ProbeResult {
  std::uint64_t attach_ns = 0;
  std::vector<CpuAccount> cpus;
  std::vector<BoundaryCount> boundaries;
  std::vector<Histogram> visits;  // by stage; empty unless exact
};

// The stage probes of one trial: attached while it lives, adding up between open_window() and close_window().
class Collector {
 public:
  Collector(const ProbeSpec& spec, const pktpath_config& config, int receiver_cpu);

  // The receiver's account, where its marks go.
  pktpath_cpu_account& receiver_account() { return accounts_[receiver_cpu_]; }

  void open_window();
  void close_window();
  ProbeResult result();

 private:
  // The user-space clock before and after a program ran on a CPU.
  struct Span {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
  };

  std::vector<Span> run_on_all(const char* program, const char* what) const;
  std::uint64_t elapsed_ns(std::size_t index);
  std::uint64_t recursion_misses() const;
  std::vector<Histogram> visits();

  const ProbeSpec& spec_;
  int receiver_cpu_;
  unsigned possible_cpus_;
  std::vector<int> cpus_;
  Object object_;
  Accounts accounts_;
  std::optional<CpuArray<pktpath_visits>> visits_;
  std::vector<Link> links_;
  std::uint64_t attach_ns_ = 0;
  std::uint64_t misses_at_open_ = 0;
  std::uint64_t misses_ = 0;
  std::vector<Span> opening_;
  std::vector<Span> closing_;
};

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/collector.h"

#include <cerrno>
#include <cstring>

#include "support/clock.h"
#include "support/error.h"

namespace pktpath {
namespace {

Object load_object(const ProbeSpec& spec, const pktpath_config& config, unsigned cpus) {
  Object object(spec.exact ? exact_variant(spec.object) : spec.object);
  for (const std::string& program : spec.programs) {
    const auto target = spec.targets.find(program);
    object.choose(program, target == spec.targets.end() ? "" : target->second);
  }
  object.set_config(config);
  object.size_map("accounts", cpus);
  if (spec.exact) object.size_map("visits", cpus);
  object.load();
  return object;
}

constexpr std::uint32_t kStages = NR_STAGES;
constexpr std::uint32_t kOwners = NR_OWNERS;

constexpr const char* kBoundaryNames[NR_BOUNDARIES] = {
#define NAME(id, name) name,
    PKTPATH_BOUNDARIES(NAME)
#undef NAME
};

StateTime state_of(std::uint32_t cell, const pktpath_cell& c) {
  StateTime state{
      cell / kStages / kOwners, cell / kStages % kOwners, cell % kStages, static_cast<std::int64_t>(c.ns), {}, {}};
  for (std::size_t way = 0; way < NR_WAYS; ++way) {
    const pktpath_hits& hits = c.hits[way];
    state.ways[way] = {hits.entries, hits.exits, hits.passes};
    state.hits.entries += hits.entries;
    state.hits.exits += hits.exits;
    state.hits.passes += hits.passes;
  }
  return state;
}

}  // namespace

Collector::Collector(const ProbeSpec& spec, const pktpath_config& config, int receiver_cpu)
    : spec_(spec),
      receiver_cpu_(receiver_cpu),
      possible_cpus_(possible_cpus()),
      cpus_(online_cpus()),
      object_(load_object(spec, config, possible_cpus_)),
      accounts_(object_.map_fd("accounts"), possible_cpus_) {
  // where a task goes on that is seen for the first time: blocked in its call, or about to poll
  for (const int cpu : cpus_) {
    accounts_[cpu].task_stage[OWNER_RECEIVER] = STAGE_WAKE_UP;
    accounts_[cpu].task_stage[OWNER_RECEIVER_NAPI] = config.poll_stage;
  }
  if (spec.exact) visits_.emplace(object_.map_fd("visits"), possible_cpus_);
  const std::uint64_t begin = now_ns();
  // The exit of a function before its entry, as calibrate_ways.cc does: of two breakpoints on one instruction the newer
  // comes first, and what a kretprobe does at the entry has to fall on the stage that begins there.
  for (auto program = spec.programs.rbegin(); program != spec.programs.rend(); ++program) {
    links_.push_back(object_.attach(*program));
  }
  attach_ns_ = now_ns() - begin;
}

void Collector::open_window() {
  for (const int cpu : cpus_) {
    pktpath_cpu_account& account = accounts_[cpu];
    std::memset(account.cells, 0, sizeof(account.cells));
    std::memset(account.losses, 0, sizeof(account.losses));
    std::memset(account.boundary, 0, sizeof(account.boundary));
    if (visits_) std::memset(&(*visits_)[cpu], 0, sizeof(pktpath_visits));
  }
  misses_at_open_ = recursion_misses();
  opening_ = run_on_all("window_open", "cannot open the window");
}

void Collector::close_window() {
  closing_ = run_on_all("window_close", "cannot close the window");
  misses_ = recursion_misses() - misses_at_open_;
}

std::vector<Collector::Span> Collector::run_on_all(const char* program, const char* what) const {
  const int fd = object_.program_fd(program);
  std::vector<Span> spans;
  for (const int cpu : cpus_) {
    Span span;
    span.before = now_ns();
    run_on_cpu(fd, cpu, what);
    span.after = now_ns();
    spans.push_back(span);
  }
  return spans;
}

// The window by its own stamps. They have to lie where the user-space clock saw the programs run, which is what makes
// the elapsed time more than the accounting's word for itself.
std::uint64_t Collector::elapsed_ns(std::size_t index) {
  const pktpath_cpu_account& account = accounts_[cpus_[index]];
  const auto within = [](std::uint64_t stamp, const Span& span) { return stamp >= span.before && stamp <= span.after; };
  if (!within(account.window_begin, opening_[index]) || !within(account.window_end, closing_[index])) {
    throw Error("the window of CPU " + std::to_string(cpus_[index]) + " did not open and close when it was told to");
  }
  return account.window_end - account.window_begin;
}

std::uint64_t Collector::recursion_misses() const {
  std::uint64_t misses = 0;
  for (const std::string& program : spec_.programs) {
    bpf_prog_info info{};
    __u32 size = sizeof(info);
    if (bpf_obj_get_info_by_fd(object_.program_fd(program), &info, &size) != 0) {
      throw_errno("cannot read the recursion misses of " + program, errno);
    }
    misses += info.recursion_misses;
  }
  return misses;
}

ProbeResult Collector::result() {
  ProbeResult result;
  result.attach_ns = attach_ns_;
  result.boundaries.resize(NR_BOUNDARIES);
  for (std::size_t b = 0; b < NR_BOUNDARIES; ++b) result.boundaries[b].program = kBoundaryNames[b];
  for (std::size_t i = 0; i < cpus_.size(); ++i) {
    const pktpath_cpu_account& account = accounts_[cpus_[i]];
    CpuAccount out;
    out.cpu = cpus_[i];
    out.elapsed_ns = elapsed_ns(i);
    // the kernel counts misses by program, not by CPU: they stand with the receiver's CPU, where they matter
    out.recursion_misses = out.cpu == receiver_cpu_ ? misses_ : 0;
    out.losses.assign(account.losses, account.losses + NR_LOSSES);
    for (std::uint32_t cell = 0; cell < NR_CELLS; ++cell) {
      const pktpath_cell& c = account.cells[cell];
      out.states_ns += static_cast<std::int64_t>(c.ns);
      StateTime state = state_of(cell, c);
      if (c.ns != 0 || state.hits.any()) out.states.push_back(std::move(state));
    }
    for (std::size_t b = 0; b < NR_BOUNDARIES; ++b) {
      result.boundaries[b].packets += account.boundary[b].packets;
      result.boundaries[b].bytes += account.boundary[b].bytes;
    }
    result.cpus.push_back(std::move(out));
  }
  if (visits_) result.visits = visits();
  return result;
}

std::vector<Histogram> Collector::visits() {
  std::vector<Histogram> all(NR_STAGES);
  for (const int cpu : cpus_) {
    const pktpath_visits& counted = (*visits_)[cpu];
    for (std::size_t stage = 0; stage < NR_STAGES; ++stage) {
      for (std::size_t bin = 0; bin < HISTOGRAM_BINS; ++bin)
        all[stage].add_to_bin(bin, counted.bins[stage * HISTOGRAM_BINS + bin]);
    }
  }
  return all;
}

}  // namespace pktpath

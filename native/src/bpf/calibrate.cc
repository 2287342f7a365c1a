// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/calibrate.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <optional>
#include <vector>

#include "bpf/calibrate_ways.h"
#include "bpf/object.h"
#include "paths/marks.h"
#include "support/clock.h"
#include "support/error.h"
#include "support/thread_setup.h"

namespace pktpath {
namespace {

constexpr std::array kKinds{"empty", "floor", "edge", "pass"};
constexpr const char* kAgain = "again";  // beside an edge
constexpr unsigned kHitsPerRun = 1000;   // HITS_PER_RUN of calibrate.bpf.c
// Single hits of which an exact calibration takes the median; a timer's tick comes into one of hundreds.
constexpr unsigned kExactRounds = 101;

void check_run(int error) {
  if (error != 0) throw_errno("the calibration's trigger failed", -error);
}

// Fires the tracepoint that the null boundaries hang on.
struct Trigger {
  const char* program;
  const char* tracepoint;
  std::function<void(int fd, unsigned hits)> fire;
};

const std::array<Trigger, 2>& triggers() {
  static const std::array<Trigger, 2> all{{
      {"trigger_many", "bpf_trigger_tp",
       [](int fd, unsigned hits) {
         for (unsigned done = 0; done < hits; done += kHitsPerRun) {
           LIBBPF_OPTS(bpf_test_run_opts, options);
           check_run(bpf_prog_test_run_opts(fd, &options));
         }
       }},
      {"trigger_one", "bpf_test_finish",
       [](int fd, unsigned hits) {
         char frame[64] = {};
         for (unsigned done = 0; done < hits; ++done) {
           LIBBPF_OPTS(bpf_test_run_opts, options);
           options.data_in = frame;
           options.data_size_in = sizeof(frame);
           options.repeat = 1;
           check_run(bpf_prog_test_run_opts(fd, &options));
         }
       }},
  }};
  return all;
}

double interpolate(const std::vector<double>& sorted, double quantile) {
  const double position = quantile * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - static_cast<double>(below));
}

double mark_cost(unsigned hits) {
  pktpath_cpu_account account{};
  Marks marks;
  marks.attach(&account);
  const std::uint64_t begin = now_ns();
  for (unsigned i = 0; i < hits; ++i) {
    marks.returned();
    marks.calling();
  }
  return static_cast<double>(now_ns() - begin) / (2.0 * hits);
}

Object load_with(const std::string& path, const Trigger& trigger, unsigned cpus) {
  Object object(path);
  object.choose(trigger.program);
  for (const char* kind : kKinds) object.choose(std::string(trigger.tracepoint) + "_" + kind);
  object.choose(std::string(trigger.tracepoint) + "_" + kAgain);
  object.size_map("accounts", cpus);
  object.load();
  for (const char* kind : kKinds) object.attach(std::string(trigger.tracepoint) + "_" + kind);
  return object;
}

Calibration measure(Object object, const Trigger& trigger, int cpu, unsigned hits, unsigned batches) {
  Accounts accounts(object.map_fd("accounts"), possible_cpus());
  run_on_cpu(object.program_fd("window_open"), cpu, "cannot open the calibration's window");
  const int fd = object.program_fd(trigger.program);
  const auto time = [&] {
    const std::uint64_t begin = now_ns();
    trigger.fire(fd, hits);
    return static_cast<double>(now_ns() - begin) / hits;
  };

  std::vector<double> base;
  std::array<std::vector<double>, kKinds.size()> over;
  std::vector<double> again;
  std::vector<double> mark;
  for (unsigned batch = 0; batch < batches; ++batch) {
    const double off = time();
    base.push_back(off);
    for (std::size_t kind = 0; kind < kKinds.size(); ++kind) {
      const Link link = object.attach(std::string(trigger.tracepoint) + "_" + kKinds[kind]);
      time();  // warm
      over[kind].push_back(time());
    }
    const Link edge = object.attach(std::string(trigger.tracepoint) + "_edge");
    time();
    const double once = time();
    const Link second = object.attach(std::string(trigger.tracepoint) + "_" + kAgain);
    time();
    again.push_back(time() - once);
    mark.push_back(mark_cost(hits));
  }
  // the base is the same loop in the same run; its median is steadier than each batch's own
  const double off = quartiles(base).median;
  for (std::vector<double>& values : over) {
    for (double& value : values) value -= off;
  }
  return {quartiles(base),    quartiles(over[0]), quartiles(over[1]),
          quartiles(over[2]), quartiles(again),   quartiles(over[3]),
          quartiles(mark),    mark_costs(hits),   {},
          trigger.tracepoint};
}

}  // namespace

Cost quartiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {interpolate(values, 0.25), interpolate(values, 0.5), interpolate(values, 0.75)};
}

namespace {

Cost half(const Cost& cost) { return {cost.low / 2, cost.median / 2, cost.high / 2}; }

std::vector<WayCost> ways_of(const Calibration& calibration, const std::string& path, int cpu, unsigned hits,
                             unsigned batches) {
  std::vector<WayCost> ways = function_ways(path, cpu, hits, batches);
  ways.insert(ways.begin(), {WAY_TRACEPOINT, half(calibration.edge), half(calibration.edge), calibration.pass});
  return ways;
}

}  // namespace

Calibration calibrate(const std::string& path, int cpu, unsigned hits, unsigned batches, bool exact) {
  pin_thread(0, cpu);
  std::string refused;
  for (const Trigger& trigger : triggers()) {
    std::optional<Object> object;
    try {
      object.emplace(load_with(path, trigger, possible_cpus()));
    } catch (const Error& error) {
      refused += std::string(refused.empty() ? "" : "; ") + trigger.tracepoint + ": " + error.what();
      continue;
    }
    Calibration calibration = measure(std::move(*object), trigger, cpu, hits, batches);
    calibration.ways = exact ? exact_ways(path, kExactRounds) : ways_of(calibration, path, cpu, hits, batches);
    return calibration;
  }
  throw Error("this kernel lets no null boundary be hit, so the probes' cost cannot be measured: " + refused);
}

}  // namespace pktpath

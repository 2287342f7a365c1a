// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/calibrate_ways.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "bpf/object.h"
#include "paths/marks.h"
#include "stamps.h"
#include "support/clock.h"
#include "support/error.h"

namespace pktpath {
namespace {

constexpr unsigned kHitsPerRun = 1000;  // HITS_PER_RUN of calibrate.bpf.c

struct Pair {
  pktpath_way enter;
  pktpath_way exit;
  const char* enter_name;
  const char* exit_name;
};
constexpr std::array<Pair, 2> kPairs{
    {{WAY_FENTRY, WAY_FEXIT, "fentry", "fexit"}, {WAY_KPROBE, WAY_KRETPROBE, "kprobe", "kretprobe"}}};

void run(int fd) {
  LIBBPF_OPTS(bpf_test_run_opts, options);
  const int error = bpf_prog_test_run_opts(fd, &options);
  if (error != 0) throw_errno("the calibration's trigger failed", -error);
}

double median(std::vector<double> values) { return quartiles(std::move(values)).median; }

Cost exactly(double value) { return {value, value, value}; }

// The object with the pair's programs and a trigger; nothing where the kernel refuses the way.
std::optional<Object> load(const std::string& path, const std::vector<std::string>& programs, bool exact) {
  try {
    Object object(exact ? exact_variant(path) : path);
    for (const std::string& program : programs) object.choose(program);
    object.size_map("accounts", possible_cpus());
    if (exact) object.size_map("visits", possible_cpus());
    object.load();
    run(object.program_fd("window_open"));  // this thread is pinned; everything is added up as in a trial
    return object;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<Link> attach_all(const Object& object, const std::vector<std::string>& programs) {
  std::vector<Link> links;
  for (const std::string& program : programs) links.push_back(object.attach(program));
  return links;
}

// Medians of what the programs stamped, over hits of one trigger.
struct Hit {
  double whole = 0;   // around the trigger
  double before = 0;  // from the first read around it to the first program's first read
  double between = 0;
  double after = 0;  // from the last program's last read
  double own[2] = {0, 0};
};

class Stamps {
 public:
  explicit Stamps(const Object& object) : shared_(object.map_fd(".data.stamps"), 1) {}

  Hit measure(int fd, unsigned rounds, std::size_t programs) {
    std::vector<double> whole, before, between, after, own[2];
    for (unsigned round = 0; round < rounds; ++round) {
      run(fd);
      const pktpath_stamps& s = shared_[0];
      const auto span = [](std::uint64_t from, std::uint64_t to) {
        return static_cast<double>(static_cast<std::int64_t>(to - from));
      };
      whole.push_back(span(s.begin, s.end));
      for (std::size_t i = 0; i < 2; ++i) own[i].push_back(span(s.hit[i].begin, s.hit[i].end));
      before.push_back(span(s.begin, s.hit[0].begin));
      between.push_back(span(s.hit[0].end, s.hit[1].begin));
      after.push_back(span(s.hit[programs == 2 ? 1 : 0].end, s.end));
    }
    return {median(whole), median(before), median(between), median(after), {median(own[0]), median(own[1])}};
  }

 private:
  CpuArray<pktpath_stamps> shared_;
};

// Two instructions store the last clock read of a null boundary for us to see, after it.
constexpr double kStamp = 2;
// The call in a program that is the trigger, and the return from what it calls.
constexpr double kCall = 1;

void add_pair(const std::string& path, const Pair& pair, unsigned rounds, double clock, std::vector<WayCost>& ways) {
  const std::string enter = pair.enter_name;
  const std::string exit = pair.exit_name;
  const std::optional<Object> object =
      load(path, {"once_function", enter + "_edge", enter + "_pass", exit + "_edge", exit + "_pass"}, true);
  if (!object) return;
  try {
    Stamps stamps(*object);
    const int fd = object->program_fd("once_function");
    const double base = stamps.measure(fd, rounds, 1).whole;
    const auto with = [&](const std::vector<std::string>& programs) {
      const std::vector<Link> links = attach_all(*object, programs);
      stamps.measure(fd, 3, programs.size());
      return stamps.measure(fd, rounds, programs.size());
    };
    // the exit first, so that its work at the function's entry comes after the other's program (collector.cc)
    const Hit alone = with({enter + "_edge"});
    const Hit both = with({exit + "_edge", enter + "_edge"});
    const Hit passes = with({enter + "_pass"});
    const Hit both_pass = with({exit + "_pass", enter + "_pass"});
    const double body = std::max(0.0, base - clock - 2 * kCall);
    const double before_enter = both.before - clock / 2 - kCall;
    const double after_enter = alone.after - body - clock / 2 - kCall - kStamp;
    const double before_exit = both.between - body - kStamp - after_enter;
    const double after_exit = both.after - clock / 2 - kCall - kStamp;
    const double pass_enter = passes.whole - passes.own[0] - base - kStamp;
    const double pass_exit = both_pass.whole - both_pass.own[0] - both_pass.own[1] - base - 2 * kStamp - pass_enter;
    ways.push_back({pair.enter, exactly(before_enter), exactly(after_enter), exactly(pass_enter)});
    ways.push_back({pair.exit, exactly(before_exit), exactly(after_exit), exactly(pass_exit)});
  } catch (const Error&) {
    return;  // it loads but does not attach
  }
}

// By the kfunc that fires a tracepoint; what it does around it, next to nothing, counts half on either side.
std::optional<WayCost> tracepoint_by_kfunc(const std::string& path, unsigned rounds) {
  const std::optional<Object> object =
      load(path, {"once_tracepoint", "bpf_trigger_tp_edge", "bpf_trigger_tp_pass"}, true);
  if (!object) return std::nullopt;
  Stamps stamps(*object);
  const int fd = object->program_fd("once_tracepoint");
  const double base = stamps.measure(fd, rounds, 1).whole;
  const auto with = [&](const char* program) {
    const Link link = object->attach(program);
    stamps.measure(fd, 3, 1);
    return stamps.measure(fd, rounds, 1);
  };
  const Hit edge = with("bpf_trigger_tp_edge");
  const Hit pass = with("bpf_trigger_tp_pass");
  return WayCost{WAY_TRACEPOINT, exactly(edge.before - base / 2), exactly(edge.after - base / 2 - kStamp),
                 exactly(pass.whole - pass.own[0] - base - kStamp)};
}

// What a program's own code takes before its first clock read and after its last, with half of the clock's.
struct Own {
  double before = 0;
  double after = 0;
};

Own own_code(const std::string& path, unsigned rounds, double clock) {
  const std::optional<Object> object = load(path, {"once_own"}, true);
  if (!object) throw Error("cannot load the calibration's once_own");
  Stamps stamps(*object);
  const Hit hit = stamps.measure(object->program_fd("once_own"), rounds, 1);
  return {hit.before - clock / 2, hit.after - clock / 2 - kStamp};
}

// Share of a tracepoint's way in and out that comes before the program: 64 of 89 instructions on Linux 6.12, where the
// kfunc tells them apart.
constexpr double kWayIn = 0.72;

// By the end of a test run of a network program, from outside: the whole is known, and the program's own code in it; the
// way in and out is split by the share that it has where it can be seen.
std::optional<WayCost> tracepoint_by_test_run(const std::string& path, unsigned rounds, double clock) {
  const std::optional<Object> object =
      load(path, {"trigger_one", "bpf_test_finish_edge", "bpf_test_finish_pass"}, true);
  if (!object) return std::nullopt;
  CpuArray<pktpath_stamps> shared(object->map_fd(".data.stamps"), 1);
  const int fd = object->program_fd("trigger_one");
  char frame[64] = {};
  const auto measure = [&](bool attached) {
    std::vector<double> outside;
    for (unsigned round = 0; round < rounds; ++round) {
      LIBBPF_OPTS(bpf_test_run_opts, options);
      options.data_in = frame;
      options.data_size_in = sizeof(frame);
      options.repeat = 1;
      const std::uint64_t begin = now_ns();
      const int error = bpf_prog_test_run_opts(fd, &options);
      const std::uint64_t took = now_ns() - begin;
      if (error != 0) throw_errno("the calibration's trigger failed", -error);
      const auto& hit = shared[0].hit[0];
      outside.push_back(static_cast<double>(took) - (attached ? static_cast<double>(hit.end - hit.begin) : 0));
    }
    return median(outside);
  };
  measure(false);
  const double base = measure(false);
  const auto with = [&](const char* program) {
    const Link link = object->attach(program);
    measure(true);
    return measure(true) - base - kStamp;
  };
  const double edge = with("bpf_test_finish_edge");
  const double pass = with("bpf_test_finish_pass");
  const Own own = own_code(path, rounds, clock);
  const double way = edge - own.before - own.after;
  return WayCost{WAY_TRACEPOINT, exactly(own.before + way * kWayIn), exactly(own.after + way * (1 - kWayIn)),
                 exactly(pass)};
}

}  // namespace

std::vector<WayCost> exact_ways(const std::string& path, unsigned rounds) {
  const std::optional<Object> object = load(path, {"once_clock"}, true);
  if (!object) throw Error("cannot load the calibration's once_clock");
  const double clock = Stamps(*object).measure(object->program_fd("once_clock"), rounds, 1).whole;
  std::vector<WayCost> ways;
  std::optional<WayCost> tracepoint = tracepoint_by_kfunc(path, rounds);
  if (!tracepoint) tracepoint = tracepoint_by_test_run(path, rounds, clock);
  if (tracepoint) ways.push_back(*tracepoint);
  for (const Pair& pair : kPairs) add_pair(path, pair, rounds, clock, ways);
  return ways;
}

std::vector<WayCost> function_ways(const std::string& path, int cpu, unsigned hits, unsigned batches) {
  std::vector<WayCost> ways;
  for (const Pair& pair : kPairs) {
    const std::string enter = pair.enter_name;
    const std::string exit = pair.exit_name;
    const std::optional<Object> object =
        load(path, {"trigger_function", enter + "_edge", enter + "_pass", exit + "_edge", exit + "_pass"}, false);
    if (!object) continue;
    run_on_cpu(object->program_fd("window_open"), cpu, "cannot open the calibration's window");
    const int fd = object->program_fd("trigger_function");
    const auto time = [&](const std::vector<std::string>& programs) {
      const std::vector<Link> links = attach_all(*object, programs);
      run(fd);  // warm
      const std::uint64_t begin = now_ns();
      for (unsigned done = 0; done < hits; done += kHitsPerRun) run(fd);
      return static_cast<double>(now_ns() - begin) / hits;
    };
    std::vector<double> enter_half, exit_half, enter_pass, exit_pass;
    try {
      for (unsigned batch = 0; batch < batches; ++batch) {
        const double base = time({});
        const double entered = time({enter + "_edge"});
        const double entered_pass = time({enter + "_pass"});
        enter_half.push_back((entered - base) / 2);
        exit_half.push_back((time({exit + "_edge", enter + "_edge"}) - entered) / 2);
        enter_pass.push_back(entered_pass - base);
        exit_pass.push_back(time({exit + "_pass", enter + "_pass"}) - entered_pass);
      }
    } catch (const Error&) {
      continue;  // it loads but does not attach
    }
    ways.push_back({pair.enter, quartiles(enter_half), quartiles(enter_half), quartiles(enter_pass)});
    ways.push_back({pair.exit, quartiles(exit_half), quartiles(exit_half), quartiles(exit_pass)});
  }
  return ways;
}

// In a loop of nothing but marks, what the marks find for user space is what they add to it, and the rest they add to the
// call.
MarkCost mark_costs(unsigned rounds) {
  pktpath_cpu_account account{};
  Marks marks;
  marks.attach(&account);
  std::vector<double> user, call;
  marks.returned();
  marks.calling();
  for (unsigned round = 0; round < rounds; ++round) {
    const std::uint64_t had = account.marks.user_ns;
    const std::uint64_t entered = account.marks.enter_ns;
    marks.returned();
    marks.calling();
    const auto in_user = static_cast<double>(account.marks.user_ns - had);
    user.push_back(in_user);
    call.push_back(static_cast<double>(account.marks.enter_ns - entered) - in_user);
  }
  return {quartiles(std::move(user)), quartiles(std::move(call))};
}

}  // namespace pktpath

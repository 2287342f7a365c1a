// SPDX-License-Identifier: GPL-2.0-only
// Another program sends.
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <sstream>

#include "generators/generator.h"
#include "support/child_process.h"
#include "support/clock.h"
#include "support/error.h"
#include "trial/interface_counter.h"

namespace pktpath {
namespace {

constexpr int kLookMs = 20;
// A program has so long to send its first packet; until then it is looked after more often.
constexpr std::uint64_t kStartNs = 2'000'000'000;
constexpr int kStartLookMs = 1;
// Asked to end, a program has so long to say what it did.
constexpr std::uint64_t kGraceNs = 500'000'000;

std::string last_line(const std::string& output) {
  std::istringstream lines(output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
  }
  return last.empty() ? "it printed nothing" : last;
}

// What the program sends is what the sender's interface took or dropped meanwhile. Its packets bear no stamp, and it
// chooses their pace.
class Command final : public Generator {
 public:
  explicit Command(const TrialSpec& spec) : spec_(spec) {}

  // before anything is measured
  void open() override {
    find_program(spec_.generator.command.at(0));
    counter_ = std::make_unique<InterfaceCounter>(spec_.sender.interface);
  }

  // The trial asks for the warm-up first; a program that sends what it wants cannot be asked twice.
  Sending send(std::uint64_t, double, std::uint64_t max_duration_ns, const std::atomic<bool>& abort) override {
    if (!std::exchange(warm_, true) && spec_.warmup_packets > 0) return {};
    const InterfaceCounts before = counter_->read();
    ChildProcess program(spec_.generator.command);
    const std::uint64_t begin = await_first_packet(program, before, abort);
    const bool finished = run(program, begin + max_duration_ns, abort);
    Sending sending;
    // From just before its first packet to its end, which is later than its last one, so that the rate in it is too low.
    // Better figures are what the program says of itself, and what the receiver counts.
    sending.elapsed_ns = now_ns() - begin;
    const int status = program.status();
    if (finished) check(status, program.output());
    const InterfaceCounts after = counter_->read();
    sending.sent = after.offered() - before.offered();
    sending.bytes = after.tx_bytes - before.tx_bytes;
    sending.output = program.output();
    return sending;
  }

 private:
  // A program has to start, and maybe to read a file, before it sends; it must not be told to end in that time, when it
  // would not say what it did. Returns when it had certainly not sent yet.
  std::uint64_t await_first_packet(ChildProcess& program, const InterfaceCounts& before,
                                   const std::atomic<bool>& abort) const {
    std::uint64_t looked = now_ns();
    const std::uint64_t deadline = looked + kStartNs;
    for (;;) {
      const std::uint64_t now = now_ns();
      if (counter_->read().offered() > before.offered()) return looked;
      looked = now;
      if (now >= deadline || abort.load(std::memory_order_relaxed) || program.wait(kStartLookMs)) return looked;
    }
  }

  // Returns whether it ended by itself.
  static bool run(ChildProcess& program, std::uint64_t deadline, const std::atomic<bool>& abort) {
    const auto ends_before = [&](std::uint64_t time) {
      bool ended = false;
      while (!(ended = program.wait(kLookMs)) && now_ns() < time) {
        if (abort.load(std::memory_order_relaxed)) break;
      }
      return ended;
    };
    if (ends_before(deadline)) return true;
    program.kill(SIGINT);
    ends_before(now_ns() + kGraceNs);
    return false;
  }

  void check(int status, const std::string& output) const {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    const std::string how = WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status))
                                              : "signal " + std::to_string(WTERMSIG(status));
    throw Error(spec_.generator.command.at(0) + " failed (" + how + "): " + last_line(output));
  }

  const TrialSpec& spec_;
  std::unique_ptr<InterfaceCounter> counter_;
  bool warm_ = false;
};

}  // namespace

std::unique_ptr<Generator> make_command_generator(const TrialSpec& spec) { return std::make_unique<Command>(spec); }

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
// Counted by an eBPF program at tc ingress, behind the taps and before the protocols.
#include "bpf/attach.h"
#include "paths/counting_path.h"

namespace pktpath {
namespace {

class TcCount final : public CountingPath {
 public:
  explicit TcCount(const TrialSpec& spec) : CountingPath(spec, "tc_count", "tc_flows") {}

  Granted granted() const override {
    Granted granted = CountingPath::granted();
    granted["action"] = std::string(spec_.path.pass ? "pass" : "drop");
    return granted;
  }

 private:
  void attach(int program_fd) override { attachment_.emplace(program_fd, spec_.receiver); }

  std::optional<TcAttachment> attachment_;
};

}  // namespace

std::unique_ptr<Path> make_tc_count_path(const TrialSpec& spec) { return std::make_unique<TcCount>(spec); }

}  // namespace pktpath

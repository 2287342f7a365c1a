// SPDX-License-Identifier: GPL-2.0-only
// Counted by an XDP program: in the driver, before there is an skb, or at the generic hook behind it.
#include "bpf/attach.h"
#include "paths/counting_path.h"

namespace pktpath {
namespace {

class XdpCount final : public CountingPath {
 public:
  explicit XdpCount(const TrialSpec& spec) : CountingPath(spec, "xdp_count", "xdp_flows") {}

  Granted granted() const override {
    Granted granted = CountingPath::granted();
    granted["xdpMode"] = attachment_->mode();
    granted["action"] = std::string(spec_.path.pass ? "pass" : "drop");
    return granted;
  }

 private:
  void attach(int program_fd) override { attachment_.emplace(program_fd, spec_.receiver, spec_.path.mode); }

  std::optional<XdpAttachment> attachment_;
};

}  // namespace

std::unique_ptr<Path> make_xdp_count_path(const TrialSpec& spec) { return std::make_unique<XdpCount>(spec); }

}  // namespace pktpath

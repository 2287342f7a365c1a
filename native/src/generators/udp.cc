// SPDX-License-Identifier: GPL-2.0-only
// UDP datagrams through the stack.
#include "generators/connect.h"
#include "generators/datagrams.h"

namespace pktpath {
namespace {

constexpr std::size_t kHeaders = 14 + 20 + 8;

FrameTemplate payload_alone(const TrialSpec& spec) {
  return {std::vector<std::uint8_t>(spec.generator.frame_bytes - kHeaders), 0};
}

class Udp final : public DatagramGenerator {
 public:
  explicit Udp(const TrialSpec& spec) : DatagramGenerator(spec, payload_alone(spec), Refusal::untold), spec_(spec) {}

  void open() override { socket_ = connect_to(spec_.receiver.address, spec_.port, SOCK_DGRAM); }

 private:
  const TrialSpec& spec_;
};

}  // namespace

std::unique_ptr<Generator> make_udp_generator(const TrialSpec& spec) { return std::make_unique<Udp>(spec); }

}  // namespace pktpath

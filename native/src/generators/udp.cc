// SPDX-License-Identifier: GPL-2.0-only
// UDP datagrams through the stack.
#include <netinet/in.h>

#include <cerrno>
#include <cstring>

#include "generators/connect.h"
#include "generators/datagrams.h"
#include "generators/frame.h"
#include "support/error.h"

namespace pktpath {
namespace {

constexpr std::size_t kHeaders = 14 + 20 + 8;
constexpr std::size_t kSourcePort = 14 + 20;  // where it stands in the frame

FrameTemplate payload_alone(const TrialSpec& spec) {
  return {std::vector<std::uint8_t>(spec.generator.frame_bytes - kHeaders), 0, 1, 0, Wanted()};
}

class Udp final : public DatagramGenerator {
 public:
  explicit Udp(const TrialSpec& spec)
      : DatagramGenerator(spec, payload_alone(spec), Refusal::untold), spec_(spec), frame_(make_frame(spec)) {}

  void open() override {
    socket_ = connect_to(spec_.receiver.address, spec_.port, SOCK_DGRAM);
    sockaddr_in own{};
    socklen_t size = sizeof(own);
    if (getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0) {
      throw_errno("cannot read the sending socket's port", errno);
    }
    std::memcpy(frame_.bytes.data() + kSourcePort, &own.sin_port, sizeof(own.sin_port));
  }

  // As the stack writes it, but for the identification and the checksums, which it alone knows.
  std::vector<std::uint8_t> frame(std::uint32_t sequence) const override { return stamped(frame_, sequence); }

 private:
  const TrialSpec& spec_;
  FrameTemplate frame_;
};

}  // namespace

std::unique_ptr<Generator> make_udp_generator(const TrialSpec& spec) { return std::make_unique<Udp>(spec); }

}  // namespace pktpath

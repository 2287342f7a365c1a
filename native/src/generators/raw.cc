// SPDX-License-Identifier: GPL-2.0-only
// Ethernet frames of the private EtherType, past the qdisc.
#include "generators/datagrams.h"
#include "generators/frame.h"
#include "generators/sending_socket.h"

namespace pktpath {
namespace {

class Raw final : public DatagramGenerator {
 public:
  explicit Raw(const TrialSpec& spec)
      : DatagramGenerator(spec, make_frame(spec), Refusal::by_device), spec_(spec), frame_(make_frame(spec)) {}

  void open() override { socket_ = open_sending_socket(spec_.sender); }

  std::vector<std::uint8_t> frame(std::uint32_t sequence) const override { return stamped(frame_, sequence); }

 private:
  const TrialSpec& spec_;
  FrameTemplate frame_;
};

}  // namespace

std::unique_ptr<Generator> make_raw_generator(const TrialSpec& spec) { return std::make_unique<Raw>(spec); }

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "generators/generator.h"

namespace pktpath {

std::unique_ptr<Generator> make_generator(const TrialSpec& spec) {
  switch (spec.generator.method) {
    case SendMethod::tx_ring:
      return make_tx_ring_generator(spec);
    case SendMethod::af_xdp:
      return make_af_xdp_generator(spec);
    case SendMethod::live_redirect:
    case SendMethod::live_pass:
      return make_live_frames_generator(spec);
    case SendMethod::command:
      return make_command_generator(spec);
    case SendMethod::sendto:
    case SendMethod::sendmmsg:
      break;
  }
  switch (spec.generator.traffic) {
    case Traffic::raw:
      return make_raw_generator(spec);
    case Traffic::udp:
      return make_udp_generator(spec);
    case Traffic::tcp_message:
      return make_tcp_message_generator(spec);
    case Traffic::tcp_bulk:
      return make_tcp_bulk_generator(spec);
  }
  return nullptr;
}

}  // namespace pktpath

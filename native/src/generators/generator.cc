// SPDX-License-Identifier: GPL-2.0-only
#include "generators/generator.h"

namespace pktpath {

std::unique_ptr<Generator> make_generator(const TrialSpec& spec) {
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

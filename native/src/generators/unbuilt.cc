// SPDX-License-Identifier: GPL-2.0-only
#include "generators/generator.h"
#include "support/error.h"

namespace pktpath {

std::unique_ptr<Generator> make_tx_ring_generator(const TrialSpec&) { throw Unsupported("not built yet"); }
std::unique_ptr<Generator> make_live_frames_generator(const TrialSpec&) { throw Unsupported("not built yet"); }
std::unique_ptr<Generator> make_command_generator(const TrialSpec&) { throw Unsupported("not built yet"); }

}  // namespace pktpath

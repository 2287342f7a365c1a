// SPDX-License-Identifier: GPL-2.0-only
#include "generators/generator.h"
#include "support/error.h"

namespace pktpath {

std::unique_ptr<Generator> make_af_xdp_generator(const TrialSpec&) { throw Unsupported("not built yet"); }

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <vector>

#include "binding/fields.h"
#include "trial/spec.h"

namespace pktpath {

// The parts that the specs of a trial and of a session by hand have in common.

constexpr double kMaxPackets = 4e9;      // sequence numbers have 32 bits
constexpr double kMaxDuration = 3600e9;  // one hour

PathSpec to_path(const Fields& fields);
GeneratorSpec to_generator(const Fields& fields);
EndpointSpec to_endpoint(const Fields& fields);
std::vector<int> to_worker_cpus(const Fields& fields, std::uint32_t workers);
// Whether the method can send such traffic, or a TypeError.
void check_method(const Fields& fields, const GeneratorSpec& generator);

}  // namespace pktpath

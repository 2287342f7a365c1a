// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "bpf/calibrate.h"

namespace pktpath {

// The function ways that this kernel has, by loops: the halves of an edge, and a pass.
std::vector<WayCost> function_ways(const std::string& object, int cpu, unsigned hits_per_batch, unsigned batches);

// All ways that it has, hit by hit: what an exact program does not account for itself.
//
// Between the first clock read of one program and the last of the one before lies, besides the work of the stage: from the
// last read the end of the clock's function, the end of the program and the way out (`after`); the way in, the beginning
// of the program and of the clock's function (`before`). Where within the clock's function the counter is read, nothing
// can tell, so half of it counts on either side; as every interval has one of each, its sum is right whatever the halves.
std::vector<WayCost> exact_ways(const std::string& object, unsigned rounds);

// The marks of `rounds` calls: how much one pair adds to user space and to the call.
MarkCost mark_costs(unsigned rounds);

}  // namespace pktpath

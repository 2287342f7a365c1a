// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "account.h"

namespace pktpath {

// Quartiles over batches, ns a hit.
struct Cost {
  double low = 0;
  double median = 0;
  double high = 0;
};

Cost quartiles(std::vector<double> values);

// What a hit by one way to attach adds to the state that it leaves, to the one that it enters, and, when it is no boundary,
// to the one that it fires in.
struct WayCost {
  pktpath_way way;
  Cost before;
  Cost after;
  Cost pass;
};

// What the two marks of a call add: to the time in user space between them, and to the two halves of the call.
struct MarkCost {
  Cost user;
  Cost call;
};

struct Calibration {
  Cost base;
  Cost empty;
  Cost floor;
  Cost edge;
  Cost again;  // a second one on the same tracepoint, which has the kernel call both by their addresses
  Cost pass;
  Cost mark;
  MarkCost marks;
  std::vector<WayCost> ways;
  std::string trigger;
};

// What a hit of each kind costs on this kernel and CPU, over the same loop with nothing attached. The kinds take turns
// batch by batch, so that drift falls on all of them alike. `exact`: `ways` holds what lies outside the programs' own clock
// reads, and times are instructions.
Calibration calibrate(const std::string& object, int cpu, unsigned hits_per_batch, unsigned batches, bool exact);

}  // namespace pktpath

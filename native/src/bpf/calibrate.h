// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>

namespace pktpath {

// Quartiles over batches, ns a hit.
struct Cost {
  double low = 0;
  double median = 0;
  double high = 0;
};

struct Calibration {
  Cost base;
  Cost empty;
  Cost floor;
  Cost edge;
  Cost pass;
  Cost mark;
  std::string trigger;
};

// What a hit of each kind costs on this kernel and CPU, over the same loop with nothing attached. The kinds take turns
// batch by batch, so that drift falls on all of them alike.
Calibration calibrate(const std::string& object, int cpu, unsigned hits_per_batch, unsigned batches);

}  // namespace pktpath

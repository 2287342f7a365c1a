// SPDX-License-Identifier: GPL-2.0-only
#include "paths/sized_filter.h"

#include "support/payload.h"
#include "trial/spec.h"

namespace pktpath {

static_assert(idle_comparisons(kMinFilterInstructions) == 0);
static_assert(idle_type(idle_comparisons(kMaxFilterInstructions)) > idle_type(0), "the EtherTypes do not wrap");

std::vector<sock_filter> sized_filter(std::uint32_t instructions, std::uint32_t snaplen) {
  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_H | BPF_ABS, kEtherTypeOffset)};
  for (std::uint32_t i = 0; i < idle_comparisons(instructions); ++i) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, idle_type(i), 1, 0));
  }
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kEtherType, 0, 1));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, snaplen));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, 0));
  return program;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/sized_program.h"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

#include "bpf/attach.h"
#include "paths/sized_filter.h"
#include "support/error.h"
#include "support/payload.h"

namespace pktpath {
namespace {

using Program = std::vector<bpf_insn>;

bpf_insn instruction(int code, int to, int from, int offset, int value) {
  bpf_insn made{};
  made.code = static_cast<__u8>(code);
  made.dst_reg = static_cast<__u8>(to & 0xf);
  made.src_reg = static_cast<__u8>(from & 0xf);
  made.off = static_cast<__s16>(offset);
  made.imm = value;
  return made;
}

bpf_insn move(int to, int value) { return instruction(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value); }
bpf_insn copy(int to, int from) { return instruction(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0); }
bpf_insn jump_if(int left, int value, int offset) {
  return instruction(BPF_JMP | BPF_JEQ | BPF_K, left, 0, offset, value);
}
bpf_insn finish() { return instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

// The EtherType into r0, in the host's byte order: the kernel makes of it what it makes of the classic instruction.
void load_from_socket_buffer(Program& program) {
  program.push_back(copy(BPF_REG_6, BPF_REG_1));
  program.push_back(instruction(BPF_LD | BPF_ABS | BPF_H, 0, 0, 0, kEtherTypeOffset));
}

// The EtherType into r0, in the wire's byte order.
void load_from_frame(Program& program) {
  constexpr int kGivingUp = 2;  // instructions
  program.push_back(instruction(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1, offsetof(xdp_md, data), 0));
  program.push_back(instruction(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_3, BPF_REG_1, offsetof(xdp_md, data_end), 0));
  program.push_back(copy(BPF_REG_4, BPF_REG_2));
  program.push_back(instruction(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_4, 0, 0, ETH_HLEN));
  program.push_back(instruction(BPF_JMP | BPF_JLE | BPF_X, BPF_REG_4, BPF_REG_3, kGivingUp, 0));
  program.push_back(move(BPF_REG_0, XDP_PASS));  // no whole Ethernet header
  program.push_back(finish());
  program.push_back(instruction(BPF_LDX | BPF_MEM | BPF_H, BPF_REG_0, BPF_REG_2, kEtherTypeOffset, 0));
}

// One more unwanted packet in the only entry of the map.
void count(Program& program, int map_fd) {
  program.push_back(instruction(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_VALUE, 0, map_fd));
  program.push_back(instruction(0, 0, 0, 0, 0));  // its second half: the offset in the value
  program.push_back(move(BPF_REG_2, 1));
  program.push_back(instruction(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_1, BPF_REG_2, 0, BPF_ADD));
}

Program translated(const SizedFilterSpec& filter, std::uint32_t snaplen, int map_fd) {
  const bool xdp = filter.place != FilterPlace::ebpf;
  Program program;
  xdp ? load_from_frame(program) : load_from_socket_buffer(program);
  const auto compared = [xdp](std::uint16_t type) { return static_cast<int>(xdp ? htons(type) : type); };
  for (std::uint32_t i = 0; i < idle_comparisons(filter.instructions); ++i) {
    program.push_back(jump_if(BPF_REG_0, compared(idle_type(i)), 1));
  }
  Program otherwise;
  count(otherwise, map_fd);
  otherwise.push_back(move(BPF_REG_0, xdp ? XDP_DROP : 0));
  otherwise.push_back(finish());
  program.push_back(jump_if(BPF_REG_0, compared(kEtherType), static_cast<int>(otherwise.size())));
  program.insert(program.end(), otherwise.begin(), otherwise.end());
  program.push_back(move(BPF_REG_0, xdp ? static_cast<int>(XDP_PASS) : static_cast<int>(snaplen)));
  program.push_back(finish());
  return program;
}

}  // namespace

SizedProgram::SizedProgram(const SizedFilterSpec& filter, std::uint32_t snaplen, int socket,
                           const EndpointSpec& receiver) {
  counts_ = FileDescriptor(
      bpf_map_create(BPF_MAP_TYPE_ARRAY, "filter_counts", sizeof(__u32), sizeof(std::uint64_t), 1, nullptr));
  if (!counts_) throw_unsupported("this kernel makes no map for the filter’s count", errno);
  const Program program = translated(filter, snaplen, counts_.get());
  const bool xdp = filter.place != FilterPlace::ebpf;
  program_ = FileDescriptor(bpf_prog_load(xdp ? BPF_PROG_TYPE_XDP : BPF_PROG_TYPE_SOCKET_FILTER, "pktpath_filter",
                                          "GPL", program.data(), program.size(), nullptr));
  if (!program_) {
    throw_unsupported("this kernel does not take the filter of " + std::to_string(filter.instructions) +
                          " instructions as an " + (xdp ? "XDP" : "eBPF") + " program",
                      errno);
  }
  if (xdp) {
    const bool generic = filter.place == FilterPlace::xdp_generic;
    attachment_ =
        std::make_unique<XdpAttachment>(program_.get(), receiver, generic ? XdpMode::generic : XdpMode::native);
    return;
  }
  const int fd = program_.get();
  if (setsockopt(socket, SOL_SOCKET, SO_ATTACH_BPF, &fd, sizeof(fd)) != 0) {
    throw_unsupported("cannot attach an eBPF filter to an AF_PACKET socket", errno);
  }
}

SizedProgram::~SizedProgram() = default;

std::uint64_t SizedProgram::unwanted() const {
  const __u32 key = 0;
  std::uint64_t packets = 0;
  if (bpf_map_lookup_elem(counts_.get(), &key, &packets) != 0) throw_errno("cannot read the filter’s count", errno);
  return packets;
}

SizedProgram::Size SizedProgram::size() const {
  bpf_prog_info info{};
  __u32 length = sizeof(info);
  if (bpf_obj_get_info_by_fd(program_.get(), &info, &length) != 0) {
    throw_errno("cannot read the size of the filter’s program", errno);
  }
  return {static_cast<std::uint32_t>(info.xlated_prog_len / sizeof(bpf_insn)), info.jited_prog_len};
}

}  // namespace pktpath

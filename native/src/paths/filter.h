// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

struct bpf_program;

namespace pktpath {

// A capture filter: one classic BPF program, for the kernel to run on each packet and for wants() to run again over
// what was sent. Its answer is also how much of a packet is captured. Without an expression, and with the largest
// snaplen, there is no program.
class Filter {
 public:
  Filter() = default;

  // Compiles a pcap-filter(7) expression for Ethernet frames; none wants everything. What it wants it answers with
  // `snaplen`, in bytes. A host name in it is looked up in the calling thread's network namespace. Throws Error.
  Filter(const std::optional<std::string>& expression, std::uint32_t snaplen);

  // The classic program of a sized filter (paths/sized_filter.h).
  static Filter sized(std::uint32_t instructions, std::uint32_t snaplen);

  // Whether the program takes this frame; true when there is none.
  bool wants(const std::uint8_t* frame, std::size_t size) const;

  // Gives the program to a socket (SO_ATTACH_FILTER); nothing when there is none. Throws Error.
  void attach(int socket) const;

  // libpcap's form of it; null when there is none.
  bpf_program* program() const { return program_.get(); }

 private:
  struct Free {
    void operator()(bpf_program* program) const;
  };
  std::unique_ptr<bpf_program, Free> program_;
};

}  // namespace pktpath

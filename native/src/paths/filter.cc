// SPDX-License-Identifier: GPL-2.0-only
#include "paths/filter.h"

#include <linux/filter.h>
#include <pcap/pcap.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <vector>

#include "paths/sized_filter.h"
#include "support/error.h"
#include "trial/spec.h"

namespace pktpath {
namespace {

constexpr std::size_t kMaxExpression = 65536;  // what a filter's text may have; the kernel takes 4096 instructions
constexpr std::size_t kShown = 200;            // of a text from outside that gets into a message

struct CloseHandle {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};

// A text from outside, as a message may hold it: bounded, on one line, no control characters.
std::string shown(const std::string& text) {
  std::string safe = text.substr(0, kShown);
  for (char& c : safe) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text.size() > kShown ? safe + "..." : safe;
}

}  // namespace

void Filter::Free::operator()(bpf_program* program) const {
  pcap_freecode(program);
  delete program;
}

Filter::Filter(const std::optional<std::string>& expression, std::uint32_t snaplen) {
  if (!expression && snaplen >= kMaxSnaplen) return;
  const std::string text = expression.value_or("");
  if (text.size() > kMaxExpression) {
    throw Error("the filter '" + shown(text) + "' has more than " + std::to_string(kMaxExpression) + " characters");
  }
  const std::unique_ptr<pcap_t, CloseHandle> handle(pcap_open_dead(DLT_EN10MB, static_cast<int>(snaplen)));
  if (!handle) throw Error("pcap_open_dead: out of memory");
  std::unique_ptr<bpf_program, Free> program(new bpf_program{});
  if (pcap_compile(handle.get(), program.get(), text.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    throw Error("cannot compile the filter '" + shown(text) + "': " + shown(pcap_geterr(handle.get())));
  }
  program_ = std::move(program);
}

Filter Filter::sized(std::uint32_t instructions, std::uint32_t snaplen) {
  const std::vector<sock_filter> code = sized_filter(instructions, snaplen);
  // pcap_freecode() gives it back to free()
  auto* copied = static_cast<bpf_insn*>(std::calloc(code.size(), sizeof(bpf_insn)));
  if (copied == nullptr) throw Error("no memory for a filter of " + std::to_string(instructions) + " instructions");
  for (std::size_t i = 0; i < code.size(); ++i) copied[i] = {code[i].code, code[i].jt, code[i].jf, code[i].k};
  Filter filter;
  filter.program_.reset(new bpf_program{static_cast<u_int>(code.size()), copied});
  return filter;
}

bool Filter::wants(const std::uint8_t* frame, std::size_t size) const {
  if (!program_) return true;
  pcap_pkthdr header{};
  header.caplen = header.len = static_cast<bpf_u_int32>(size);
  return pcap_offline_filter(program_.get(), &header, frame) != 0;
}

void Filter::attach(int socket) const {
  if (!program_) return;
  // libpcap's instructions and the kernel's are the same, by two names
  std::vector<sock_filter> code;
  for (u_int i = 0; i < program_->bf_len; ++i) {
    const bpf_insn& instruction = program_->bf_insns[i];
    code.push_back({instruction.code, instruction.jt, instruction.jf, instruction.k});
  }
  sock_fprog kernel_program{static_cast<unsigned short>(code.size()), code.data()};
  if (code.size() > BPF_MAXINSNS ||
      setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &kernel_program, sizeof(kernel_program)) != 0) {
    const int error = code.size() > BPF_MAXINSNS ? E2BIG : errno;
    throw_errno("the kernel does not take the filter's program of " + std::to_string(code.size()) +
                    " instructions (it takes " + std::to_string(BPF_MAXINSNS) + ", within net.core.optmem_max)",
                error);
  }
}

}  // namespace pktpath

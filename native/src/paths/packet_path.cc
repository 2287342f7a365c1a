// SPDX-License-Identifier: GPL-2.0-only
#include "paths/packet_path.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <sys/socket.h>

#include <cerrno>

#include "bpf/sized_program.h"
#include "paths/waiting.h"
#include "support/error.h"
#include "support/packet_socket.h"

namespace pktpath {
namespace {

// PACKET_FANOUT_FLAG_IGNORE_OUTGOING, which Debian 12's headers do not have yet. A kernel without it takes it and
// does not look at it.
constexpr unsigned kIgnoreOutgoing = 0x4000;

// Of the classic program that a socket has (SO_GET_FILTER takes and gives a length in instructions).
socklen_t attached_filter_instructions(int socket) {
  socklen_t instructions = 0;
  if (getsockopt(socket, SOL_SOCKET, SO_GET_FILTER, nullptr, &instructions) != 0) {
    throw_errno("cannot read back the socket's filter", errno);
  }
  return instructions;
}

}  // namespace

void ignore_outgoing(int socket) {
  const int one = 1;
  if (setsockopt(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) != 0) {
    throw_errno("cannot set PACKET_IGNORE_OUTGOING (Linux 4.20)", errno);
  }
}

PacketPath::PacketPath(const TrialSpec& spec, Workers& workers) : spec_(spec), workers_(workers) {}
PacketPath::~PacketPath() = default;

void PacketPath::open_socket(std::uint32_t cut) {
  refuse_busy_poll(spec_);
  socket_ = open_packet_socket();
  ignore_outgoing(socket_.get());
  open_filter(cut);
}

void PacketPath::open_filter(std::uint32_t cut) {
  const std::optional<SizedFilterSpec>& sized = spec_.path.sized_filter;
  filter_ = sized ? Filter::sized(sized->instructions, cut) : Filter(spec_.path.filter, cut);
  if (!sized || sized->place == FilterPlace::cbpf) {
    filter_.attach(socket_.get());
  } else if (sized->place == FilterPlace::user) {
    filters_itself_ = true;
  } else {
    filter_program_ = std::make_unique<SizedProgram>(*sized, cut, socket_.get(), spec_.receiver);
  }
}

std::optional<std::uint64_t> PacketPath::filtered() const {
  if (filters_itself_) return filtered_.load(std::memory_order_acquire);
  if (filter_program_) return filter_program_->unwanted();
  return std::nullopt;
}

// Of a sized filter that the kernel runs: its program as the kernel has it.
Granted PacketPath::granted() const {
  if (!spec_.path.sized_filter || filters_itself_) return {};
  if (!filter_program_) return {{"filterProgram", static_cast<double>(attached_filter_instructions(socket_.get()))}};
  const SizedProgram::Size size = filter_program_->size();
  return {{"filterProgram", static_cast<double>(size.instructions)},
          {"filterMachineBytes", static_cast<double>(size.machine_bytes)}};
}

void PacketPath::bind_socket() {
  bind_packet_socket(socket_.get(), spec_.receiver, Hears::everything);
  if (spec_.path.workers > 1) join_fanout();
}

// The first worker lets the kernel choose an id that no other group in the namespace has; the rest join by it.
void PacketPath::join_fanout() {
  const bool first = workers_.fanout_id < 0;
  // a group has a hook of its own, and takes this from its flags instead of from the sockets
  const unsigned mode = PACKET_FANOUT_LB | kIgnoreOutgoing;
  const unsigned asked =
      first ? (mode | PACKET_FANOUT_FLAG_UNIQUEID) << 16 : (mode << 16) | static_cast<unsigned>(workers_.fanout_id);
  if (setsockopt(socket_.get(), SOL_PACKET, PACKET_FANOUT, &asked, sizeof(asked)) != 0) {
    throw_errno("cannot put the socket into a PACKET_FANOUT group of " + std::to_string(spec_.path.workers), errno);
  }
  if (!first) return;
  unsigned given = 0;
  socklen_t size = sizeof(given);
  if (getsockopt(socket_.get(), SOL_PACKET, PACKET_FANOUT, &given, &size) != 0) {
    throw_errno("cannot read the id of the PACKET_FANOUT group", errno);
  }
  workers_.fanout_id = static_cast<int>(given & 0xffff);
}

tpacket_stats_v3 PacketPath::take_statistics() {
  tpacket_stats_v3 statistics{};
  socklen_t size = sizeof(statistics);
  if (getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) {
    throw_errno("cannot read PACKET_STATISTICS", errno);
  }
  return statistics;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "paths/marks.h"
#include "paths/packet_reader.h"
#include "trial/spec.h"

namespace pktpath {

using Granted = std::map<std::string, std::variant<double, std::string, bool>>;
// Packets by the name of the layer that dropped them.
using Drops = std::map<std::string, std::uint64_t>;

// What the workers of one path share.
struct Workers {
  int fanout_id = -1;  // of their PACKET_FANOUT group; the first to open chooses it
};

// One road to the program. open(), accept() and run() are called in that order from the receiver's thread, in its
// network namespace; the rest from the trial's thread.
class Path {
 public:
  virtual ~Path() = default;

  // Everything up to the point where the sender may begin. Throws Unsupported for what this kernel or device lacks.
  virtual void open() = 0;

  // Wait for the sender's connection, where there is one; false when stop was set before it came.
  virtual bool accept() { return true; }

  // Receive until stop() was called. A blocked call is interrupted by interrupt_signal().
  virtual void run() = 0;

  // Where the kernel counts, bring reader() up to date.
  virtual void refresh() {}

  // Adds what it has counted of each flow since it was opened, where that is its task. The reader has to be quiet.
  virtual void add_flows(FlowCounts& counts) const {
    if (reader_.flows() != nullptr) reader_.flows()->add_to(counts);
  }

  // What the path's own counters have as dropped since the last call.
  virtual Drops take_drops() { return {}; }

  // Whether the path wants a frame like this one; the same program that it gave the kernel.
  virtual bool wants(const std::uint8_t* /*frame*/, std::size_t /*size*/) const { return true; }
  virtual bool has_filter() const { return false; }

  // Packets that a filter has taken out since the path was opened, where somebody counts them: an eBPF program, or the
  // reader itself.
  virtual std::optional<std::uint64_t> filtered() const { return std::nullopt; }

  // Whether reader() has the system calls that brought the packets; a library keeps its own to itself.
  virtual bool counts_system_calls() const { return true; }

  // What the kernel granted of what was asked.
  virtual Granted granted() const { return {}; }

  virtual void stop() { stop_.store(true, std::memory_order_release); }

  PacketReader& reader() { return reader_; }
  Marks& marks() { return marks_; }

 protected:
  bool stopped() const { return stop_.load(std::memory_order_acquire); }

  PacketReader reader_;
  Marks marks_;

 private:
  std::atomic<bool> stop_{false};
};

std::unique_ptr<Path> make_path(const TrialSpec& spec, Workers& workers);

std::unique_ptr<Path> make_tcp_path(const TrialSpec& spec);
std::unique_ptr<Path> make_udp_path(const TrialSpec& spec);
std::unique_ptr<Path> make_udp_recvmmsg_path(const TrialSpec& spec);
std::unique_ptr<Path> make_packet_recvfrom_path(const TrialSpec& spec, Workers& workers);
std::unique_ptr<Path> make_packet_recvmmsg_path(const TrialSpec& spec, Workers& workers);
std::unique_ptr<Path> make_sock_packet_path(const TrialSpec& spec);
std::unique_ptr<Path> make_tpacket_v1_path(const TrialSpec& spec, Workers& workers);
std::unique_ptr<Path> make_tpacket_v2_path(const TrialSpec& spec, Workers& workers);
std::unique_ptr<Path> make_tpacket_v3_path(const TrialSpec& spec, Workers& workers);
std::unique_ptr<Path> make_libpcap_path(const TrialSpec& spec);
std::unique_ptr<Path> make_af_xdp_path(const TrialSpec& spec);
std::unique_ptr<Path> make_xdp_count_path(const TrialSpec& spec);
std::unique_ptr<Path> make_tc_count_path(const TrialSpec& spec);
std::unique_ptr<Path> make_socket_filter_count_path(const TrialSpec& spec);

}  // namespace pktpath

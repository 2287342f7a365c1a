// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include "paths/marks.h"
#include "paths/packet_reader.h"
#include "trial/spec.h"

namespace pktpath {

using Granted = std::map<std::string, std::variant<double, std::string, bool>>;

// One road to the program. open(), accept() and run() are called in that order from the receiver's thread, in its
// network namespace; the rest from the trial's thread.
class Path {
 public:
  virtual ~Path() = default;

  // Everything up to the point where the sender may begin.
  virtual void open() = 0;

  // Wait for the sender's connection, where there is one; false when stop was set before it came.
  virtual bool accept() { return true; }

  // Receive until stop() was called. A blocked call is interrupted by interrupt_signal().
  virtual void run() = 0;

  // Drops that the socket counted since the last call.
  virtual std::uint64_t take_socket_drops() { return 0; }

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

std::unique_ptr<Path> make_path(const TrialSpec& spec);

std::unique_ptr<Path> make_tcp_path(const TrialSpec& spec);
std::unique_ptr<Path> make_packet_recvfrom_path(const TrialSpec& spec);
std::unique_ptr<Path> make_libpcap_path(const TrialSpec& spec);

}  // namespace pktpath

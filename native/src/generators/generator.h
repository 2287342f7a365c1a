// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/histogram.h"
#include "trial/spec.h"

namespace pktpath {

struct Sending {
  std::uint64_t sent = 0;    // packets (TCP: messages) handed to the kernel
  std::uint64_t wanted = 0;  // those of them that a sized filter takes
  std::uint64_t bytes = 0;
  std::map<std::string, std::uint64_t> refused;  // those of them that the device refused at once, by errno
  std::uint64_t elapsed_ns = 0;
  Histogram lateness;
  std::uint64_t lateness_max_ns = 0;
  std::optional<std::string> output;  // what another program that sent has printed
};

// How far a running send() has come, for another thread to look at.
struct Progress {
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> lateness_max_ns{0};
};

// Sends stamped packets. open() and send() are called from the sender's thread, in its network namespace.
class Generator {
 public:
  virtual ~Generator() = default;
  virtual void open() = 0;

  // Sequence numbers go on from one call to the next. Ends at `packets`, at `max_duration_ns`, or on abort.
  virtual Sending send(std::uint64_t packets, double packets_per_second, std::uint64_t max_duration_ns,
                       const std::atomic<bool>& abort) = 0;

  // The whole frame of this sequence number as it goes on the wire; zero where only the kernel or the clock
  // knows (send time, IP identification, checksums). Empty when that is not known.
  virtual std::vector<std::uint8_t> frame(std::uint32_t /*sequence*/) const { return {}; }

  const Progress& progress() const { return progress_; }

 protected:
  Progress progress_;
};

std::unique_ptr<Generator> make_generator(const TrialSpec& spec);

std::unique_ptr<Generator> make_raw_generator(const TrialSpec& spec);
std::unique_ptr<Generator> make_udp_generator(const TrialSpec& spec);
std::unique_ptr<Generator> make_tcp_message_generator(const TrialSpec& spec);
std::unique_ptr<Generator> make_tcp_bulk_generator(const TrialSpec& spec);
std::unique_ptr<Generator> make_tx_ring_generator(const TrialSpec& spec);
std::unique_ptr<Generator> make_af_xdp_generator(const TrialSpec& spec);
std::unique_ptr<Generator> make_live_frames_generator(const TrialSpec& spec);
std::unique_ptr<Generator> make_command_generator(const TrialSpec& spec);

}  // namespace pktpath

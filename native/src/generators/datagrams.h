// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/socket.h>

#include "generators/frame.h"
#include "generators/generator.h"
#include "generators/pacer.h"
#include "support/file_descriptor.h"

namespace pktpath {

// What a batch that sendmmsg(2) took in part says of the packet at which it ended. The call keeps that packet's error
// to itself (__sys_sendmmsg, net/socket.c).
enum class Refusal {
  // AF_PACKET past the qdisc: the packet was handed to the device, which refused and counted it
  by_device,
  // UDP: what the device refuses, udp_send_skb() keeps to itself; the packet has not been handed over
  untold,
};

// Packets on a connected or bound socket: one send(2) a packet, or `batch` packets a sendmmsg(2). `packet` is what is
// given to the socket. A subclass opens the socket.
class DatagramGenerator : public Generator {
 public:
  DatagramGenerator(const TrialSpec& spec, FrameTemplate packet, Refusal refusal);

  Sending send(std::uint64_t packets, double packets_per_second, std::uint64_t max_duration_ns,
               const std::atomic<bool>& abort) override;

 protected:
  FileDescriptor socket_;

 private:
  std::uint8_t* at(std::size_t index) { return packets_.data() + index * size_; }
  // How many of so many packets were handed over: fewer only when a blocked call was told to end.
  std::size_t send_one(Sending& sending, const std::atomic<bool>& abort);
  std::size_t send_batch(std::size_t count, Sending& sending, const std::atomic<bool>& abort);

  std::size_t size_;
  FrameTemplate template_;
  bool batched_;
  std::size_t batch_;
  Refusal refusal_;
  Pacing pacing_;
  std::vector<std::uint8_t> packets_;  // a batch of them, one after the other
  std::vector<iovec> places_;
  std::vector<mmsghdr> messages_;
  std::uint32_t sequence_ = 0;
};

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/socket.h>

#include "paths/path.h"
#include "trial/spec.h"

namespace pktpath {

// Flags of a receive call: one that spins never sleeps in it, nor does one that sleeps in epoll_wait.
constexpr int receive_flags(Waiting waiting) {
  return waiting == Waiting::spin || waiting == Waiting::irq_suspend ? MSG_DONTWAIT : 0;
}

// For paths whose readers sleep in the receive call alone: throws Unsupported when the spec wants interrupts suspended.
void refuse_irq_suspend(const TrialSpec& spec);

// Lets the receive calls of a UDP or TCP socket poll its device, when the spec says so.
void set_up_busy_poll(int socket, const TrialSpec& spec);

// The NAPI instance that a busy-polling socket has polled, as `napiId`; nothing for one that does not. Throws
// Unsupported when its packets have named none: its calls have slept, whatever the options say.
void add_napi_id(int socket, const TrialSpec& spec, Granted& granted);

// AF_PACKET sockets cannot busy-poll, by themselves or through epoll: throws Unsupported when the spec asks for it.
void refuse_busy_poll(const TrialSpec& spec);

}  // namespace pktpath

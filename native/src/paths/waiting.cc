// SPDX-License-Identifier: GPL-2.0-only
#include "paths/waiting.h"

#include <cerrno>

#include "support/error.h"

namespace pktpath {
namespace {

constexpr int kBusyPollUs = 50;  // what Documentation/networking/napi.rst and the man pages propose: net.core.busy_read

}  // namespace

void set_up_busy_poll(int socket, const TrialSpec& spec) {
  if (spec.path.waiting != Waiting::busy_poll) return;
  const int one = 1;
  if (setsockopt(socket, SOL_SOCKET, SO_BUSY_POLL, &kBusyPollUs, sizeof(kBusyPollUs)) != 0) {
    throw_unsupported("cannot set SO_BUSY_POLL", errno);
  }
  if (setsockopt(socket, SOL_SOCKET, SO_PREFER_BUSY_POLL, &one, sizeof(one)) != 0) {
    throw_unsupported("cannot set SO_PREFER_BUSY_POLL", errno);
  }
}

void refuse_irq_suspend(const TrialSpec& spec) {
  if (spec.path.waiting != Waiting::irq_suspend) return;
  throw Unsupported("interrupts are suspended for readers of udp and udp-recvmmsg, not on the path " + spec.path.name);
}

void add_napi_id(int socket, const TrialSpec& spec, Granted& granted) {
  if (spec.path.waiting != Waiting::busy_poll && spec.path.waiting != Waiting::irq_suspend) return;
  unsigned id = 0;
  socklen_t size = sizeof(id);
  if (getsockopt(socket, SOL_SOCKET, SO_INCOMING_NAPI_ID, &id, &size) != 0) {
    throw_unsupported("cannot read SO_INCOMING_NAPI_ID", errno);
  }
  if (id == 0) {
    throw Unsupported("busy polling cannot work on " + spec.receiver.interface +
                      ": its packets name no NAPI instance (veth without GRO hands them to the backlog)");
  }
  granted["napiId"] = static_cast<double>(id);
}

void refuse_busy_poll(const TrialSpec& spec) {
  refuse_irq_suspend(spec);
  if (spec.path.waiting != Waiting::busy_poll) return;
  throw Unsupported("busy polling cannot work on the path " + spec.path.name +
                    ": AF_PACKET sockets do not learn the NAPI instance of their packets; use sleep or spin");
}

}  // namespace pktpath

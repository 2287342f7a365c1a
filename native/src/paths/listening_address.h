// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include "support/error.h"
#include "trial/spec.h"

namespace pktpath {

// Where the receiver listens. Throws Error when its address is none.
inline sockaddr_in listening_address(const TrialSpec& spec) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(spec.port);
  if (inet_pton(AF_INET, spec.receiver.address.c_str(), &address.sin_addr) != 1) {
    throw Error("'" + spec.receiver.address + "' is no IPv4 address");
  }
  return address;
}

}  // namespace pktpath

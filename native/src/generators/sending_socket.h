// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "support/file_descriptor.h"
#include "trial/spec.h"

namespace pktpath {

// An AF_PACKET socket that sends whole frames through the interface, past the qdisc, and receives nothing.
FileDescriptor open_sending_socket(const EndpointSpec& sender);

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>

#include "support/file_descriptor.h"
#include "trial/spec.h"

namespace pktpath {

// An AF_PACKET socket of whole frames that hears nothing: it has protocol 0 until it is bound to an interface, so that no
// packet of another one gets in, and none before its filter is on.
FileDescriptor open_packet_socket();

// Binds it to an interface, for all protocols or, for one that only sends, for none.
enum class Hears { everything, nothing };
void bind_packet_socket(int socket, const EndpointSpec& on, Hears hears);

}  // namespace pktpath

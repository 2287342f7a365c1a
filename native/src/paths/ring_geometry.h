// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "paths/path.h"

namespace pktpath {

// The receive ring of a packet socket as the kernel has it, whoever asked for it: `blocks`, `blockBytes`, `frameBytes`,
// and for TPACKET_V3 `blockTimeoutMs`, which the kernel works out from the link's speed when 0 is asked. From
// sock_diag(7), as ss(8) does; call it in the socket's network namespace. Empty where the kernel was built without
// CONFIG_PACKET_DIAG. Throws Error.
Granted ring_geometry(int socket);

}  // namespace pktpath

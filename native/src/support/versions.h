// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

namespace pktpath {

// Of the libraries at run time. Each is defined beside the code that uses the library: the two headers define the same
// struct names and cannot meet in one file.
std::string libbpf_version();
std::string libpcap_version();

}  // namespace pktpath

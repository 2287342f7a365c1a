// SPDX-License-Identifier: GPL-2.0-only
#include "generators/connect.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "support/error.h"

namespace pktpath {

FileDescriptor connect_to(const std::string& address, std::uint16_t port, int type) {
  FileDescriptor connection(socket(AF_INET, type | SOCK_CLOEXEC, 0));
  if (!connection) throw_errno("cannot open a sending socket", errno);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) throw Error("'" + address + "' is no IPv4 address");
  if (connect(connection.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
    throw_errno("cannot connect to " + address + ":" + std::to_string(port), errno);
  }
  return connection;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include "support/generic_netlink.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>

#include "support/error.h"

namespace pktpath {
namespace {

constexpr std::size_t kHeaders = NLMSG_HDRLEN + GENL_HDRLEN;
// The kernel's own limit for one answer of a list (NLMSG_GOODSIZE is less).
constexpr std::size_t kAnswer = 65536;
// The kernel answers within the call; only a broken one would leave us waiting.
constexpr timeval kPatience{5, 0};

NetlinkAttributes attributes_of(const std::byte* at, std::size_t size) {
  NetlinkAttributes attributes;
  while (size >= NLA_HDRLEN) {
    nlattr header{};
    std::memcpy(&header, at, sizeof(header));
    if (header.nla_len < NLA_HDRLEN || header.nla_len > size) break;
    const auto type = static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK);
    attributes[type].assign(at + NLA_HDRLEN, at + header.nla_len);
    const std::size_t step = std::min<std::size_t>(NLA_ALIGN(header.nla_len), size);
    at += step;
    size -= step;
  }
  return attributes;
}

}  // namespace

std::uint64_t attribute_number(const std::vector<std::byte>& bytes) {
  if (bytes.size() != sizeof(std::uint32_t) && bytes.size() != sizeof(std::uint64_t)) return 0;
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());  // little-endian, as is every machine that pktpath runs on
  return number;
}

GenericNetlink::Request::Request(std::uint16_t family, std::uint8_t command, std::uint16_t flags) : bytes_(kHeaders) {
  nlmsghdr header{};
  header.nlmsg_type = family;
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  genlmsghdr generic{};
  generic.cmd = command;
  generic.version = 1;
  std::memcpy(bytes_.data(), &header, sizeof(header));
  std::memcpy(bytes_.data() + NLMSG_HDRLEN, &generic, sizeof(generic));
}

GenericNetlink::Request& GenericNetlink::Request::add(std::uint16_t type, const void* bytes, std::size_t size) {
  const nlattr header{static_cast<std::uint16_t>(NLA_HDRLEN + size), type};
  const std::size_t at = bytes_.size();
  bytes_.resize(at + NLA_ALIGN(NLA_HDRLEN + size));
  std::memcpy(bytes_.data() + at, &header, sizeof(header));
  std::memcpy(bytes_.data() + at + NLA_HDRLEN, bytes, size);
  return *this;
}

GenericNetlink::GenericNetlink() : socket_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC)) {
  if (!socket_) throw_errno("cannot open a generic netlink socket", errno);
  if (setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience)) != 0) {
    throw_errno("cannot bound the wait on a netlink socket", errno);
  }
}

std::uint16_t GenericNetlink::family(const std::string& name) const {
  Request request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
  request.add(CTRL_ATTR_FAMILY_NAME, name.c_str(), name.size() + 1);
  std::vector<NetlinkAttributes> answers;
  const int error = exchange(request, answers);
  if (error == ENOENT) throw Unsupported("this kernel has no generic netlink family " + name);
  if (error != 0) throw_errno("cannot ask for the generic netlink family " + name, error);
  for (const NetlinkAttributes& answer : answers) {
    const auto id = answer.find(CTRL_ATTR_FAMILY_ID);
    if (id == answer.end() || id->second.size() != sizeof(std::uint16_t)) continue;
    std::uint16_t number = 0;
    std::memcpy(&number, id->second.data(), sizeof(number));
    return number;
  }
  throw Error("the kernel does not say which number the generic netlink family " + name + " has");
}

std::vector<NetlinkAttributes> GenericNetlink::ask(Request request, const std::string& what) const {
  std::vector<NetlinkAttributes> answers;
  const int error = exchange(request, answers);
  if (error != 0) throw_errno(what, error);
  return answers;
}

int GenericNetlink::exchange(Request& request, std::vector<NetlinkAttributes>& answers) const {
  nlmsghdr header{};
  std::memcpy(&header, request.bytes_.data(), sizeof(header));
  header.nlmsg_len = static_cast<std::uint32_t>(request.bytes_.size());
  std::memcpy(request.bytes_.data(), &header, sizeof(header));
  if (send(socket_.get(), request.bytes_.data(), request.bytes_.size(), 0) < 0) return errno;
  std::vector<std::byte> buffer(kAnswer);
  for (;;) {
    const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    const std::byte* at = buffer.data();
    auto left = static_cast<std::size_t>(got);
    while (left >= NLMSG_HDRLEN) {
      nlmsghdr answer{};
      std::memcpy(&answer, at, sizeof(answer));
      if (answer.nlmsg_len < NLMSG_HDRLEN || answer.nlmsg_len > left) return EBADMSG;
      if (answer.nlmsg_type == NLMSG_DONE) return 0;
      if (answer.nlmsg_type == NLMSG_ERROR) {
        int error = 0;
        if (answer.nlmsg_len < NLMSG_HDRLEN + sizeof(error)) return EBADMSG;
        std::memcpy(&error, at + NLMSG_HDRLEN, sizeof(error));
        return -error;
      }
      if (answer.nlmsg_len >= kHeaders) answers.push_back(attributes_of(at + kHeaders, answer.nlmsg_len - kHeaders));
      const std::size_t step = std::min<std::size_t>(NLMSG_ALIGN(answer.nlmsg_len), left);
      at += step;
      left -= step;
    }
  }
}

}  // namespace pktpath

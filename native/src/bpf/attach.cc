// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/attach.h"

#include <linux/if_link.h>

#include <cerrno>
#include <thread>

#include "support/error.h"
#include "support/thread_setup.h"

namespace pktpath {
namespace {

// What a driver or an older kernel answers to what it does not have: no XDP (EOPNOTSUPP), no links (EINVAL), an MTU or a
// number of queues that XDP does not take (ERANGE, ENOSPC; veth_xdp_set).
bool is_lack(int error) { return error == EOPNOTSUPP || error == EINVAL || error == ERANGE || error == ENOSPC; }

bpf_tc_hook hook_on(const EndpointSpec& endpoint) {
  LIBBPF_OPTS(bpf_tc_hook, hook);
  hook.ifindex = static_cast<int>(endpoint.interface_index);
  hook.attach_point = BPF_TC_INGRESS;
  return hook;
}

void destroy_clsact(const EndpointSpec& endpoint) {
  bpf_tc_hook hook = hook_on(endpoint);
  hook.attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS);  // the qdisc, filters and all
  bpf_tc_hook_destroy(&hook);
}

}  // namespace

void load_or_unsupported(Object& object) {
  try {
    object.load();
  } catch (const Error& error) {
    throw Unsupported(error.what());
  }
}

XdpAttachment::XdpAttachment(int program_fd, const EndpointSpec& on, XdpMode mode) {
  const bool generic = mode == XdpMode::generic;
  const std::string what = std::string(generic ? "generic" : "native") + " XDP on " + on.interface;
  LIBBPF_OPTS(bpf_link_create_opts, options);
  options.flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
  const int link = bpf_link_create(program_fd, static_cast<int>(on.interface_index), BPF_XDP, &options);
  if (link < 0) {
    const int error = -link;
    if (is_lack(error)) throw_unsupported("cannot attach " + what, error);
    throw_errno("cannot attach " + what, error);
  }
  link_ = FileDescriptor(link);
  LIBBPF_OPTS(bpf_xdp_query_opts, query);
  const int error = bpf_xdp_query(static_cast<int>(on.interface_index), 0, &query);
  if (error != 0) throw_errno("cannot read back the mode of " + what, -error);
  if (query.attach_mode != (generic ? XDP_ATTACHED_SKB : XDP_ATTACHED_DRV)) {
    throw Error("asked for " + what + ", the kernel attached in mode " + std::to_string(query.attach_mode));
  }
  mode_ = generic ? "generic" : "native";
}

TcAttachment::TcAttachment(int program_fd, const EndpointSpec& on) : on_(on) {
  bpf_tc_hook hook = hook_on(on);
  int error = bpf_tc_hook_create(&hook);
  if (error == -EEXIST) throw_errno("somebody else has a clsact qdisc on " + on.interface, -error);
  if (error != 0) throw_unsupported("cannot create a clsact qdisc on " + on.interface, -error);
  LIBBPF_OPTS(bpf_tc_opts, options);
  options.prog_fd = program_fd;
  error = bpf_tc_attach(&hook, &options);
  if (error != 0) {
    destroy_clsact(on);
    throw_unsupported("cannot attach a BPF classifier at tc ingress of " + on.interface, -error);
  }
}

TcAttachment::~TcAttachment() {
  // libbpf's netlink socket belongs to the namespace of the thread that asks, and this one may be anywhere
  std::thread([this] {
    try {
      enter_netns(on_.netns);
      destroy_clsact(on_);
    } catch (const Error&) {
      // the namespace is gone, and the qdisc with it
    }
  }).join();
}

}  // namespace pktpath

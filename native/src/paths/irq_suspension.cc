// SPDX-License-Identifier: GPL-2.0-only
#include "paths/irq_suspension.h"

#include <linux/netlink.h>

#include <algorithm>
#include <string>

#include "support/error.h"

namespace pktpath {
namespace {

// include/uapi/linux/netdev.h of 6.13, which this machine's headers may not have.
constexpr std::uint8_t kNapiGet = 11;
constexpr std::uint8_t kNapiSet = 14;
constexpr std::uint16_t kIfindex = 1;
constexpr std::uint16_t kNapiId = 2;
constexpr std::uint16_t kIrqSuspendTimeout = 7;

// How long a reader may take over what it found before the kernel takes the device back: 20 ms, as in the measurements of
// the series that brought it ("Suspend IRQs during application busy periods", Karsten and Damato, 6.13).
constexpr std::uint64_t kTimeoutNs = 20'000'000;

}  // namespace

IrqSuspension::IrqSuspension(std::uint32_t interface_index)
    : family_(netlink_.family("netdev")), interface_index_(interface_index), before_(instances()) {
  try {
    for (const Instance& instance : before_) set(instance.id, kTimeoutNs);
  } catch (...) {
    put_back();
    throw;
  }
}

IrqSuspension::~IrqSuspension() { put_back(); }

std::uint64_t IrqSuspension::granted_ns() const {
  const std::vector<Instance> now = instances();
  const auto least = std::min_element(now.begin(), now.end(),
                                      [](const Instance& a, const Instance& b) { return a.timeout_ns < b.timeout_ns; });
  return least->timeout_ns;
}

// Never empty.
std::vector<IrqSuspension::Instance> IrqSuspension::instances() const {
  GenericNetlink::Request request(family_, kNapiGet, NLM_F_DUMP);
  request.add(kIfindex, interface_index_);
  std::vector<Instance> found;
  for (const NetlinkAttributes& answer : netlink_.ask(request, "cannot list the NAPI instances of the interface")) {
    const auto id = answer.find(kNapiId);
    const auto timeout = answer.find(kIrqSuspendTimeout);
    if (id == answer.end()) continue;
    if (timeout == answer.end()) throw Unsupported("this kernel has no irq-suspend-timeout (Linux 6.13 and later do)");
    const auto number = static_cast<std::uint32_t>(attribute_number(id->second));
    found.push_back({number, attribute_number(timeout->second)});
  }
  if (found.empty()) {
    throw Unsupported("interrupts cannot be suspended: the interface has no NAPI instance (veth without GRO has none)");
  }
  return found;
}

void IrqSuspension::set(std::uint32_t id, std::uint64_t timeout_ns) const {
  GenericNetlink::Request request(family_, kNapiSet, NLM_F_ACK);
  request.add(kNapiId, id).add(kIrqSuspendTimeout, timeout_ns);
  netlink_.ask(request, "cannot set the irq-suspend-timeout of NAPI instance " + std::to_string(id));
}

// An interface that has gone has taken its settings with it.
void IrqSuspension::put_back() const noexcept {
  for (const auto& [id, timeout_ns] : before_) {
    try {
      set(id, timeout_ns);
    } catch (const Error&) {
      continue;
    }
  }
}

}  // namespace pktpath

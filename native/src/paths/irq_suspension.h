// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <vector>

#include "support/generic_netlink.h"

namespace pktpath {

// Lets an interface's NAPI instances keep their interrupts off for as long as a reader finds packets (irq-suspend-timeout of
// the generic netlink family "netdev", Documentation/netlink/specs/netdev.yaml), and puts back what was there.
class IrqSuspension {
 public:
  // Throws Unsupported when the kernel has no such setting (before 6.13), or the interface no NAPI instance.
  explicit IrqSuspension(std::uint32_t interface_index);
  ~IrqSuspension();
  IrqSuspension(const IrqSuspension&) = delete;
  IrqSuspension& operator=(const IrqSuspension&) = delete;

  // As the kernel has it now: the least of all instances.
  std::uint64_t granted_ns() const;

 private:
  struct Instance {
    std::uint32_t id = 0;
    std::uint64_t timeout_ns = 0;
  };

  std::vector<Instance> instances() const;
  void set(std::uint32_t id, std::uint64_t timeout_ns) const;
  void put_back() const noexcept;

  GenericNetlink netlink_;
  std::uint16_t family_;
  std::uint32_t interface_index_;
  std::vector<Instance> before_;
};

}  // namespace pktpath

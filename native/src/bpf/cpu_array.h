// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <string>

#include "support/error.h"

namespace pktpath {

// A map of BPF_F_MMAPABLE in memory, one entry a possible CPU, writable: read without a system call.
template <typename Entry>
class CpuArray {
 public:
  CpuArray(int map_fd, unsigned cpus) : size_(sizeof(Entry) * cpus), cpus_(cpus) {
    void* base = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, map_fd, 0);
    if (base == MAP_FAILED) throw_errno("cannot map the entries of each CPU", errno);
    base_ = static_cast<Entry*>(base);
  }
  ~CpuArray() { munmap(base_, size_); }
  CpuArray(const CpuArray&) = delete;
  CpuArray& operator=(const CpuArray&) = delete;

  unsigned cpus() const { return cpus_; }

  Entry& operator[](int cpu) {
    if (cpu < 0 || static_cast<unsigned>(cpu) >= cpus_) throw Error("no entry for CPU " + std::to_string(cpu));
    return base_[cpu];
  }

 private:
  Entry* base_ = nullptr;
  std::size_t size_;
  unsigned cpus_;
};

}  // namespace pktpath

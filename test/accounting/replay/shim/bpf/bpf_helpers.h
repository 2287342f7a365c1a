// SPDX-License-Identifier: GPL-2.0-only
#ifndef REPLAY_BPF_HELPERS_H
#define REPLAY_BPF_HELPERS_H

// What the BPF programs ask of libbpf's headers and of the kernel, on the host: the replay plays kernel.
#include "machine.h"

#define SEC(name)
#define __uint(name, value) int(*name)[value]
#define __type(name, value) value* name
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

static inline __u64 bpf_ktime_get_ns(void) { return machine_clock(); }
static inline __u32 bpf_get_smp_processor_id(void) { return machine_cpu(); }
static inline __u64 bpf_get_current_pid_tgid(void) { return machine_tid(); }

#define bpf_map_lookup_elem(map, cpu) \
  ((const void*)(map) == (const void*)&accounts ? (void*)machine_account(*(cpu)) : (void*)machine_visits(*(cpu)))

static inline long bpf_probe_read_kernel(void* to, __u32 size, const void* from) {
  __builtin_memcpy(to, from, size);
  return 0;
}

#endif

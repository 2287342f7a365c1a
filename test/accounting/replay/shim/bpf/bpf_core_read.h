// SPDX-License-Identifier: GPL-2.0-only
#ifndef REPLAY_BPF_CORE_READ_H
#define REPLAY_BPF_CORE_READ_H

// The replay's kernel has the types of types.h, nothing moved.
#define bpf_core_field_exists(field) 1
#define BPF_CORE_READ(pointer, field) core_read_##field(pointer)
#define core_read_state(task) ((task)->state)
#define core_read_dev(holder) ((holder)->dev)
#define core_read_len(skb) ((skb)->len)
#define core_read_ifindex(device) ((device)->ifindex)
// what a socket holds lies at no offset that two of these types agree on
#define core_read_rcv_nxt(sk) ((void)(sk), machine_receive_next)
// asked for one field only
#define bpf_core_field_offset(field) __builtin_offsetof(struct sk_buff, cb)

#endif

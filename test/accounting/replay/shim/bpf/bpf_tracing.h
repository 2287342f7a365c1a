// SPDX-License-Identifier: GPL-2.0-only
#ifndef REPLAY_BPF_TRACING_H
#define REPLAY_BPF_TRACING_H

// A program is a plain function of its tracepoint's arguments.
#define BPF_PROG(name, ...) name(__VA_ARGS__)
#define BPF_KPROBE(name, ...) name(__VA_ARGS__)
#define BPF_KRETPROBE(name, ...) name(__VA_ARGS__)

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_REGISTERS_H
#define PKTPATH_REGISTERS_H

/*
 * What a kprobe's program is given, by the names that bpf_tracing.h reads: struct bpf_user_pt_regs_t of the kernel's
 * interface, which does not move.
 */
#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	unsigned long orig_rax, rip, cs, eflags, rsp, ss;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	unsigned long long regs[31], sp, pc, pstate;
};
struct pt_regs;
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_X86_H
#define PKTPATH_X86_H

#include <stddef.h>
#include <stdint.h>

/* What an instruction may do to the flow of control, as far as the state machine cares. */
enum x86_flow {
	FLOW_NONE,
	FLOW_RET,
	FLOW_JUMP,        /* to a fixed target */
	FLOW_INDIRECT,    /* to one in a register or in memory */
	FLOW_CONDITIONAL, /* to a fixed target, or not */
	FLOW_IRET,
	FLOW_SYSRET,
};

struct x86_insn {
	enum x86_flow flow;
	uint64_t target; /* of FLOW_JUMP and FLOW_CONDITIONAL */
	int repeats;     /* a string instruction with a repeat prefix */
};

/* Opcodes: Intel SDM volume 2, appendix A. */
struct x86_insn x86_decode(const uint8_t *bytes, size_t size, uint64_t address);

#endif

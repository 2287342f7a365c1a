// SPDX-License-Identifier: GPL-2.0-only
#include "x86.h"

#include <string.h>

static int64_t displacement(const uint8_t *bytes, size_t size)
{
	int8_t byte;
	int32_t word;

	if (size == 1) {
		memcpy(&byte, bytes, 1);
		return byte;
	}
	memcpy(&word, bytes, 4);
	return word;
}

struct x86_insn x86_decode(const uint8_t *bytes, size_t size, uint64_t address)
{
	struct x86_insn insn = { FLOW_NONE, 0, 0 };
	uint64_t next = address + size;
	int repeat = 0;
	size_t i = 0;
	uint8_t op;

	/* legacy prefixes: segments, sizes, lock and repeat; then REX */
	for (; i < size; i++) {
		op = bytes[i];
		if (op == 0xf2 || op == 0xf3)
			repeat = 1;
		else if (op != 0x2e && op != 0x36 && op != 0x3e && op != 0x26 && op != 0x64 && op != 0x65 && op != 0x66 &&
			 op != 0x67 && op != 0xf0)
			break;
	}
	if (i < size && (bytes[i] & 0xf0) == 0x40)
		i++;
	if (i >= size)
		return insn;
	op = bytes[i++];
	if (op == 0xc3 || op == 0xc2) {
		insn.flow = FLOW_RET;
	} else if (op == 0xcf) {
		insn.flow = FLOW_IRET;
	} else if ((op == 0xe9 && size - i == 4) || (op == 0xeb && size - i == 1)) {
		insn.flow = FLOW_JUMP;
		insn.target = next + (uint64_t)displacement(bytes + i, size - i);
	} else if ((op & 0xf0) == 0x70 && size - i == 1) {
		insn.flow = FLOW_CONDITIONAL;
		insn.target = next + (uint64_t)displacement(bytes + i, 1);
	} else if (op == 0xff && i < size && ((bytes[i] >> 3) & 7) == 4) {
		insn.flow = FLOW_INDIRECT;
	} else if (op == 0x0f && i < size) {
		op = bytes[i++];
		if (op == 0x07) {
			insn.flow = FLOW_SYSRET;
		} else if ((op & 0xf0) == 0x80 && size - i == 4) {
			insn.flow = FLOW_CONDITIONAL;
			insn.target = next + (uint64_t)displacement(bytes + i, 4);
		}
	} else if (repeat && ((op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf))) {
		insn.repeats = 1;
	}
	return insn;
}

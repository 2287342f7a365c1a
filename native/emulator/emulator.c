// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator tier: a plugin for QEMU's TCG that tells the referee what the guest does, and writes its account when
 * the guest says that a window has closed. Nothing in the guest is touched; one CPU, with -icount.
 *
 *   -plugin pktpath_emulator.so,plan=FILE,out=FILE
 */
#include "cache.h"
#include "plan.h"
#include "qemu_plugin_api.h"
#include "referee.h"
#include "x86.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = QEMU_PLUGIN_API_VERSION;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);

static struct referee *referee;
static struct plan plan;
static char out_path[4096];
static struct cache l1, l2;

/* ---- what the guest does ---- */

static void on_enter(unsigned vcpu, void *scope)
{
	(void)vcpu;
	referee_enter(referee, scope);
}

/* QEMU calls before it counts, and an instruction that leaves still belongs to what it leaves. */
static void on_leave(unsigned vcpu, void *scope)
{
	(void)vcpu;
	++*referee_counter(referee, INSTRUCTIONS);
	referee_leave(referee, scope);
}

static void on_iret(unsigned vcpu, void *unused)
{
	(void)vcpu, (void)unused;
	++*referee_counter(referee, INSTRUCTIONS);
	referee_iret(referee);
}

static void on_sysret(unsigned vcpu, void *unused)
{
	(void)vcpu, (void)unused;
	++*referee_counter(referee, INSTRUCTIONS);
	referee_sysret(referee);
}

/* Whole or not at all: the reader of the file looks at it as soon as the guest has answered. */
static void write_account(void)
{
	char temporary[sizeof(out_path) + 8];
	FILE *out;
	int fine;

	snprintf(temporary, sizeof(temporary), "%s.tmp", out_path);
	out = fopen(temporary, "we");
	if (!out) {
		fprintf(stderr, "pktpath_emulator: cannot write %s\n", temporary);
		return;
	}
	referee_write(referee, out);
	fine = !ferror(out);
	fine = fclose(out) == 0 && fine;
	if (!fine || rename(temporary, out_path) != 0) {
		fprintf(stderr, "pktpath_emulator: cannot write %s\n", out_path);
		unlink(temporary);
	}
}

static bool want_own_data;

static void on_place(unsigned vcpu, void *data)
{
	(void)vcpu;
	switch ((enum place_kind)(uintptr_t)data) {
	case PLACE_EXCEPTION:
		referee_exception(referee);
		break;
	case PLACE_SYSCALL:
		referee_syscall(referee);
		want_own_data = true; /* its first store goes to the CPU's own data */
		break;
	case PLACE_READER:
		referee_marker(referee, MARKER_READER);
		break;
	case PLACE_OPEN:
		referee_marker(referee, MARKER_OPEN);
		break;
	case PLACE_CLOSE:
		if (referee_marker(referee, MARKER_CLOSE))
			write_account();
		break;
	}
}

/*
 * __switch_to_asm(prev, next) saves the stack pointer in prev and loads that of next: its first load is of a field of
 * the next task, and so tells it from all others.
 */
static bool switching;

static void on_switch(unsigned vcpu, void *unused)
{
	(void)vcpu, (void)unused;
	switching = true;
}

static void on_switch_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *unused)
{
	(void)vcpu, (void)unused;
	if (!switching || qemu_plugin_mem_is_store(info))
		return;
	switching = false;
	referee_switch(referee, vaddr);
}

static void on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *unused)
{
	bool store = qemu_plugin_mem_is_store(info);
	struct qemu_plugin_hwaddr *where;
	uint64_t address;

	(void)vcpu, (void)unused;
	if (want_own_data && store) {
		referee_own_data(referee, vaddr);
		want_own_data = false;
	}
	if (referee_wants_address(referee))
		referee_address(referee, vaddr, store);
	if (!referee_is_open(referee))
		return;
	++*referee_counter(referee, store ? STORES : LOADS);
	where = qemu_plugin_get_hwaddr(info, vaddr);
	if (where && qemu_plugin_hwaddr_is_io(where)) {
		++*referee_counter(referee, DEVICE_ACCESSES);
		return;
	}
	address = where ? qemu_plugin_hwaddr_phys_addr(where) : vaddr;
	if (cache_access(&l1, address))
		return;
	++*referee_counter(referee, L1_MISSES);
	if (!cache_access(&l2, address))
		++*referee_counter(referee, L2_MISSES);
}

/* ---- translation ---- */

static bool leaves(const struct scope *scope, const struct x86_insn *insn)
{
	switch (insn->flow) {
	case FLOW_RET:
	case FLOW_INDIRECT:
		return true;
	case FLOW_JUMP:
		return !plan_within(&plan, scope, insn->target);
	default:
		return false;
	}
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		struct x86_insn decoded =
			x86_decode(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn), address);
		bool in_switch = address >= plan.switch_start && address < plan.switch_end;
		struct scope *scope = plan_entry(&plan, address);
		bool counted = false;

		if (scope)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_enter, QEMU_PLUGIN_CB_NO_REGS, scope);
		for (unsigned p = 0; p < plan.nr_places; p++)
			if (plan.places[p].address == address)
				qemu_plugin_register_vcpu_insn_exec_cb(insn, on_place, QEMU_PLUGIN_CB_NO_REGS,
								       (void *)(uintptr_t)plan.places[p].kind);
		if (address == plan.switch_start)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_switch, QEMU_PLUGIN_CB_NO_REGS, NULL);

		scope = decoded.flow == FLOW_NONE ? NULL : plan_scope(&plan, address);
		if (scope && leaves(scope, &decoded)) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_leave, QEMU_PLUGIN_CB_NO_REGS, scope);
			counted = true;
		} else if (decoded.flow == FLOW_IRET) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_iret, QEMU_PLUGIN_CB_NO_REGS, NULL);
			counted = true;
		} else if (decoded.flow == FLOW_SYSRET) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_sysret, QEMU_PLUGIN_CB_NO_REGS, NULL);
			counted = true;
		}
		if (!counted)
			qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
								   referee_counter(referee, INSTRUCTIONS), 1);
		if (decoded.repeats)
			qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
								   referee_counter(referee, REPEATS), 1);
		qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
		if (in_switch)
			qemu_plugin_register_vcpu_mem_cb(insn, on_switch_access, QEMU_PLUGIN_CB_NO_REGS,
							 QEMU_PLUGIN_MEM_RW, NULL);
	}
}

static const char *value_of(const char *argument, const char *key)
{
	size_t length = strlen(key);

	return strncmp(argument, key, length) == 0 && argument[length] == '=' ? argument + length + 1 : NULL;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	const char *plan_path = NULL, *out = NULL;

	for (int i = 0; i < argc; i++) {
		plan_path = value_of(argv[i], "plan") ? value_of(argv[i], "plan") : plan_path;
		out = value_of(argv[i], "out") ? value_of(argv[i], "out") : out;
	}
	if (!plan_path || !out || strlen(out) >= sizeof(out_path)) {
		fprintf(stderr, "pktpath_emulator: needs plan=FILE,out=FILE\n");
		return 1;
	}
	if (!info->system_emulation || info->system.smp_vcpus != 1 || strcmp(info->target_name, "x86_64") != 0) {
		fprintf(stderr, "pktpath_emulator: one x86-64 CPU, emulated as a system, is what it follows\n");
		return 1;
	}
	strcpy(out_path, out);
	referee = referee_new();
	/* sizes of a server core of the years around 2020 */
	if (!referee || !cache_init(&l1, 32 << 10, 8) || !cache_init(&l2, 1 << 20, 16)) {
		fprintf(stderr, "pktpath_emulator: out of memory\n");
		return 1;
	}
	if (!plan_read(&plan, referee, plan_path))
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}

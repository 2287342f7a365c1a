// SPDX-License-Identifier: GPL-2.0-only
#include "plan.h"

#include <inttypes.h>
#include <string.h>

static const char *const kinds[NR_SCOPE_KINDS] = {
	[SCOPE_PLAIN] = "plain",	 [SCOPE_MARK] = "mark",	      [SCOPE_IRQ] = "irq",
	[SCOPE_DRIVER_IRQ] = "driver-irq", [SCOPE_POLL] = "poll",     [SCOPE_BACKLOG] = "backlog",
	[SCOPE_NET_RX] = "net-rx",	 [SCOPE_OTHER] = "other",     [SCOPE_WAKE] = "wake",
	[SCOPE_RECVMSG] = "recvmsg",	 [SCOPE_SWITCH] = "switch",
};

static const struct {
	const char *word;
	enum place_kind kind;
} places[] = {
	{ "exception", PLACE_EXCEPTION }, { "syscall", PLACE_SYSCALL }, { "reader", PLACE_READER },
	{ "open", PLACE_OPEN },		  { "close", PLACE_CLOSE },
};

static bool add_scope(struct referee *referee, const char *line, struct scope **scope)
{
	char kind[MAX_NAME], stage[MAX_NAME], name[MAX_NAME], word[MAX_NAME], other[MAX_NAME];
	int words = sscanf(line, "scope %63s %63s %63s %63s %63s", kind, stage, name, word, other);
	const char *then = words == 5 && strcmp(word, "then") == 0 ? other : NULL;
	const char *within = words == 5 && strcmp(word, "within") == 0 ? other : NULL;

	if (words != 3 && !then && !within)
		return false;
	for (unsigned i = 0; i < NR_SCOPE_KINDS; i++) {
		if (strcmp(kinds[i], kind) != 0)
			continue;
		*scope = referee_scope(referee, (enum scope_kind)i, stage, name, then, within);
		return *scope != NULL;
	}
	return false;
}

static bool add_range(struct plan *plan, const char *line, struct scope *scope)
{
	uint64_t start, end;
	unsigned at = plan->nr_ranges;

	if (!scope || at == MAX_RANGES || sscanf(line, "range %" SCNx64 " %" SCNx64, &start, &end) != 2 || start >= end)
		return false;
	plan->ranges[at].start = start;
	plan->ranges[at].end = end;
	plan->ranges[at].scope = scope;
	plan->ranges[at].entry = at == 0 || plan->ranges[at - 1].scope != scope;
	plan->nr_ranges++;
	return true;
}

static bool add_place(struct plan *plan, const char *line)
{
	char word[MAX_NAME];
	uint64_t address;

	if (plan->nr_places == MAX_PLACES || sscanf(line, "%63s %" SCNx64, word, &address) != 2)
		return false;
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strcmp(places[i].word, word) != 0)
			continue;
		plan->places[plan->nr_places].address = address;
		plan->places[plan->nr_places++].kind = places[i].kind;
		return true;
	}
	return false;
}

bool plan_read(struct plan *plan, struct referee *referee, const char *path)
{
	FILE *file = fopen(path, "re");
	struct scope *scope = NULL;
	char line[512];
	bool fine = file != NULL;

	if (!file)
		fprintf(stderr, "pktpath_emulator: cannot open %s\n", path);
	while (fine && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "scope ", 6) == 0)
			fine = add_scope(referee, line, &scope);
		else if (strncmp(line, "range ", 6) == 0)
			fine = add_range(plan, line, scope);
		else if (strncmp(line, "switch ", 7) == 0)
			fine = sscanf(line, "switch %" SCNx64 " %" SCNx64, &plan->switch_start, &plan->switch_end) == 2;
		else
			fine = add_place(plan, line);
		if (!fine)
			fprintf(stderr, "pktpath_emulator: %s: cannot understand: %s", path, line);
	}
	if (file)
		fclose(file);
	return fine;
}

struct scope *plan_entry(const struct plan *plan, uint64_t address)
{
	for (unsigned i = 0; i < plan->nr_ranges; i++)
		if (plan->ranges[i].entry && plan->ranges[i].start == address)
			return plan->ranges[i].scope;
	return NULL;
}

bool plan_within(const struct plan *plan, const struct scope *scope, uint64_t address)
{
	for (unsigned i = 0; i < plan->nr_ranges; i++)
		if (plan->ranges[i].scope == scope && address >= plan->ranges[i].start && address < plan->ranges[i].end)
			return true;
	return false;
}

struct scope *plan_scope(const struct plan *plan, uint64_t address)
{
	for (unsigned i = 0; i < plan->nr_ranges; i++)
		if (address >= plan->ranges[i].start && address < plan->ranges[i].end)
			return plan->ranges[i].scope;
	return NULL;
}

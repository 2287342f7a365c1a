// SPDX-License-Identifier: GPL-2.0-only
// Tells the referee what a guest does, one line of standard input each, and prints its account when the window closes.
#include "referee.h"

#include <inttypes.h>
#include <string.h>

static const char* const kinds[NR_SCOPE_KINDS] = {"plain", "mark",    "irq",    "driver-irq", "poll",
                                                  "backlog", "net-rx", "other", "wake",       "recvmsg", "switch"};

static enum scope_kind kind_of(const char* word) {
  unsigned kind = 0;
  while (kind + 1 < NR_SCOPE_KINDS && strcmp(kinds[kind], word) != 0) kind++;
  return (enum scope_kind)kind;
}

int main(void) {
  struct referee* r = referee_new();
  struct scope* scopes[MAX_SCOPES];
  unsigned nr = 0;
  char line[256], a[MAX_NAME], b[MAX_NAME], c[MAX_NAME], d[MAX_NAME], e[MAX_NAME];
  uint64_t n;

  while (fgets(line, sizeof(line), stdin)) {
    int words = sscanf(line, "scope %63s %63s %63s %63s %63s", a, b, c, d, e);
    if (words >= 3) {
      const char* then = words == 5 && strcmp(d, "then") == 0 ? e : NULL;
      const char* within = words == 5 && strcmp(d, "within") == 0 ? e : NULL;
      scopes[nr++] = referee_scope(r, kind_of(a), b, c, then, within);
    }
    if (sscanf(line, "run %" SCNu64, &n) == 1) *referee_counter(r, INSTRUCTIONS) += n;
    if (sscanf(line, "switch %" SCNu64, &n) == 1) referee_switch(r, n);
    if (sscanf(line, "load %" SCNx64, &n) == 1 && referee_wants_address(r)) referee_address(r, n, false);
    if (sscanf(line, "store %" SCNx64, &n) == 1 && referee_wants_address(r)) referee_address(r, n, true);
    for (unsigned i = 0; i < nr; i++) {
      if (sscanf(line, "enter %63s", a) == 1 && strcmp(a, scopes[i]->name) == 0) referee_enter(r, scopes[i]);
      if (sscanf(line, "leave %63s", a) == 1 && strcmp(a, scopes[i]->name) == 0) referee_leave(r, scopes[i]);
    }
    if (strncmp(line, "syscall", 7) == 0) referee_syscall(r);
    if (strncmp(line, "sysret", 6) == 0) referee_sysret(r);
    if (strncmp(line, "exception", 9) == 0) referee_exception(r);
    if (strncmp(line, "iret", 4) == 0) referee_iret(r);
    if (strncmp(line, "reader", 6) == 0) referee_marker(r, MARKER_READER);
    if (strncmp(line, "open", 4) == 0) referee_marker(r, MARKER_OPEN);
    if (strncmp(line, "close", 5) == 0 && referee_marker(r, MARKER_CLOSE)) referee_write(r, stdout);
  }
  referee_free(r);
  return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
// The lines of a sequence.
#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

void event_fail(int line, const char* what, const char* word) {
  fprintf(stderr, "replay: line %d: %s: %s\n", line, what, word);
  exit(2);
}

void event_error(const struct event* event, const char* what, const char* word) { event_fail(event->line, what, word); }

// Not strcmp(), which takes more or fewer instructions by where the strings lie, so that places would differ from one
// run to the next.
static int same(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) a++, b++;
  return *a == *b;
}

static const long long* find_value(const struct event* event, const char* key) {
  for (int i = 0; i < event->keys; i++) {
    if (same(event->key[i].name, key)) return &event->key[i].value;
  }
  return NULL;
}

long long event_value(const struct event* event, const char* key) {
  const long long* value = find_value(event, key);

  if (value == NULL) event_error(event, "lacks a key", key);
  return value == NULL ? 0 : *value;
}

long long event_value_or(const struct event* event, const char* key, long long otherwise) {
  const long long* value = find_value(event, key);

  return value == NULL ? otherwise : *value;
}

void event_parse_keys(struct event* event, char* word) {
  for (; word != NULL; word = strtok(NULL, " ")) {
    char *equals = strchr(word, '='), *end;

    if (equals == NULL || event->keys == EVENT_KEYS || equals - word >= (long)sizeof(event->key[0].name))
      event_fail(event->line, "not key=number", word);
    memcpy(event->key[event->keys].name, word, (size_t)(equals - word));
    event->key[event->keys].value = strtoll(equals + 1, &end, 10);
    if (*end != '\0' || end == equals + 1) event_fail(event->line, "not key=number", word);
    event->keys++;
  }
}

struct event event_parse(char* text, int line) {
  struct event event = {.line = line};
  char *ns = strtok(text, " "), *cpu = strtok(NULL, " "), *name = strtok(NULL, " ");

  if (name == NULL || strlen(name) >= sizeof(event.name)) event_fail(line, "not an event", text);
  event.ns = strtoull(ns, NULL, 10);
  event.cpu = (unsigned)strtoul(cpu, NULL, 10);
  if (event.cpu >= MACHINE_CPUS) event_fail(line, "no such CPU", cpu);
  strcpy(event.name, name);
  event_parse_keys(&event, strtok(NULL, " "));
  return event;
}

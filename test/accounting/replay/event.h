// SPDX-License-Identifier: GPL-2.0-only
#ifndef REPLAY_EVENT_H
#define REPLAY_EVENT_H

#define EVENT_KEYS 16

// One line of a sequence.
struct event {
  unsigned long long ns;
  unsigned cpu;
  char name[40];
  int keys;
  struct {
    char name[24];
    long long value;
  } key[EVENT_KEYS];
  int line;
};

// Ends the replay with a message.
void event_fail(int line, const char* what, const char* word);
void event_error(const struct event* event, const char* what, const char* word);
// "<ns> <cpu> <event> key=number…"; the text is cut up.
struct event event_parse(char* text, int line);
// Words "key=number", the first given and the others those that strtok() still has.
void event_parse_keys(struct event* event, char* word);
// The value of a key; ends the replay with a message when the event has none.
long long event_value(const struct event* event, const char* key);
// The same, or what to take when it has none.
long long event_value_or(const struct event* event, const char* key, long long otherwise);

#endif

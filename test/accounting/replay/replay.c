// SPDX-License-Identifier: GPL-2.0-only
// Feeds sequences of events to the probes and prints the accounts. See ../README.md for the line format.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account.h"
#include "event.h"
#include "machine.h"

// Where in the program of the next event an interrupt comes, and what happens in it.
enum place { AT_STEP, BEFORE_CLOCK, AFTER_CLOCK, EVERYWHERE, NR_PLACES };
static const char* const place_names[NR_PLACES] = {"step", "before-clock", "after-clock", "everywhere"};

#define MAX_INTERRUPTS 8
#define MAX_NESTED 24
static struct interrupt {
  enum place place;
  long long number;
  int events;
  struct event event[MAX_NESTED];
} interrupts[MAX_INTERRUPTS];
static int nr_interrupts;
static int stepping;  // one of them comes at an instruction
// Where the one that comes everywhere comes in this process; NR_PLACES in the process that has it nowhere.
static volatile struct {
  enum place place;
  long long number;
} here = {.place = NR_PLACES};
static volatile int branching;  // between a place and its process: none of this is a place

static struct {
  unsigned long long now;
  unsigned cpu;
  unsigned tid[MACHINE_CPUS];
  int depth;  // programs under way
  unsigned long long step;  // what a read of the clock takes
} machine;

static struct {
  long long steps, clocks;  // in the program of the last event that interrupts were scripted for
  int fired;
  int can_step;
} counts;

unsigned machine_cpu(void) { return machine.cpu; }
unsigned machine_tid(void) { return machine.tid[machine.cpu]; }

static int before_step(void);

static void run(const struct event* event) {
  const program function = programs_find(event->name);
  const struct event* interrupted;

  if (function == NULL) event_error(event, "no such event", event->name);
  interrupted = programs_event(event);
  machine.depth++;
  if (machine.depth == 1 && stepping)
    counts.can_step = step_through(function, before_step);
  else
    function();
  machine.depth--;
  programs_event(interrupted);
}

static void play(const struct event* event) {
  // a clock that takes its time may have come further than the script
  if (machine.now < event->ns || machine.step == 0) machine.now = event->ns;
  machine.cpu = event->cpu;
  if (strcmp(event->name, "hidden_switch") != 0) run(event);
  // the tracepoint fires before the next task runs
  if (strcmp(event->name, "sched_switch") == 0 || strcmp(event->name, "hidden_switch") == 0)
    machine.tid[event->cpu] = (unsigned)event_value(event, "next");
}

// Whether the interrupt that comes everywhere comes here in this process: in one of its own, which then goes on to the end
// of the sequence and is waited for. All that came before is not played again for each place.
static int comes_here(enum place place, long long number) {
  int status = 0;
  pid_t child = -1;

  branching = 1;
  if (here.place == NR_PLACES) {
    fflush(stdout);
    child = fork();
    if (child == 0) {
      here.place = place;
      here.number = number;
    } else if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
      event_fail(0, "no end at", place_names[place]);
    }
  }
  branching = 0;
  return child == 0;
}

static void interrupt(enum place place, long long number) {
  if (machine.depth != 1) return;
  for (int i = 0; i < nr_interrupts; i++) {
    struct interrupt* one = &interrupts[i];

    if (one->place == EVERYWHERE ? !comes_here(place, number) : one->place != place || one->number != number) continue;
    counts.fired++;
    for (int e = 0; e < one->events; e++) play(&one->event[e]);
  }
}

unsigned long long machine_clock(void) {
  long long number = machine.depth == 1 && nr_interrupts != 0 ? counts.clocks++ : 0;
  unsigned long long now;

  interrupt(BEFORE_CLOCK, number);
  now = __sync_fetch_and_add(&machine.now, machine.step);  // at once: an interrupt sets it too
  interrupt(AFTER_CLOCK, number);
  return now;
}

// The rest of the program runs at full speed once its interrupts have come.
static int before_step(void) {
  if (branching) return here.place == NR_PLACES;
  interrupt(AT_STEP, counts.steps++);
  return counts.fired < nr_interrupts;
}

static void play_interrupted(const struct event* event) {
  for (int i = 0; i < nr_interrupts; i++) stepping |= interrupts[i].place == AT_STEP || interrupts[i].place == EVERYWHERE;
  counts.steps = 0;
  counts.clocks = 0;
  play(event);
  nr_interrupts = 0;
  stepping = 0;
}

static void configure(char* text, int line) {
  struct event event = {.line = line};
  struct pktpath_config config = {0};

  event_parse_keys(&event, strtok(text, " "));
#define TAKE(field) config.field = (pktpath_u32)event_value(&event, #field)
  TAKE(receiver_tid);
  TAKE(receiver_napi_tid);
  TAKE(sender_tid);
  TAKE(sender_napi_tid);
  TAKE(receiver_ifindex);
  TAKE(receiver_port);
  TAKE(poll_stage);
  TAKE(marks);
  TAKE(receiver_irq);
  TAKE(woken_stage);
  TAKE(copied_stage);
#undef TAKE
  machine.step = (unsigned long long)event_value(&event, "clock_step");
  programs_configure(&config);
  programs_reset();
  if (config.marks) marks_attach(machine_account((unsigned)event_value(&event, "receiver_cpu")));
}

static void script_interrupt(char* text, int line) {
  struct interrupt* one = &interrupts[nr_interrupts];
  char *name = strtok(text, "="), *number = strtok(NULL, "");

  if (nr_interrupts == MAX_INTERRUPTS || name == NULL) event_fail(line, "not an interrupt", text);
  for (int place = 0; place < NR_PLACES; place++) {
    if (strcmp(place_names[place], name) == 0 && (place == EVERYWHERE) == (number == NULL)) {
      one->place = (enum place)place;
      one->number = number == NULL ? 0 : strtoll(number, NULL, 10);
      one->events = 0;
      nr_interrupts++;
      return;
    }
  }
  event_fail(line, "no such place", text);
}

static void script_nested(char* text, int line) {
  struct interrupt* one = &interrupts[nr_interrupts - 1];

  if (nr_interrupts == 0 || one->events == MAX_NESTED) event_fail(line, "not in an interrupt", text);
  one->event[one->events++] = event_parse(text, line);
}

#define NAME(id, name) name,
static const char* const stage_names[] = {PKTPATH_STAGES(NAME)};
static const char* const owner_names[] = {PKTPATH_OWNERS(NAME)};
static const char* const layer_names[] = {PKTPATH_LAYERS(NAME)};
static const char* const boundary_names[] = {PKTPATH_BOUNDARIES(NAME)};
static const char* const loss_names[] = {PKTPATH_LOSSES(NAME)};
#undef NAME

static void print_account(const struct pktpath_cpu_account* account, unsigned cpu) {
  const char* comma = "";

  printf("{\"cpu\":%u,\"elapsedNs\":%lld,\"top\":\"%s\",\"losses\":{", cpu,
         (long long)(account->window_end - account->window_begin), layer_names[account->top]);
  for (int i = 0; i < NR_LOSSES; i++)
    printf("%s\"%s\":%lld", i ? "," : "", loss_names[i], (long long)account->losses[i]);
  printf("},\"boundaries\":{");
  for (int i = 0; i < NR_BOUNDARIES; i++)
    printf("%s\"%s\":{\"packets\":%lld,\"bytes\":%lld}", i ? "," : "", boundary_names[i],
           (long long)account->boundary[i].packets, (long long)account->boundary[i].bytes);
  printf("},\"states\":[");
  for (pktpath_u32 i = 0; i < NR_CELLS; i++) {
    const struct pktpath_cell* c = &account->cells[i];

    struct pktpath_hits sum = {0, 0, 0};

    for (int way = 0; way < NR_WAYS; way++) {
      sum.entries += c->hits[way].entries;
      sum.exits += c->hits[way].exits;
      sum.passes += c->hits[way].passes;
    }
    if (!c->ns && !sum.entries && !sum.exits && !sum.passes) continue;
    printf(
        "%s{\"layer\":\"%s\",\"owner\":\"%s\",\"stage\":\"%s\",\"ns\":%lld,\"entries\":%lld,\"exits\":%lld,\"passes\":%"
        "lld}",
        comma, layer_names[i / NR_STAGES / NR_OWNERS], owner_names[i / NR_STAGES % NR_OWNERS],
        stage_names[i % NR_STAGES], (long long)c->ns, (long long)sum.entries, (long long)sum.exits, (long long)sum.passes);
    comma = ",";
  }
  printf("]}");
}

static void end_sequence(int line) {
  if (nr_interrupts) event_fail(line, "an interrupt without an event", "end");
  printf("{\"steps\":%lld,\"clocks\":%lld,\"fired\":%d,\"canStep\":%s,", counts.steps, counts.clocks, counts.fired,
         counts.can_step ? "true" : "false");
  if (here.place != NR_PLACES) printf("\"place\":\"%s=%lld\",", place_names[here.place], here.number);
  printf("\"cpus\":[");
  for (unsigned cpu = 0; cpu < MACHINE_CPUS; cpu++) {
    if (cpu) printf(",");
    print_account(machine_account(cpu), cpu);
  }
  printf("]}\n");
  if (here.place != NR_PLACES) exit(0);
  memset(&machine, 0, sizeof(machine));
  memset(&counts, 0, sizeof(counts));
  counts.can_step = 1;
  programs_reset();
}

// The whole input, at a place of each process's own.
static FILE* whole_input(void) {
  static char* text;
  static size_t length;
  FILE* all = open_memstream(&text, &length);

  for (int c; (c = getchar()) != EOF;) putc(c, all);
  fclose(all);
  return length == 0 ? stdin : fmemopen(text, length, "r");
}

int main(void) {
  char text[512];
  FILE* input = whole_input();

  counts.can_step = 1;
  for (int line = 1; fgets(text, sizeof(text), input) != NULL; line++) {
    text[strcspn(text, "\n")] = '\0';
    if (text[0] == '\0' || text[0] == '#') continue;
    if (strcmp(text, "end") == 0) {
      end_sequence(line);
    } else if (strncmp(text, "config ", 7) == 0) {
      configure(text + 7, line);
    } else if (strncmp(text, "interrupt ", 10) == 0) {
      script_interrupt(text + 10, line);
    } else if (strncmp(text, "+ ", 2) == 0) {
      script_nested(text + 2, line);
    } else {
      struct event event = event_parse(text, line);

      if (nr_interrupts)
        play_interrupted(&event);
      else
        play(&event);
    }
  }
  return 0;
}

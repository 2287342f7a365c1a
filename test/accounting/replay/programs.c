// SPDX-License-Identifier: GPL-2.0-only
// The probes themselves: the source that clang compiles for the kernel, compiled for the host.
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "event.h"
#include "machine.h"

// what the source says to clang's BPF target alone
#ifdef __clang__
#pragma clang diagnostic ignored "-Wunknown-attributes"
#else
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#endif
#include "stages.bpf.c"

unsigned machine_receive_next;
static struct pktpath_cpu_account replayed[MACHINE_CPUS];
static struct pktpath_visits visited[MACHINE_CPUS];

struct pktpath_cpu_account* machine_account(unsigned cpu) {
  return &replayed[cpu];
}

struct pktpath_visits* machine_visits(unsigned cpu) {
  return &visited[cpu];
}

// The loader writes what is constant for the programs before they run; so does this, wherever the linker put it.
void programs_configure(const struct pktpath_config* value) {
  const long page = sysconf(_SC_PAGESIZE);
  char* begin = (char*)((unsigned long)&config & ~((unsigned long)page - 1));

  if (mprotect(begin, (size_t)((char*)(&config + 1) - begin), PROT_READ | PROT_WRITE) == 0)
    memcpy((void*)(unsigned long)&config, value, sizeof(*value));
}

// As native/src/bpf/collector.cc prepares them.
void programs_reset(void) {
  memset(replayed, 0, sizeof(replayed));
  memset(visited, 0, sizeof(visited));
  for (int cpu = 0; cpu < MACHINE_CPUS; cpu++) {
    replayed[cpu].task_stage[OWNER_RECEIVER] = STAGE_WAKE_UP;
    replayed[cpu].task_stage[OWNER_RECEIVER_NAPI] = config.poll_stage;
  }
}

static struct net_device device;
static struct sk_buff packet = {.dev = &device};
static const struct event* current;

static long long value(const char* key) { return event_value(current, key); }

static struct sk_buff* skb(void) {
  device.ifindex = (int)value("ifindex");
  packet.len = (unsigned)value("len");
  return &packet;
}

static void play_sched_switch(void) {
  struct task_struct prev = {.__state = (unsigned)value("prev_state")};
  struct task_struct next = {.pid = (int)value("next")};

  sched_switch(value("preempt") != 0, &prev, &next);
}

static void play_sched_waking(void) {
  struct task_struct task = {.pid = (int)value("pid")};

  sched_waking(&task);
}

static void play_napi_poll(void) {
  struct napi_struct napi = {.dev = &device};

  device.ifindex = (int)value("ifindex");
  napi_poll(&napi, (int)value("work"));
}

// of the payload, `known` bytes are in the receiver's hands already
static void play_tcp_probe(void) {
  struct sock sk = {.__sk_common = {.skc_num = (__u16)value("port")}};
  const __u32 first = 0xfffffff0U;  // wraps within the segment
  struct tcp_skb_cb cb = {.seq = first, .end_seq = first + (__u32)value("payload")};

  machine_receive_next = first + (__u32)value("known");
  memcpy(packet.cb, &cb, sizeof(cb));
  tcp_probe(&sk, &packet);
}

static struct net_device* interface(void) {
  device.ifindex = (int)value("ifindex");
  return &device;
}

static struct napi_struct* napi(void) {
  static struct napi_struct one;

  one.dev = interface();
  return &one;
}

static void play_irq_handler_entry(void) { irq_handler_entry((int)event_value_or(current, "irq", 0)); }
static void play_device_irq_enter(void) { device_irq_enter(0, interface()); }
static void play_driver_poll_enter(void) { driver_poll_enter(napi()); }
static void play_driver_poll_exit(void) { driver_poll_exit(NULL, 0, (int)value("work")); }
static void play_packet_rcv_enter(void) { packet_rcv_enter(skb(), &device); }
static void play_tpacket_rcv_enter(void) { tpacket_rcv_enter(skb(), &device); }
static void play_ring_copy_enter(void) { ring_copy_enter(&packet, 0, NULL, (int)value("len")); }
static void play_ip_rcv_enter(void) { ip_rcv_enter(skb(), &device); }
static void play_tcp_v4_rcv_enter(void) { tcp_v4_rcv_enter(skb()); }
static void play_sock_def_readable_enter(void) { sock_def_readable_enter(NULL); }
static void play_tcp_recvmsg_enter(void) { tcp_recvmsg_enter(NULL); }
static void play_copy_enter(void) { copy_enter(&packet, 0, NULL, (int)value("len")); }
static void play_softirq_entry(void) { softirq_entry((unsigned)value("vec")); }
static void play_gro_entry(void) { napi_gro_receive_entry(skb()); }
static void play_netif_receive_skb(void) { netif_receive_skb(skb()); }
static void play_net_dev_queue(void) { net_dev_queue(skb()); }
static void play_copy(void) { skb_copy_datagram_iovec(&packet, (int)value("len")); }
static void play_window_open(void) { window_open(NULL); }
static void play_window_close(void) { window_close(NULL); }

#define PLAIN(name) \
  static void play_##name(void) { name(); }
// clang-format off
#define PLAIN_PROGRAMS(X) \
  X(softirq_exit) X(irq_handler_exit) X(local_timer_entry) \
  X(local_timer_exit) X(reschedule_entry) X(reschedule_exit) X(call_function_entry) \
  X(call_function_exit) X(call_function_single_entry) X(call_function_single_exit) X(irq_work_entry) \
  X(irq_work_exit) X(napi_gro_receive_exit) X(net_dev_xmit) X(consume_skb) \
  X(tcp_rcv_space_adjust) X(sys_enter) X(sys_exit) X(device_irq_exit) \
  X(packet_rcv_exit) X(tpacket_rcv_exit) X(ring_copy_exit) X(tcp_v4_rcv_exit) \
  X(sock_def_readable_exit) X(tcp_recvmsg_exit) X(copy_exit) X(netif_receive_skb_exit)
// clang-format on
PLAIN_PROGRAMS(PLAIN)

// clang-format off
#define OWN_PROGRAMS(X) \
  X(irq_handler_entry) X(device_irq_enter) X(driver_poll_enter) X(driver_poll_exit) X(packet_rcv_enter) \
  X(tpacket_rcv_enter) X(ring_copy_enter) X(ip_rcv_enter) X(tcp_v4_rcv_enter) \
  X(sock_def_readable_enter) X(tcp_recvmsg_enter) X(copy_enter)
// clang-format on

static const struct {
  const char* name;
  program play;
} programs[] = {{"sched_switch", play_sched_switch},
                {"sched_waking", play_sched_waking},
                {"softirq_entry", play_softirq_entry},
                {"napi_poll", play_napi_poll},
                {"napi_gro_receive_entry", play_gro_entry},
                {"netif_receive_skb", play_netif_receive_skb},
                {"tcp_probe", play_tcp_probe},
                {"net_dev_queue", play_net_dev_queue},
                {"skb_copy_datagram_iovec", play_copy},
                {"window_open", play_window_open},
                {"window_close", play_window_close},
                {"mark:returned", marks_returned},
                {"mark:calling", marks_calling},
#define ENTRY(name) {#name, play_##name},
                PLAIN_PROGRAMS(ENTRY) OWN_PROGRAMS(ENTRY)
#undef ENTRY
};

program programs_find(const char* name) {
  for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
    if (strcmp(programs[i].name, name) == 0) return programs[i].play;
  }
  return NULL;
}

const struct event* programs_event(const struct event* event) {
  const struct event* interrupted = current;

  current = event;
  return interrupted;
}

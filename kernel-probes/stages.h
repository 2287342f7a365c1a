/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_STAGES_H
#define PKTPATH_STAGES_H

/*
 * The states of a CPU: who runs (owner), in which context (layer), on what (stage). The lists are X-macros so that the
 * names that reach a record come from the same line as the numbers.
 */

#define PKTPATH_STAGES(X)                         \
	X(STAGE_UNATTRIBUTED, "unattributed")     \
	X(STAGE_HARD_IRQ, "hard-irq")             \
	X(STAGE_SOFTIRQ_OTHER, "softirq-other")   \
	X(STAGE_DRIVER_RX, "driver-rx")           \
	X(STAGE_GRO, "gro")                       \
	X(STAGE_NET_RX, "net-rx")                 \
	X(STAGE_IP_TCP, "ip-tcp")                 \
	X(STAGE_WAKE_UP, "wake-up")               \
	X(STAGE_TRANSMIT, "transmit")             \
	X(STAGE_SYSCALL_ENTRY, "syscall-entry")   \
	X(STAGE_COPY, "copy")                     \
	X(STAGE_SYSCALL_RETURN, "syscall-return") \
	X(STAGE_USER, "user")                     \
	X(STAGE_OTHER_RX, "other-rx")             \
	X(STAGE_DRIVER_IRQ, "driver-irq")         \
	X(STAGE_NET_RX_ACTION, "net-rx-action")   \
	X(STAGE_PACKET_TAP, "packet-tap")         \
	X(STAGE_IP, "ip")                         \
	X(STAGE_RECVMSG, "recvmsg")               \
	X(STAGE_OTHER_IRQ, "other-irq")           \
	X(STAGE_PROBE, "probe")

#define PKTPATH_OWNERS(X)                   \
	X(OWNER_IDLE, "idle")               \
	X(OWNER_OTHER, "other")             \
	X(OWNER_SENDER, "sender")           \
	X(OWNER_SENDER_NAPI, "sender-napi") \
	X(OWNER_RECEIVER, "receiver")       \
	X(OWNER_RECEIVER_NAPI, "receiver-napi")

#define PKTPATH_LAYERS(X)           \
	X(LAYER_TASK, "task")       \
	X(LAYER_SOFTIRQ, "softirq") \
	X(LAYER_HARDIRQ, "hardirq")

/* How a program is attached: what a hit costs around the program itself depends on it. */
#define PKTPATH_WAYS(X)                 \
	X(WAY_TRACEPOINT, "tracepoint") \
	X(WAY_FENTRY, "fentry")         \
	X(WAY_FEXIT, "fexit")           \
	X(WAY_KPROBE, "kprobe")         \
	X(WAY_KRETPROBE, "kretprobe")

/* Boundaries that count packets and bytes, by the name of their program (without the _kprobe of its twin). */
#define PKTPATH_BOUNDARIES(X)                            \
	X(BOUNDARY_NAPI_POLL, "napi_poll")               \
	X(BOUNDARY_GRO_ENTRY, "napi_gro_receive_entry")  \
	X(BOUNDARY_NETIF_RECEIVE, "netif_receive_skb")   \
	X(BOUNDARY_TCP_PROBE, "tcp_probe")               \
	X(BOUNDARY_WAKING, "sched_waking")               \
	X(BOUNDARY_COPY, "skb_copy_datagram_iovec")      \
	X(BOUNDARY_CONSUME, "consume_skb")               \
	X(BOUNDARY_SPACE_ADJUST, "tcp_rcv_space_adjust") \
	X(BOUNDARY_TRANSMIT, "net_dev_queue")            \
	X(BOUNDARY_QUEUE_XMIT, "dev_queue_xmit_enter")   \
	X(BOUNDARY_SYSCALL, "sys_enter")                 \
	X(BOUNDARY_DRIVER_IRQ, "device_irq_enter")       \
	X(BOUNDARY_LINE_IRQ, "line_irq_enter")           \
	X(BOUNDARY_DRIVER_POLL, "driver_poll_exit")      \
	X(BOUNDARY_PACKET_RCV, "packet_rcv_enter")       \
	X(BOUNDARY_TPACKET_RCV, "tpacket_rcv_enter")     \
	X(BOUNDARY_SPKT_RCV, "packet_rcv_spkt_enter")    \
	X(BOUNDARY_IP_RCV, "ip_rcv_enter")               \
	X(BOUNDARY_TCP_RCV, "tcp_v4_rcv_enter")          \
	X(BOUNDARY_READABLE, "sock_def_readable_enter")  \
	X(BOUNDARY_RING_COPY, "ring_copy_enter")         \
	X(BOUNDARY_COPY_ENTER, "copy_enter")             \
	X(BOUNDARY_COPY_EXIT, "copy_exit")               \
	X(BOUNDARY_RECVMSG, "recvmsg_enter")             \
	X(BOUNDARY_RECVMSG_EXIT, "recvmsg_exit")

/* Every way in which the accounting can lose something. */
#define PKTPATH_LOSSES(X)                        \
	X(LOSS_UNPAIRED_EDGE, "unpairedEdges")   \
	X(LOSS_SWITCH, "lostSwitches")           \
	X(LOSS_HIDDEN_SWITCH, "hiddenSwitches")  \
	X(LOSS_NEGATIVE_DELTA, "negativeDeltas") \
	X(LOSS_FAILED_UPDATE, "failedUpdates")

#define PKTPATH_ENUM(id, name) id,
enum pktpath_stage { PKTPATH_STAGES(PKTPATH_ENUM) NR_STAGES };
enum pktpath_owner { PKTPATH_OWNERS(PKTPATH_ENUM) NR_OWNERS };
enum pktpath_layer { PKTPATH_LAYERS(PKTPATH_ENUM) NR_LAYERS };
enum pktpath_boundary { PKTPATH_BOUNDARIES(PKTPATH_ENUM) NR_BOUNDARIES };
enum pktpath_way { PKTPATH_WAYS(PKTPATH_ENUM) NR_WAYS };
enum pktpath_loss { PKTPATH_LOSSES(PKTPATH_ENUM) NR_LOSSES };
#undef PKTPATH_ENUM

#endif

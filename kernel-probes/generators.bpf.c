// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends live frames: an XDP program under BPF_PROG_RUN with BPF_F_TEST_XDP_LIVE_FRAMES, once a packet. It waits until
 * the packet is due, stamps it, and lets it go. One run of the command sends a whole trial, since each begins and ends
 * with some 30 ms of the kernel's own (it waits for a grace period).
 */
#include "types.h"
#include <bpf/bpf_helpers.h>
#include "generators.h"
#include "xdp.h"

char LICENSE[] SEC("license") = "GPL";

/* native/src/support/payload.h */
#define MAGIC 0x6b70
struct payload {
	__u16 magic;
	__u32 sequence;
	__u32 send_ns;
} __attribute__((packed));

/* The longest wait; bpf_loop allows no more. Each turn reads the clock, some 30 ns. */
#define MOST_LOOKS (1U << 23)

struct pktpath_sending sending;

/* The interface to send by, when frames are redirected: looked up once, and not by its index for each frame. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} device SEC(".maps");

static long not_due(__u32 look, void *deadline)
{
	return bpf_ktime_get_ns() >= *(__u64 *)deadline || *(volatile __u32 *)&sending.stop;
}

/*
 * Deadlines lie on a fixed grid, as in native/src/generators/pacer.h. All frames of a batch bear its time: the clock is a
 * third of what a frame costs. @return the clock
 */
static __always_inline __u64 wait_until_due(struct pktpath_sending *s)
{
	__u64 now, deadline;

	if (s->in_batch)
		return s->last_ns;
	now = bpf_ktime_get_ns();
	if (!s->start_ns)
		s->start_ns = now;
	if (!s->interval)
		return now;
	deadline = s->start_ns + (s->due >> INTERVAL_FRACTION_BITS);
	if (now < deadline) {
		bpf_loop(MOST_LOOKS, not_due, &deadline, 0);
		now = bpf_ktime_get_ns();
	}
	return now;
}

static __always_inline void count_lateness(struct pktpath_sending *s, __u64 now)
{
	__u64 late = now - (s->start_ns + (s->due >> INTERVAL_FRACTION_BITS));
	__u32 bin = histogram_bin(late);

	if (bin < HISTOGRAM_BINS)
		s->lateness[bin]++;
	if (late > s->lateness_max_ns)
		s->lateness_max_ns = late;
	s->due += s->interval;
}

SEC("xdp")
int send_frame(struct xdp_md *ctx)
{
	struct pktpath_sending *s = &sending;
	void *end = (void *)(long)ctx->data_end;
	struct payload *payload = (void *)(long)ctx->data + (s->payload_offset & 63);
	__u64 now;

	/* frames that are dropped here were never sent */
	if (s->done || (void *)(payload + 1) > end)
		return XDP_DROP;
	now = wait_until_due(s);
	if (now - s->start_ns >= s->max_duration_ns || *(volatile __u32 *)&s->stop) {
		s->done = 1;
		return XDP_DROP;
	}
	if (s->interval && !s->in_batch)
		count_lateness(s, now);
	if (++s->in_batch == s->batch)
		s->in_batch = 0;
	/* the kernel recycles the frames with what the program wrote into them, so each is stamped anew */
	payload->magic = MAGIC;
	payload->sequence = s->sequence++;
	payload->send_ns = (__u32)now;
	s->sent++;
	s->last_ns = now;
	return s->redirects ? bpf_redirect_map(&device, 0, XDP_DROP) : XDP_PASS;
}

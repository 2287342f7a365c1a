// SPDX-License-Identifier: GPL-2.0-only
// Frames that an XDP program sends from within the kernel: kernel-probes/generators.bpf.c.
#include <signal.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "bpf/object.h"
#include "generators.h"
#include "generators/frame.h"
#include "generators/generator.h"
#include "support/clock.h"
#include "support/error.h"
#include "support/thread_setup.h"
#include "trial/interface_counter.h"

namespace pktpath {
namespace {

using namespace std::chrono_literals;

// The program waits for a batch to be due with softirqs off, so that it must not be long: 1 ms at most.
constexpr double kLeastBatchesPerSecond = 1000;
// TEST_XDP_MAX_BATCH, net/bpf/test_run.c
constexpr std::uint32_t kMostBatch = 256;

// The program's .bss in memory.
class SharedSending {
 public:
  explicit SharedSending(int map_fd) {
    void* memory = mmap(nullptr, sizeof(pktpath_sending), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, map_fd, 0);
    if (memory == MAP_FAILED) throw_errno("cannot map what the program that sends has counted", errno);
    sending_ = static_cast<pktpath_sending*>(memory);
  }
  ~SharedSending() { munmap(sending_, sizeof(pktpath_sending)); }
  SharedSending(const SharedSending&) = delete;
  SharedSending& operator=(const SharedSending&) = delete;

  pktpath_sending* operator->() { return sending_; }
  bool done() { return __atomic_load_n(&sending_->done, __ATOMIC_RELAXED) != 0; }
  void stop() { __atomic_store_n(&sending_->stop, 1U, __ATOMIC_RELAXED); }

 private:
  pktpath_sending* sending_;
};

// While it exists, looks whether sending has to end before all packets are sent, and then interrupts the thread that
// made it: a signal is what makes BPF_PROG_RUN return early (bpf_test_timer_continue). Until then the program answers
// XDP_DROP and counts nothing.
class Watch {
 public:
  Watch(SharedSending& sending, const std::atomic<bool>& abort)
      : sending_(sending), abort_(abort), sender_(pthread_self()), thread_([this] { loop(); }) {}

  ~Watch() {
    {
      const std::lock_guard lock(mutex_);
      end_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  // It runs on the sender's CPU, where a look delays one packet by some microseconds.
  static constexpr auto kLook = 20ms;

  void loop() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kLook, [this] { return end_; })) {
      if (abort_.load(std::memory_order_relaxed)) sending_.stop();
      if (sending_.done()) pthread_kill(sender_, interrupt_signal());
    }
  }

  SharedSending& sending_;
  const std::atomic<bool>& abort_;
  pthread_t sender_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool end_ = false;
  std::thread thread_;  // last, since it uses the others
};

class LiveFrames final : public Generator {
 public:
  explicit LiveFrames(const TrialSpec& spec)
      : spec_(spec), redirect_(spec.generator.method == SendMethod::live_redirect), frame_(make_frame(spec)) {
    if (batch_at(spec.generator.packets_per_second) < spec.generator.batch) {
      throw Unsupported("live frames are paced with softirqs off: a batch of " + std::to_string(spec.generator.batch) +
                        " has to be due at least 1000 times a second");
    }
    if (spec.generator.batch > kMostBatch) {
      throw Error("live frames go in batches of " + std::to_string(kMostBatch) + " at most");
    }
  }

  void open() override {
    object_ = std::make_unique<Object>(spec_.generator.object);
    object_->load();
    program_ = object_->program_fd("send_frame");
    shared_ = std::make_unique<SharedSending>(object_->map_fd(".bss"));
    (*shared_)->payload_offset = static_cast<pktpath_u32>(frame_.payload_offset);
    (*shared_)->redirects = redirect_ ? 1 : 0;
    if (redirect_) choose_device();
    if (redirect_) counter_ = std::make_unique<InterfaceCounter>(spec_.sender.interface);
  }

  Sending send(std::uint64_t packets, double packets_per_second, std::uint64_t max_duration_ns,
               const std::atomic<bool>& abort) override {
    pktpath_sending& shared = prepare(packets_per_second, max_duration_ns);
    const std::uint64_t taken = counter_ ? counter_->read().offered() : 0;
    {
      const Watch watch(*shared_, abort);
      run(static_cast<std::uint32_t>(packets));
    }
    if (counter_ && shared.sent > 0 && counter_->read().offered() == taken) {
      throw Unsupported(spec_.sender.interface +
                        " takes no XDP frames: its peer needs NAPI (isolation napi-thread, or XDP in the driver)");
    }
    return sending();
  }

  std::vector<std::uint8_t> frame(std::uint32_t sequence) const override { return stamped(frame_, sequence); }

 private:
  // The warm-up may be slower than the trial: its batches are smaller then.
  std::uint32_t batch_at(double packets_per_second) const {
    if (packets_per_second <= 0) return spec_.generator.batch;
    const double most = packets_per_second / kLeastBatchesPerSecond;
    if (most < 1)
      throw Unsupported("live frames are paced with softirqs off, and slower than 1000 a second for too long");
    return static_cast<std::uint32_t>(std::min<double>(most, spec_.generator.batch));
  }

  void choose_device() const {
    const __u32 key = 0;
    const __u32 index = spec_.sender.interface_index;
    if (bpf_map_update_elem(object_->map_fd("device"), &key, &index, BPF_ANY) != 0) {
      throw_unsupported("this kernel redirects no frames to " + spec_.sender.interface, errno);
    }
  }

  pktpath_sending& prepare(double packets_per_second, std::uint64_t max_duration_ns) {
    pktpath_sending& shared = *shared_->operator->();
    shared.batch = batch_at(packets_per_second);
    const double batch_ns = packets_per_second > 0 ? shared.batch * 1e9 / packets_per_second : 0;
    shared.max_duration_ns = max_duration_ns;
    shared.interval = static_cast<pktpath_u64>(batch_ns * (1U << INTERVAL_FRACTION_BITS));
    shared.sent = shared.start_ns = shared.last_ns = shared.due = shared.lateness_max_ns = 0;
    shared.in_batch = shared.done = shared.stop = 0;
    std::memset(shared.lateness, 0, sizeof(shared.lateness));
    return shared;
  }

  void run(std::uint32_t packets) {
    xdp_md context{};
    context.data_end = static_cast<__u32>(frame_.bytes.size());
    // of the namespace that this thread is in
    context.ingress_ifindex = redirect_ ? spec_.sender.interface_index : spec_.receiver.interface_index;
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.data_in = frame_.bytes.data();
    options.data_size_in = static_cast<__u32>(frame_.bytes.size());
    options.ctx_in = &context;
    options.ctx_size_in = sizeof(context);
    options.repeat = static_cast<int>(packets);
    options.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
    options.batch_size = (*shared_)->batch;
    const int error = bpf_prog_test_run_opts(program_, &options);
    if (error == -EINVAL && (*shared_)->sent == 0) throw_unsupported("this kernel sends no live frames", -error);
    if (error != 0 && error != -EINTR) throw_errno("sending live frames failed", -error);
  }

  Sending sending() {
    const pktpath_sending& shared = *shared_->operator->();
    Sending sending;
    sending.sent = shared.sent;
    sending.bytes = shared.sent * frame_.bytes.size();
    // as the program saw it: what the kernel does around it is not sending
    sending.elapsed_ns = shared.last_ns - shared.start_ns;
    for (std::size_t bin = 0; bin < HISTOGRAM_BINS; ++bin) sending.lateness.add_to_bin(bin, shared.lateness[bin]);
    sending.lateness_max_ns = shared.lateness_max_ns;
    return sending;
  }

  const TrialSpec& spec_;
  bool redirect_;
  FrameTemplate frame_;
  std::unique_ptr<Object> object_;
  int program_ = -1;
  std::unique_ptr<SharedSending> shared_;
  std::unique_ptr<InterfaceCounter> counter_;
};

}  // namespace

std::unique_ptr<Generator> make_live_frames_generator(const TrialSpec& spec) {
  return std::make_unique<LiveFrames>(spec);
}

}  // namespace pktpath

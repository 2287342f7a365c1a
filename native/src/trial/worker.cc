// SPDX-License-Identifier: GPL-2.0-only
#include "trial/worker.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "support/thread_setup.h"

namespace pktpath {

Worker::Worker(const Setup& setup) : thread_([this] { loop(); }) {
  interrupt_signal();
  try {
    run([&] {
      tid_ = gettid();
      name_thread(setup.name);
      pin_thread(tid_, setup.cpu);
      if (!setup.netns.empty()) enter_netns(setup.netns);
      set_nice(tid_, setup.nice);
    }).get();
  } catch (...) {
    end();
    throw;
  }
}

Worker::~Worker() { end(); }

std::future<void> Worker::run(std::function<void()> step) {
  std::packaged_task<void()> task(std::move(step));
  std::future<void> done = task.get_future();
  {
    const std::lock_guard lock(mutex_);
    steps_.push(std::move(task));
  }
  wake_.notify_one();
  return done;
}

void Worker::interrupt() { pthread_kill(thread_.native_handle(), interrupt_signal()); }

void Worker::end() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Worker::loop() {
  for (;;) {
    std::packaged_task<void()> step;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return end_ || !steps_.empty(); });
      if (steps_.empty()) return;
      step = std::move(steps_.front());
      steps_.pop();
    }
    step();
  }
}

}  // namespace pktpath

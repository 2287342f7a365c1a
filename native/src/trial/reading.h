// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <future>
#include <memory>
#include <vector>

#include "paths/path.h"
#include "trial/trial.h"
#include "trial/worker.h"

namespace pktpath {

// A path on a thread of its own, from opening to the end of reading.
class Reading {
 public:
  // `work_ns`: what the reader does with each packet besides, measured on its own CPU.
  Reading(std::unique_ptr<Path> path, std::uint32_t work_ns, const Worker::Setup& setup);
  ~Reading();

  void open();
  // `announced`: to an emulator, by a system call of the reader's thread.
  void start(bool announced = false);
  // Whether the reader has come to its end, or has failed, by itself; finish() says which.
  bool ended() const;
  // A reader that ended before it was told to has failed; its exception says how.
  void check();
  // Stops the reader and throws what it threw.
  void finish();

  Path& path() { return *path_; }
  pid_t tid() const { return worker_.tid(); }
  Worker& worker() { return worker_; }

  // What the reader has had so far. It has to be quiet, but for `packets` and `bytes`.
  ReaderState state();

 private:
  void stop();

  std::unique_ptr<Path> path_;
  std::uint32_t work_ns_;
  std::future<void> reading_;
  Worker worker_;  // last, so that it is joined before anything that it uses goes away
};

// What came between two states.
ReaderState difference(ReaderState after, const ReaderState& before);

// Several workers' states as one path's. What is missing is not told then: each worker misses what the others got.
ReaderState sum(const std::vector<ReaderState>& states);

}  // namespace pktpath

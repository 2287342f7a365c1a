// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>

#include <functional>
#include <thread>

#include "support/error.h"

namespace pktpath {

// Work on a thread of its own: trials pin and move it between namespaces, which a pool's thread would carry along.
class Job final : public Napi::AsyncWorker {
 public:
  using Produce = std::function<std::function<Napi::Value(Napi::Env)>()>;

  static Napi::Value start(Napi::Env env, Produce produce) {
    auto* job = new Job(env, std::move(produce));
    job->Queue();
    return job->deferred_.Promise();
  }

 private:
  Job(Napi::Env env, Produce produce)
      : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), produce_(std::move(produce)) {}

  void Execute() override {
    std::thread([this] {
      try {
        marshal_ = produce_();
      } catch (const Unsupported& error) {
        unsupported_ = true;
        SetError(error.what());
      } catch (const std::exception& error) {
        SetError(error.what());
      }
    }).join();
  }
  void OnOK() override { deferred_.Resolve(marshal_(Env())); }
  void OnError(const Napi::Error& error) override {
    if (unsupported_) error.Set("unsupported", Napi::Boolean::New(Env(), true));
    deferred_.Reject(error.Value());
  }

  Napi::Promise::Deferred deferred_;
  Produce produce_;
  bool unsupported_ = false;
  std::function<Napi::Value(Napi::Env)> marshal_;
};

// C++ exceptions of the measuring code leave as JavaScript errors.
template <typename F>
Napi::Value guarded(Napi::Env env, F&& f) {
  try {
    return f();
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
// The border to JavaScript: it marshals, checks arguments, and moves work off the event loop. Nothing else.
#include <napi.h>
#include <unistd.h>

#include <atomic>

#include "binding/fields.h"
#include "binding/hand.h"
#include "binding/job.h"
#include "binding/marshal.h"
#include "paths/filter.h"
#include "paths/sized_filter.h"
#include "support/error.h"
#include "support/thread_setup.h"
#include "support/versions.h"

namespace pktpath {

namespace {

std::atomic<bool> abort_requested{false};
std::atomic<bool> trial_running{false};

template <typename T>
T argument(const Napi::CallbackInfo& info, std::size_t index, const char* name, double low, double high) {
  const Napi::Value value = info[index];
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!(number >= low && number <= high) || number != std::floor(number)) {
    throw Napi::TypeError::New(info.Env(), std::string(name) + " has to be an integer from " + std::to_string(low) +
                                               " to " + std::to_string(high));
  }
  return static_cast<T>(number);
}

std::string text_argument(const Napi::CallbackInfo& info, std::size_t index, const char* name) {
  Napi::Object holder = Napi::Object::New(info.Env());
  holder.Set(name, info[index]);
  return Fields(holder, "argument").string(name);
}

Napi::Value versions(const Napi::CallbackInfo& info) {
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("libbpf", libbpf_version());
  out.Set("libpcap", libpcap_version());
  return out;
}

Napi::Value detect(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string object = text_argument(info, 0, "object");
  Napi::Object holder = Napi::Object::New(env);
  holder.Set("programs", info[1]);
  std::vector<std::string> programs = Fields(holder, "detectPrograms").strings("programs");
  holder.Set("targets", info[2].IsUndefined() ? Napi::Object::New(env) : info[2]);
  const std::map<std::string, std::string> targets = Fields(holder, "detectPrograms").texts("targets");
  return Job::start(env, [object, programs, targets] {
    return [facts = detect_programs(object, programs, targets)](Napi::Env e) { return to_js(e, facts); };
  });
}

Napi::Value calibration(const Napi::CallbackInfo& info) {
  const std::string object = text_argument(info, 0, "object");
  const int cpu = argument<int>(info, 1, "cpu", 0, kMaxCpu);
  const unsigned hits = argument<unsigned>(info, 2, "hitsPerBatch", 1000, 1e7);
  const unsigned batches = argument<unsigned>(info, 3, "batches", 1, 1e4);
  const bool exact = info[4].IsBoolean() && info[4].As<Napi::Boolean>();
  return Job::start(info.Env(), [=] {
    return [result = calibrate(object, cpu, hits, batches, exact), hits, batches](Napi::Env e) {
      return to_js(e, result, hits, batches);
    };
  });
}

Napi::Value trial(const Napi::CallbackInfo& info) {
  TrialSpec spec = to_trial_spec(info[0]);
  if (trial_running.exchange(true)) throw Napi::Error::New(info.Env(), "a trial is running already");
  abort_requested = false;
  return Job::start(info.Env(), [spec = std::move(spec)] {
    struct Release {
      ~Release() { trial_running = false; }
    } const release;
    auto result = std::make_shared<TrialResult>(run_trial(spec, abort_requested));
    return [result](Napi::Env e) { return to_js(e, *result); };
  });
}

Napi::Value abort_trial(const Napi::CallbackInfo& info) {
  abort_requested = true;
  return info.Env().Undefined();
}

Napi::Value set_affinity(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    pin_thread(argument<pid_t>(info, 0, "tid", 1, 4194304), argument<int>(info, 1, "cpu", 0, kMaxCpu));
    return info.Env().Undefined();
  });
}

Napi::Value cpus(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    Napi::Array array = Napi::Array::New(info.Env());
    std::uint32_t i = 0;
    for (const int cpu : allowed_cpus()) array.Set(i++, cpu);
    return array;
  });
}

Napi::Value check_filter(const Napi::CallbackInfo& info) {
  const std::string filter = text_argument(info, 0, "filter");
  const auto snaplen = argument<std::uint32_t>(info, 1, "snaplen", kMinSnaplen, kMaxSnaplen);
  return guarded(info.Env(), [&] {
    const Filter compiled(filter, snaplen);
    return info.Env().Undefined();
  });
}

// What a sized filter is, and what it says of a frame.
Napi::Value sized_filter_of(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto instructions =
      argument<std::uint32_t>(info, 0, "instructions", kMinFilterInstructions, kMaxFilterInstructions);
  if (!info[1].IsTypedArray() || info[1].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw Napi::TypeError::New(env, "frame has to be a Uint8Array");
  }
  const auto frame = info[1].As<Napi::Uint8Array>();
  return guarded(env, [&]() -> Napi::Value {
    Napi::Array program = Napi::Array::New(env);
    for (const sock_filter& each : sized_filter(instructions, kMaxSnaplen)) {
      Napi::Array parts = Napi::Array::New(env);
      std::uint32_t at = 0;
      for (const std::uint32_t part :
           {std::uint32_t{each.code}, std::uint32_t{each.jt}, std::uint32_t{each.jf}, each.k}) {
        parts.Set(at++, part);
      }
      program.Set(program.Length(), parts);
    }
    Napi::Object out = Napi::Object::New(env);
    out.Set("program", program);
    out.Set("takes", Filter::sized(instructions, kMaxSnaplen).wants(frame.Data(), frame.ByteLength()));
    return out;
  });
}

}  // namespace

static Napi::Object fill_exports(Napi::Env env, Napi::Object out) {
  out.Set("versions", Napi::Function::New(env, versions));
  out.Set("stages", Napi::Function::New(env, [](const Napi::CallbackInfo& i) { return stage_names(i.Env()); }));
  out.Set("owners", Napi::Function::New(env, [](const Napi::CallbackInfo& i) { return owner_names(i.Env()); }));
  out.Set("detectPrograms", Napi::Function::New(env, detect));
  out.Set("calibrate", Napi::Function::New(env, calibration));
  out.Set("runTrial", Napi::Function::New(env, trial));
  out.Set("abort", Napi::Function::New(env, abort_trial));
  out.Set("setAffinity", Napi::Function::New(env, set_affinity));
  out.Set("allowedCpus", Napi::Function::New(env, cpus));
  out.Set("checkFilter", Napi::Function::New(env, check_filter));
  out.Set("sizedFilter", Napi::Function::New(env, sized_filter_of));
  export_hand(env, out);
  return out;
}

}  // namespace pktpath

static Napi::Object init(Napi::Env env, Napi::Object exports) { return pktpath::fill_exports(env, exports); }
NODE_API_MODULE(pktpath_native, init)

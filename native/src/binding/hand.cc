// SPDX-License-Identifier: GPL-2.0-only
// One session by hand at a time: it starts, tells its figures, and ends.
#include "binding/hand.h"

#include <memory>

#include "binding/job.h"

namespace pktpath {
namespace {

// Touched from the event loop alone; a running job has a hold of its own.
std::weak_ptr<HandSession> current;

template <typename Session, typename Spec>
Napi::Value start(Napi::Env env, Spec spec) {
  if (!current.expired()) throw Napi::Error::New(env, "a session is running already");
  auto session = std::make_shared<Session>(std::move(spec));
  current = session;
  return Job::start(env, [session = std::move(session)]() mutable {
    const auto held = std::move(session);  // the session goes with its thread, sockets and all, before its result
    auto result = std::make_shared<decltype(held->run())>(held->run());
    return [result](Napi::Env e) { return to_js(e, *result); };
  });
}

Napi::Value receive(const Napi::CallbackInfo& info) {
  return start<HandReceive>(info.Env(), to_hand_receive_spec(info[0]));
}

Napi::Value send(const Napi::CallbackInfo& info) { return start<HandSend>(info.Env(), to_hand_send_spec(info[0])); }

Napi::Value figures(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto session = current.lock();
    return session ? to_js(info.Env(), session->figures()) : info.Env().Null();
  });
}

Napi::Value stop(const Napi::CallbackInfo& info) {
  if (const auto session = current.lock()) session->stop();
  return info.Env().Undefined();
}

}  // namespace

void export_hand(Napi::Env env, Napi::Object& out) {
  out.Set("handReceive", Napi::Function::New(env, receive));
  out.Set("handSend", Napi::Function::New(env, send));
  out.Set("handFigures", Napi::Function::New(env, figures));
  out.Set("stopHand", Napi::Function::New(env, stop));
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
// Sessions by hand: their specs, figures and results.
#include "binding/hand.h"
#include "binding/result_parts.h"
#include "binding/spec_parts.h"

namespace pktpath {
namespace {

constexpr const char* kEndings[] = {"stopped", "packets", "duration", "peer", "failed"};

std::uint16_t to_port(const Fields& fields) { return fields.integer<std::uint16_t>("port", 1, 65535); }
int to_nice(const Fields& fields) { return fields.integer<int>("nice", -20, 19); }

Napi::Value text_to_js(Napi::Env env, const std::string& text) {
  return text.empty() ? Napi::Value(env.Null()) : Napi::Value(Napi::String::New(env, text));
}

}  // namespace

HandReceiveSpec to_hand_receive_spec(const Napi::Value& value) {
  const Fields fields(value, "spec");
  HandReceiveSpec spec;
  spec.trial.path = to_path(fields.object("path"));
  // it could take everything away from an interface that is not ours
  if (spec.trial.path.sized_filter) fields.fail("path", "has a sized filter, which is for trials alone");
  spec.trial.receiver = to_endpoint(fields.object("receiver"));
  spec.trial.port = to_port(fields);
  spec.trial.nice = to_nice(fields);
  spec.trial.worker_cpus = to_worker_cpus(fields, spec.trial.path.workers);
  spec.trial.latency = fields.boolean("latency");
  if (!fields.is_null("packets")) spec.packets = fields.integer<std::uint64_t>("packets", 1, kMaxPackets);
  if (!fields.is_null("maxDurationNs")) {
    spec.max_duration_ns = fields.integer<std::uint64_t>("maxDurationNs", 1, kMaxDuration);
  }
  return spec;
}

HandSendSpec to_hand_send_spec(const Napi::Value& value) {
  const Fields fields(value, "spec");
  HandSendSpec spec;
  spec.trial.generator = to_generator(fields.object("generator"));
  spec.trial.sender = to_endpoint(fields.object("sender"));
  spec.trial.receiver = spec.trial.sender;  // what is injected arrives at the interface that it is sent by
  const Fields to = fields.object("to");
  spec.trial.receiver.mac = to.string("mac");
  spec.trial.receiver.address = to.string("address");
  spec.trial.port = to_port(fields);
  spec.trial.nice = to_nice(fields);
  check_method(fields, spec.trial.generator);
  return spec;
}

Napi::Value to_js(Napi::Env env, const HandFigures& figures) {
  if (!figures.running) return env.Null();
  Napi::Object out = Napi::Object::New(env);
  out.Set("elapsedNs", number_to_js(env, figures.elapsed_ns));
  out.Set("packets", number_to_js(env, figures.packets));
  out.Set("bytes", optional_to_js(env, figures.bytes));
  out.Set("missing", optional_to_js(env, figures.missing));
  out.Set("drops", counts_to_js(env, figures.drops));
  out.Set("latenessMaxNs", number_to_js(env, figures.lateness_max_ns));
  return out;
}

Napi::Value to_js(Napi::Env env, const HandReceived& received) {
  Napi::Object out = Napi::Object::New(env);
  out.Set("ending", kEndings[static_cast<std::size_t>(received.ending)]);
  out.Set("problem", text_to_js(env, received.problem));
  out.Set("elapsedNs", number_to_js(env, received.elapsed_ns));
  if (received.busiest_ns == 0) {
    out.Set("busiest", env.Null());
  } else {
    Napi::Object busiest = Napi::Object::New(env);
    busiest.Set("ns", number_to_js(env, received.busiest_ns));
    busiest.Set("packets", number_to_js(env, received.busiest_packets));
    busiest.Set("bytes", number_to_js(env, received.busiest_bytes));
    out.Set("busiest", busiest);
  }
  out.Set("interfacePackets", optional_to_js(env, received.interface_packets));
  out.Set("beforeFirst", optional_to_js(env, received.before_first));
  out.Set("restarts", number_to_js(env, received.restarts));
  out.Set("reader", reader_to_js(env, received.figures));
  return out;
}

Napi::Value to_js(Napi::Env env, const HandSent& sent) {
  Napi::Object out = Napi::Object::New(env);
  out.Set("ending", kEndings[static_cast<std::size_t>(sent.ending)]);
  out.Set("problem", text_to_js(env, sent.problem));
  out.Set("elapsedNs", number_to_js(env, sent.elapsed_ns));
  out.Set("whole", Napi::Boolean::New(env, sent.whole));
  out.Set("generator", sending_to_js(env, sent.figures));
  return out;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>

#include <cmath>
#include <ctime>

#include "binding/marshal.h"
#include "binding/result_parts.h"

namespace pktpath {
namespace {

constexpr const char* kStageNames[] = {
#define NAME(id, name) name,
    PKTPATH_STAGES(NAME)};
constexpr const char* kOwnerNames[] = {PKTPATH_OWNERS(NAME)};
constexpr const char* kLayerNames[] = {PKTPATH_LAYERS(NAME)};
constexpr const char* kWayNames[] = {PKTPATH_WAYS(NAME)};
constexpr const char* kLossNames[] = {PKTPATH_LOSSES(NAME)
#undef NAME
};

template <typename Names>
Napi::Array names_to_js(Napi::Env env, const Names& names) {
  Napi::Array array = Napi::Array::New(env);
  std::uint32_t i = 0;
  for (const char* name : names) array.Set(i++, name);
  return array;
}

Napi::Object histogram_to_js(Napi::Env env, const Histogram& histogram) {
  Napi::Array bounds = Napi::Array::New(env);
  Napi::Array counts = Napi::Array::New(env);
  std::uint32_t i = 0;
  for (const auto& [bound, count] : histogram.bins()) {
    bounds.Set(i, number_to_js(env, bound));
    counts.Set(i++, number_to_js(env, count));
  }
  Napi::Object out = Napi::Object::New(env);
  out.Set("lowerBounds", bounds);
  out.Set("counts", counts);
  return out;
}

}  // namespace

Napi::Object counts_to_js(Napi::Env env, const std::map<std::string, std::uint64_t>& counts) {
  Napi::Object out = Napi::Object::New(env);
  for (const auto& [name, count] : counts) out.Set(name, number_to_js(env, count));
  return out;
}

Napi::Object sending_to_js(Napi::Env env, const TrialResult& result) {
  const Sending& sending = result.sending;
  Napi::Object out = Napi::Object::New(env);
  out.Set("sent", number_to_js(env, sending.sent));
  out.Set("wanted", number_to_js(env, sending.wanted));
  out.Set("bytes", number_to_js(env, sending.bytes));
  out.Set("refused", counts_to_js(env, sending.refused));
  out.Set("elapsedNs", number_to_js(env, sending.elapsed_ns));
  out.Set("lateness", histogram_to_js(env, sending.lateness));
  out.Set("latenessMaxNs", number_to_js(env, sending.lateness_max_ns));
  out.Set("threadCpuNs", number_to_js(env, result.sender_cpu_ns));
  out.Set("output", sending.output ? Napi::Value(Napi::String::New(env, *sending.output)) : env.Null());
  return out;
}

Napi::Object reader_to_js(Napi::Env env, const TrialResult& result) {
  const ReaderState& reader = result.reader;
  Napi::Object protocols = Napi::Object::New(env);
  for (std::size_t i = 0; i < kProtocols; ++i) protocols.Set(kProtocolNames[i], number_to_js(env, reader.protocols[i]));
  Napi::Object sequence = Napi::Object::New(env);
  sequence.Set("missing", number_to_js(env, reader.sequence.missing));
  sequence.Set("duplicated", number_to_js(env, reader.sequence.duplicated));
  sequence.Set("reordered", number_to_js(env, reader.sequence.reordered));
  sequence.Set("corrupt", number_to_js(env, reader.sequence.corrupt));
  Napi::Object granted = Napi::Object::New(env);
  for (const auto& [key, value] : result.granted) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      granted.Set(key, *text);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      granted.Set(key, Napi::Boolean::New(env, *flag));
    } else {
      granted.Set(key, number_to_js(env, std::get<double>(value)));
    }
  }

  Napi::Object out = Napi::Object::New(env);
  out.Set("packets", number_to_js(env, reader.packets));
  out.Set("bytes", number_to_js(env, reader.bytes));
  out.Set("calls", number_to_js(env, reader.calls));
  out.Set("protocols", protocols);
  out.Set("sequence", sequence);
  out.Set("threadCpuNs", number_to_js(env, reader.thread_cpu_ns));
  out.Set("voluntarySwitches", number_to_js(env, reader.voluntary_switches));
  out.Set("involuntarySwitches", number_to_js(env, reader.involuntary_switches));
  out.Set("granted", granted);
  out.Set("systemCalls", optional_to_js(env, reader.system_calls));
  out.Set("copiedBytes", number_to_js(env, reader.copied_bytes));
  out.Set("batches", histogram_to_js(env, reader.batches));
  out.Set("latency", reader.latency ? Napi::Value(histogram_to_js(env, *reader.latency)) : env.Null());
  out.Set("latencyMaxNs", number_to_js(env, reader.latency_max_ns));
  out.Set("drops", counts_to_js(env, result.drops));
  out.Set("filtered", number_to_js(env, result.filtered));
  return out;
}

namespace {

void set_hits(Napi::Env env, Napi::Object out, const Hits& hits) {
  out.Set("entries", number_to_js(env, hits.entries));
  out.Set("exits", number_to_js(env, hits.exits));
  out.Set("passes", number_to_js(env, hits.passes));
}

Napi::Object ways_to_js(Napi::Env env, const StateTime& state) {
  Napi::Object out = Napi::Object::New(env);
  for (std::size_t way = 0; way < NR_WAYS; ++way) {
    if (!state.ways[way].any()) continue;
    Napi::Object hits = Napi::Object::New(env);
    set_hits(env, hits, state.ways[way]);
    out.Set(kWayNames[way], hits);
  }
  return out;
}

Napi::Value visits_to_js(Napi::Env env, const std::vector<Histogram>& visits) {
  if (visits.empty()) return env.Null();
  Napi::Array array = Napi::Array::New(env);
  std::uint32_t i = 0;
  for (std::size_t stage = 0; stage < visits.size(); ++stage) {
    if (visits[stage].bins().empty()) continue;
    Napi::Object out = Napi::Object::New(env);
    out.Set("stage", kStageNames[stage]);
    out.Set("histogram", histogram_to_js(env, visits[stage]));
    array.Set(i++, out);
  }
  return array;
}

Napi::Object account_to_js(Napi::Env env, const CpuAccount& account) {
  Napi::Array states = Napi::Array::New(env);
  std::uint32_t i = 0;
  for (const StateTime& state : account.states) {
    Napi::Object out = Napi::Object::New(env);
    out.Set("layer", kLayerNames[state.layer]);
    out.Set("owner", kOwnerNames[state.owner]);
    out.Set("stage", kStageNames[state.stage]);
    out.Set("ns", number_to_js(env, state.ns));
    set_hits(env, out, state.hits);
    out.Set("ways", ways_to_js(env, state));
    states.Set(i++, out);
  }
  Napi::Object losses = Napi::Object::New(env);
  losses.Set("recursionMisses", number_to_js(env, account.recursion_misses));
  for (std::size_t loss = 0; loss < NR_LOSSES; ++loss) {
    losses.Set(kLossNames[loss], number_to_js(env, account.losses[loss]));
  }
  Napi::Object out = Napi::Object::New(env);
  out.Set("cpu", account.cpu);
  out.Set("elapsedNs", number_to_js(env, account.elapsed_ns));
  out.Set("statesNs", number_to_js(env, account.states_ns));
  out.Set("states", states);
  out.Set("losses", losses);
  return out;
}

Napi::Object probes_to_js(Napi::Env env, const ProbeResult& probes) {
  Napi::Array cpus = Napi::Array::New(env);
  std::uint32_t i = 0;
  for (const CpuAccount& account : probes.cpus) cpus.Set(i++, account_to_js(env, account));
  Napi::Array boundaries = Napi::Array::New(env);
  i = 0;
  for (const BoundaryCount& boundary : probes.boundaries) {
    Napi::Object out = Napi::Object::New(env);
    out.Set("program", boundary.program);
    out.Set("packets", number_to_js(env, boundary.packets));
    out.Set("bytes", number_to_js(env, boundary.bytes));
    boundaries.Set(i++, out);
  }
  Napi::Object out = Napi::Object::New(env);
  out.Set("attachNs", number_to_js(env, probes.attach_ns));
  out.Set("cpus", cpus);
  out.Set("boundaries", boundaries);
  out.Set("visits", visits_to_js(env, probes.visits));
  return out;
}

Napi::Object triggers_to_js(Napi::Env env, const Triggers& triggers) {
  Napi::Object out = Napi::Object::New(env);
  out.Set("receiverSoftirqs", number_to_js(env, triggers.receiver_softirqs));
  out.Set("senderSoftirqs", optional_to_js(env, triggers.sender_softirqs));
  out.Set("napiWakeups", optional_to_js(env, triggers.napi_wakeups));
  out.Set("interrupts", optional_to_js(env, triggers.interrupts));
  return out;
}

Napi::Object soaking_to_js(Napi::Env env, const Soaking& soaking) {
  Napi::Object out = Napi::Object::New(env);
  out.Set("windowNs", number_to_js(env, soaking.window_ns));
  out.Set("offers", number_to_js(env, soaking.offers));
  out.Set("takenNs", number_to_js(env, soaking.taken_ns));
  out.Set("idleOfferNs", number_to_js(env, soaking.idle_offer_ns));
  return out;
}

std::string ipv4_text(pktpath_u32 address) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&address);
  return std::to_string(bytes[0]) + "." + std::to_string(bytes[1]) + "." + std::to_string(bytes[2]) + "." +
         std::to_string(bytes[3]);
}

Napi::Object flows_to_js(Napi::Env env, const FlowCounts& counts) {
  Napi::Array each = Napi::Array::New(env);
  std::uint32_t i = 0;
  for (const auto& [key, flow] : counts.flows) {
    Napi::Object out = Napi::Object::New(env);
    out.Set("protocol", key.protocol);
    out.Set("source", ipv4_text(key.source));
    out.Set("sourcePort", ntohs(key.ports[0]));
    out.Set("destination", ipv4_text(key.destination));
    out.Set("destinationPort", ntohs(key.ports[1]));
    out.Set("packets", number_to_js(env, flow.packets));
    out.Set("bytes", number_to_js(env, flow.bytes));
    each.Set(i++, out);
  }
  Napi::Object out = Napi::Object::New(env);
  out.Set("each", each);
  out.Set("untracked", number_to_js(env, counts.untracked));
  return out;
}

std::string iso8601(std::uint64_t realtime_ns) {
  const auto seconds = static_cast<std::time_t>(realtime_ns / 1'000'000'000U);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char date[32];
  std::strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
  char text[48];
  std::snprintf(text, sizeof(text), "%s.%03uZ", date, static_cast<unsigned>(realtime_ns / 1'000'000U % 1000U));
  return text;
}

}  // namespace

Napi::Array stage_names(Napi::Env env) { return names_to_js(env, kStageNames); }
Napi::Array owner_names(Napi::Env env) { return names_to_js(env, kOwnerNames); }

Napi::Value to_js(Napi::Env env, const TrialResult& result) {
  Napi::Object out = Napi::Object::New(env);
  out.Set("startedAt", iso8601(result.started_realtime_ns));
  out.Set("windowNs", number_to_js(env, result.window_ns));
  out.Set("generator", sending_to_js(env, result));
  out.Set("reader", reader_to_js(env, result));
  out.Set("wirePackets", number_to_js(env, result.wire_packets));
  out.Set("napiCpuNs", optional_to_js(env, result.napi_cpu_ns));
  out.Set("senderNapiCpuNs", optional_to_js(env, result.sender_napi_cpu_ns));
  out.Set("probes", result.probes ? Napi::Value(probes_to_js(env, *result.probes)) : env.Null());
  if (result.observed_bytes) {
    Napi::Object observed = Napi::Object::New(env);
    observed.Set("bytes", number_to_js(env, *result.observed_bytes));
    out.Set("observed", observed);
  } else {
    out.Set("observed", env.Null());
  }
  if (result.flows) out.Set("flows", flows_to_js(env, *result.flows));
  out.Set("triggers", triggers_to_js(env, result.triggers));
  if (result.soaking) out.Set("soaking", soaking_to_js(env, *result.soaking));
  return out;
}

Napi::Value to_js(Napi::Env env, const std::vector<ProgramFact>& facts) {
  Napi::Array array = Napi::Array::New(env);
  std::uint32_t i = 0;
  for (const ProgramFact& fact : facts) {
    Napi::Object out = Napi::Object::New(env);
    out.Set("program", fact.program);
    out.Set("target", fact.target);
    out.Set("ok", fact.ok);
    out.Set("error", fact.ok ? env.Null() : Napi::Value(Napi::String::New(env, fact.error)));
    array.Set(i++, out);
  }
  return array;
}

Napi::Value to_js(Napi::Env env, const Calibration& calibration, unsigned hits_per_batch, unsigned batches) {
  const auto cost = [env](const Cost& value) {
    Napi::Object out = Napi::Object::New(env);
    out.Set("low", value.low);
    out.Set("median", value.median);
    out.Set("high", value.high);
    return out;
  };
  Napi::Object out = Napi::Object::New(env);
  out.Set("base", cost(calibration.base));
  out.Set("empty", cost(calibration.empty));
  out.Set("floor", cost(calibration.floor));
  out.Set("edge", cost(calibration.edge));
  out.Set("again", cost(calibration.again));
  out.Set("pass", cost(calibration.pass));
  out.Set("mark", cost(calibration.mark));
  Napi::Object pair = Napi::Object::New(env);
  pair.Set("user", cost(calibration.marks.user));
  pair.Set("call", cost(calibration.marks.call));
  out.Set("marks", pair);
  Napi::Array ways = Napi::Array::New(env);
  std::uint32_t i = 0;
  for (const WayCost& way : calibration.ways) {
    Napi::Object each = Napi::Object::New(env);
    each.Set("way", kWayNames[way.way]);
    each.Set("before", cost(way.before));
    each.Set("after", cost(way.after));
    each.Set("pass", cost(way.pass));
    ways.Set(i++, each);
  }
  out.Set("ways", ways);
  out.Set("trigger", calibration.trigger);
  out.Set("hitsPerBatch", hits_per_batch);
  out.Set("batches", batches);
  return out;
}

}  // namespace pktpath

// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>

#include <optional>

#include "trial/trial.h"

namespace pktpath {

// The parts that the results of a trial and of a session by hand have in common.

// Counts and nanoseconds of one measurement stay far below 2^53, where doubles are exact.
template <typename T>
Napi::Value number_to_js(Napi::Env env, T value) {
  return Napi::Number::New(env, static_cast<double>(value));
}

template <typename T>
Napi::Value optional_to_js(Napi::Env env, const std::optional<T>& value) {
  return value ? number_to_js(env, *value) : Napi::Value(env.Null());
}

Napi::Object counts_to_js(Napi::Env env, const std::map<std::string, std::uint64_t>& counts);
Napi::Object sending_to_js(Napi::Env env, const TrialResult& result);
Napi::Object reader_to_js(Napi::Env env, const TrialResult& result);

}  // namespace pktpath

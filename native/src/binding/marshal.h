// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>

#include "bpf/calibrate.h"
#include "bpf/detect.h"
#include "trial/spec.h"
#include "trial/trial.h"

namespace pktpath {

// JavaScript to C++: every field is checked. C++ to JavaScript: the shapes of harness/executor/contract.ts.
TrialSpec to_trial_spec(const Napi::Value& value);
Napi::Value to_js(Napi::Env env, const TrialResult& result);
Napi::Value to_js(Napi::Env env, const std::vector<ProgramFact>& facts);
Napi::Value to_js(Napi::Env env, const Calibration& calibration, unsigned hits_per_batch, unsigned batches);

Napi::Array stage_names(Napi::Env env);
Napi::Array owner_names(Napi::Env env);

}  // namespace pktpath

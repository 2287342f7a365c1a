// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>

#include "hand/receive.h"
#include "hand/send.h"

namespace pktpath {

HandReceiveSpec to_hand_receive_spec(const Napi::Value& value);
HandSendSpec to_hand_send_spec(const Napi::Value& value);
Napi::Value to_js(Napi::Env env, const HandFigures& figures);
Napi::Value to_js(Napi::Env env, const HandReceived& received);
Napi::Value to_js(Napi::Env env, const HandSent& sent);

// Adds the functions of sessions by hand to what the addon exports.
void export_hand(Napi::Env env, Napi::Object& out);

}  // namespace pktpath

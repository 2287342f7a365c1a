# SPDX-License-Identifier: GPL-2.0-only
{
  # Which sanitizers to build with: node-gyp rebuild -C native -- -Dpktpath_sanitize=address,undefined
  # Not called "asan": Node's own configuration sets that variable and would silently win.
  "variables": { "pktpath_sanitize%": "none" },
  "targets": [
    {
      "target_name": "pktpath_native",
      "sources": [ "<!@(find src -name '*.cc' | LC_ALL=C sort)" ],
      "defines": [ "NAPI_VERSION=9", "NODE_ADDON_API_DISABLE_DEPRECATED", "NAPI_CPP_EXCEPTIONS" ],
      "include_dirs": [ "src", "../kernel-probes" ],
      "cflags!": [ "-fno-exceptions", "-Wno-unused-parameter" ],
      "cflags_cc!": [ "-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20" ],
      "cflags": [ "-g", "-fvisibility=hidden" ],
      "cflags_cc": [
        "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror",
        # As a system folder, for its headers do not pass -Wshadow.
        "-isystem", "<!(node -p \"require('path').dirname(require.resolve('node-addon-api/package.json'))\")",
        "<!@(pkg-config --cflags libbpf libpcap)"
      ],
      "libraries": [ "<!@(pkg-config --libs libbpf libpcap)" ],
      "conditions": [
        [ "pktpath_sanitize!='none'", {
          "cflags": [ "-fsanitize=<(pktpath_sanitize)", "-fno-omit-frame-pointer" ],
          "ldflags": [ "-fsanitize=<(pktpath_sanitize)" ]
        } ]
      ]
    }
  ]
}

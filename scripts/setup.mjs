#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// Set-up of a checkout: tools, npm packages, eBPF objects, addon, TypeScript. Uses Node's built-in modules alone, for it
// runs before there is any node_modules. This file keeps to syntax that an old Node can parse, to be able to refuse it.
const minimum = [20, 19];
const version = process.versions.node.split('.').map(Number);

if (version[0] < minimum[0] || (version[0] === minimum[0] && version[1] < minimum[1])) {
  process.stderr.write(
    'set-up: Node ' +
      minimum.join('.') +
      ' or newer is needed, this is ' +
      process.version +
      ' (' +
      process.execPath +
      '). Debian 13 and Ubuntu 26.04 package one as nodejs; for older releases NodeSource does.\n',
  );
  process.exitCode = 4;
} else {
  import('./setup/main.mjs')
    .then((module) => module.main(process.argv.slice(2)))
    .then((exitCode) => {
      process.exitCode = exitCode;
    });
}

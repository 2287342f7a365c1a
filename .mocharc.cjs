// SPDX-License-Identifier: GPL-2.0-only

// Not as a node-option: mocha would then run the tests in a child that outlives it when it is killed.
process.setSourceMapsEnabled(true);

module.exports = {
  reporter: './dist/test/support/reporter.js',
  timeout: 20_000,
  forbidOnly: Boolean(process.env.CI),
};

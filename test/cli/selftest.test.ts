import assert from 'node:assert/strict';
import { pktpath } from '../support/cli.js';
import { requireCapability } from '../support/capabilities.js';

describe('pktpath selftest', function () {
  this.timeout(180_000);

  it('simulates for everybody, and says that the A/A needs root', async function () {
    requireCapability(this, 'root', process.geteuid?.() === 0);
    const { code, stdout, stderr } = await pktpath(['selftest', '--quick', '--json'], { uid: 65534 });
    assert.equal(code, 4, stderr);
    assert.match(stderr, /^pktpath: the A\/A needs root$/m);
    const { simulations, figures } = JSON.parse(stdout) as { simulations: { ok: boolean }[]; figures: unknown };
    assert.ok(simulations.length > 150 && simulations.every(({ ok }) => ok));
    assert.equal(figures, null);
  });
});

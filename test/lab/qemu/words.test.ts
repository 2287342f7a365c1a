import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Words } from '../../../harness/lab/qemu/words.js';

describe('QEMU’s words', () => {
  it('are kept without the warning of the hub, wherever it is split', async () => {
    const line = 'qemu-system-x86_64: warning: hub 0 is not connected to host network\n';
    for (let at = 1; at < line.length; at++) {
      const stream = new PassThrough();
      const words = new Words([stream]);
      stream.write(`before\n${line.slice(0, at)}`);
      stream.end(`${line.slice(at)}after\n`);
      await once(stream, 'close');
      assert.equal(String(words), 'before\nafter');
    }
  });

  it('are the last of many', async () => {
    const stream = new PassThrough();
    const words = new Words([stream]);
    for (let line = 0; line < 10_000; line++) stream.write(`line ${String(line)}\n`);
    stream.end();
    await once(stream, 'close');
    assert.ok(String(words).endsWith('line 9999'));
    assert.ok(String(words).length <= 2000);
  });
});

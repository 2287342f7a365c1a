import assert from 'node:assert/strict';
import { hookText } from '../../reports/hooks.js';

describe('the text of a hook', () => {
  it('names an entry and its exit once, and a subsystem once', () => {
    const targets = ['irq:a_entry', 'irq:a_exit', 'irq_vectors:b_entry', 'irq_vectors:b_exit', 'irq_vectors:c'];
    assert.equal(hookText('tracepoint', targets), 'irq:a; irq_vectors:b, c');
  });

  it('keeps an entry without exit, and an exit without entry, as they are', () => {
    assert.equal(hookText('tracepoint', ['net:x_entry']), 'net:x_entry');
    assert.equal(hookText('tracepoint', ['net:x_exit', 'net:y']), 'net:x_exit, y');
  });

  it('says when there is none, and gives the tier of one without target', () => {
    assert.equal(hookText(null, []), 'no hook');
    assert.equal(hookText('emulator', []), 'emulator');
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { escapeHtml, escapeMarkdown, printable, slug } from '../../reports/text.js';

/** Text as an attacker would write it: any characters, weighted to those that mean something somewhere. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('\u001b[31m', '\u001b]8;;http://x\u0007', '\u009b2J', '\r', '\n', '\t', '\u202e', '\u200b', '\0'),
      fc.constantFrom(
        '<script>',
        '</td>',
        '&',
        '"',
        "'",
        '|',
        '`',
        '*',
        '_',
        '[x](http://y)',
        '\\',
        '# ',
        '- ',
        'www.x',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('text of a record', () => {
  it('is printed without anything that acts on a terminal', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        assert.doesNotMatch(printable(text), /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u);
      }),
    );
    assert.equal(printable('a\u001b[31mred\u001b[0m\nb'), 'ared b');
    assert.equal(printable('net-rx (with packet-tap)'), 'net-rx (with packet-tap)');
  });

  it('is cut when it is very long', () => {
    const cut = printable('x'.repeat(1_000_000), 50);
    assert.equal(Array.from(cut).length, 50);
    assert.ok(cut.endsWith('…'));
    assert.equal(printable('x'.repeat(50), 50), 'x'.repeat(50));
  });

  it('has no markup left in HTML', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        assert.doesNotMatch(escapeHtml(text), /[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
      }),
    );
  });

  it('has no live Markdown left', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        // What remains after removing escapes must have nothing that opens markup.
        const rest = escapeMarkdown(text).replace(/\\[!-/:-@[-`{-~]/g, '');
        assert.doesNotMatch(rest, /[|`*[\]<>~\n]|:\/\/|www\.|@/);
        assert.doesNotMatch(escapeMarkdown(text), /^(#|[-+=] |\d+[.)] )/);
      }),
    );
    assert.equal(escapeMarkdown('skb:skb_copy_datagram_iovec'), 'skb:skb_copy_datagram_iovec');
    assert.equal(escapeMarkdown('a|b'), 'a\\|b');
  });

  it('becomes a safe file name', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        assert.match(slug(text), /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/);
      }),
    );
    assert.equal(slug('tcp frameBytes=64'), 'tcp-framebytes-64');
  });
});

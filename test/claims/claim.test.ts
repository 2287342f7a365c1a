import assert from 'node:assert/strict';
import { claimsTable } from '../../reports/claims/claim.js';
import { renderMarkdown } from '../../reports/tables/table.js';

describe('claims', () => {
  it('stand in a table with what was found and the verdict', () => {
    const table = claimsTable([
      {
        claim: 'C8',
        says: 'reading many packets a call saves switches, and delays packets',
        found: '64 a call: 0.5 of the cost | 8 a call: 0.6',
        verdict: 'holds',
        sentence: 'It does.',
      },
    ]);
    const text = renderMarkdown(table);
    assert.match(
      text,
      /\| C8 \| reading many packets .* \| 64 a call: 0\.5 of the cost \\\| 8 a call: 0\.6 \| holds \| It does\. \|/,
    );
    assert.deepEqual(claimsTable([]).rows, []);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { schemaPath, schemaText } from '../../reports/schema.js';

describe('run.schema.json', () => {
  it('is the one that the type gives; if not: npm run schema', () => {
    assert.equal(readFileSync(schemaPath, 'utf8'), schemaText());
  });

  it('is of JSON Schema 2020-12 and asks for every part of a record', () => {
    const schema = JSON.parse(schemaText()) as { $schema: string; required: string[] };
    assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
    for (const part of ['environment', 'trials', 'summary', 'warnings'])
      assert.ok(schema.required.includes(part), part);
  });
});

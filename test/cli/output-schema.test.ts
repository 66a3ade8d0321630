/** The JSON Schema of the command's output. Lines of real runs are checked by test/cli/command.ts. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { assertOutputLine } from './output-schema.ts';

const failure = { tag: 'TimeoutError', message: 'No response.', code: 7 };

test.each([
  { type: 'progress', file: 'a.vmdk', received: 1, total: 2 },
  { type: 'retrying', attempt: 1, delay: 500, error: failure },
  { type: 'retrying', delay: 500, error: failure },
  { type: 'failed', file: 'a.vmdk', error: failure },
  { type: 'failed', itemId: 'item-1', error: failure },
  { type: 'download', itemId: 'item-1', itemName: 'a', event: { type: 'failed', file: 'a.vmdk', error: failure } },
  { type: 'error', error: failure },
])('the schema accepts %j', (line) => {
  expect(() => assertOutputLine(JSON.stringify(line))).not.toThrow();
});

test.each([
  { type: 'progres', file: 'a.vmdk', received: 1 },
  { type: 'progress', file: 'a.vmdk' },
  { type: 'progress', file: 'a.vmdk', received: 1, recieved: 1 },
  { type: 'progress', file: 'a.vmdk', received: -1 },
  { type: 'saved', file: 'a.vmdk', bytes: 1, verified: 'maybe' },
  { type: 'error', error: { ...failure, code: 0 } },
  { type: 'error', error: { tag: 'TimeoutError', code: 7 } },
  { type: 'download', itemId: 'item-1', itemName: 'a', event: { type: 'gone', itemId: 'item-1', itemName: 'a', removed: true } },
])('the tests refuse %j', (line) => {
  expect(() => assertOutputLine(JSON.stringify(line))).toThrow('does not match src/cli/output.schema.json');
});

test('the package exports the schema, which allows fields of later versions', () => {
  const path = createRequire(import.meta.url).resolve('rx-content-library/output.schema.json');
  const text = readFileSync(path, 'utf8');
  expect(text).not.toContain('additionalProperties');
  expect(JSON.parse(text)).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
});

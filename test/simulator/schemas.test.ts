/** The JSON Schemas of scenarios and inventories match their types. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { LocalizableMessage } from 'rx-content-library';
import { createSimulator, type Fault, type Inventory, type Scenario, type SimulatorOptions } from 'rx-content-library/simulator';

const root = join(import.meta.dirname, '../..');

const validator = (file: string) => {
  const schema = JSON.parse(readFileSync(join(root, 'src/simulator/schemas', file), 'utf8')) as object;
  // This draft allows a description beside a `$ref`.
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  return (value: unknown): boolean => validate(JSON.parse(JSON.stringify(value)));
};

const isScenario = validator('scenario.json');
const isInventory = validator('inventory.json');

type Kind = NonNullable<Fault['kind']>;
const operation = 'content.Library.list';
const message: LocalizableMessage = {
  id: 'a',
  default_message: 'b',
  args: ['c'],
  params: { d: { s: 'e', format: 'SHORT_DATE' } },
  localized: 'f',
};

/** Every kind of fault with all of its fields; the compiler checks that no kind is missing. */
const faults: { readonly [kind in Kind]: Extract<Fault, { readonly kind: kind }> | Fault } = {
  answer: { operation, kind: 'answer', status: 500, contentType: 'text/plain', headers: { a: 'b' }, body: '' },
  refusal: { operation, kind: 'refusal', errorType: 'ERROR', message, status: 500, retryAfter: 5, data: { a: [1] } },
  'session-limit': { operation: 'cis.Session.create', kind: 'session-limit' },
  page: { operation, kind: 'page', status: 503, retryAfter: 'Mon, 01 Jan 2024 00:00:00 GMT' },
  redirect: { operation, kind: 'redirect', to: 'https://other.example.test', status: 307 },
  latency: { operation: '*', kind: 'latency', milliseconds: [1, 2] },
  disconnect: { operation, kind: 'disconnect', ending: 'close', done: true },
  hang: { operation, kind: 'hang', at: 1 },
  truncate: { operation: 'data', kind: 'truncate', shape: 'chunked-complete', at: 1 },
  malformed: { operation, kind: 'malformed' },
  corrupt: { operation: 'data', kind: 'corrupt', at: 1, length: 2 },
  range: { operation: 'data', kind: 'range', how: 'shifted', by: -1 },
  certificate: { operation: '*', kind: 'certificate', thumbprint: 'AA' },
  'session-lost': { operation: 'data', kind: 'session-lost', session: 'download', at: 5 },
};
const target = { file: 'a', from: 1, until: 2, after: 3, times: 4, chance: 0.5 };

const scenario: Required<Scenario> = {
  version: '9.0',
  preparation: { requested: 1, preparing: 2, outcome: 'ERROR', message: null, phases: [{ status: 'PREPARING', lasts: 1 }] },
  files: { 'any name': { outcome: 'ERROR', message } },
  checksums: 'none',
  leases: { downloadSession: 1, endedDownloadSession: 2, apiSessionIdle: 3, apiSession: 4, apiSessionsPerUser: 5 },
  data: {
    contentLength: false,
    ranges: false,
    etag: 'none',
    head: false,
    login: true,
    cors: true,
    readingKeepsLease: true,
    bytesPerSecond: 5,
  },
  contentChanges: [
    { item: 'I', file: 'a', after: 1, size: 5, contentVersion: '2' },
    { afterBytes: 5, content: 'b' },
  ],
  assumptions: { vmTemplate: { operation: 'create', error: 'UNSUPPORTED' }, emptyItem: 'allowed', wrongMethod: 405 },
  faults: [...Object.values(faults), ...Object.values(faults).map((fault): Fault => ({ ...fault, ...target }))],
};

const inventory: Inventory = {
  libraries: [
    {
      name: 'L',
      type: 'SUBSCRIBED',
      storage: { uri: 'nfs://nas.example.test/library' },
      subscription: { url: 'https://publisher.example.test', onDemand: true },
      items: [
        {
          name: 'I',
          certificateVerification: { status: 'VERIFIED', certChain: ['PEM'] },
          changes: [{ version: '1' }],
          files: [
            { name: 'a', content: 'text', version: '2', storedSize: 5, cached: true },
            // Names that are not safe as file names.
            ...[
              '../../etc/cron.d/x',
              '..\\..\\x',
              '/etc/passwd',
              'C:\\x',
              'CON',
              'nul.txt',
              'x:y',
              'x ',
              '.',
              '\u202Egpj.exe',
            ].map((name) => ({ name, size: 1 })),
          ],
        },
      ],
    },
  ],
};

/** Returns copies of the value with one object changed, for every object except those with arbitrary field names. */
const changes = (
  value: unknown,
  change: (original: object) => readonly object[],
  path = '$',
): readonly (readonly [string, unknown])[] => {
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) =>
      changes(item, change, `${path}[${index}]`).map(([where, changed]): [string, unknown] => [
        where,
        value.with(index, changed),
      ]),
    );
  if (typeof value !== 'object' || value === null || /\.(headers|data\.a|params)$/.test(path) || path.endsWith('].data'))
    return [];
  const own = path.endsWith('.files') ? [] : change(value).map((changed): [string, unknown] => [path, changed]);
  const below = Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    changes(inner, change, `${path}.${name}`).map(([where, changed]): [string, unknown] => [
      where,
      { ...value, [name]: changed },
    ]),
  );
  return [...own, ...below];
};

/** Returns false if `createSimulator` refuses the options, with a place. */
const isAccepted = (options: SimulatorOptions): boolean => {
  try {
    createSimulator(options);
    return true;
  } catch (error) {
    expect(String(error)).toMatch(/^TypeError: Invalid (scenario|inventory): \$/);
    return false;
  }
};

test('the schema files are up to date with the types', async () => {
  const { stderr } = await promisify(execFile)(process.execPath, ['scripts/schemas.mjs'], { cwd: root });
  expect(stderr).toBe('');
});

describe.each([
  ['a scenario', scenario, isScenario, (value: unknown) => isAccepted({ scenario: value as Scenario })],
  ['an inventory', inventory, isInventory, (value: unknown) => isAccepted({ inventory: value as Inventory })],
] as const)('%s', (_, sample, isValid, isServed) => {
  test('with all fields is valid, also with a $schema', () => {
    expect(isValid(sample)).toBe(true);
    expect(isValid({ $schema: './node_modules/rx-content-library/src/simulator/schemas/any.json', ...sample })).toBe(true);
  });

  test('with an unknown field is invalid, at any level', () => {
    const misspelled = changes(sample, (original) => [{ ...original, misspelt: 1 }]);
    expect(misspelled.length).toBeGreaterThan(5);
    expect(misspelled.filter(([, value]) => isValid(value)).map(([path]) => path)).toEqual([]);
    expect(misspelled.filter(([, value]) => isServed(value)).map(([path]) => path)).toEqual([]);
  });

  test('with a field of another type is invalid, at any level', () => {
    const wrong = changes(sample, (original) =>
      Object.keys(original)
        .filter((name) => name !== 'data')
        .map((name) => ({ ...original, [name]: { neither: ['text'] } })),
    );
    expect(wrong.filter(([, value]) => isValid(value)).map(([path]) => path)).toEqual([]);
    expect(wrong.filter(([, value]) => isServed(value)).map(([path]) => path)).toEqual([]);
  });
});

test.each([
  ['an unknown version', { version: '5.5' }],
  ['a fault without an operation', { faults: [{ kind: 'malformed' }] }],
  ['an unknown kind of fault', { faults: [{ operation, kind: 'flood' }] }],
  ['a truncation without a shape', { faults: [{ operation, kind: 'truncate' }] }],
  ['a field of another kind of fault', { faults: [{ operation, kind: 'page', shape: 'close' }] }],
  ['a latency of three numbers', { faults: [{ operation, kind: 'latency', milliseconds: [1, 2, 3] }] }],
  ['a latency of one number in a list', { faults: [{ operation, kind: 'latency', milliseconds: [1] }] }],
])('%s is invalid', (_, wrong) => expect(isScenario(wrong)).toBe(false));

test.each([
  ['a file with neither content nor size', { name: 'a' }],
  ['a file with both', { name: 'a', content: 'x', size: 1 }],
  ['a file with open', { name: 'a', size: 1, open: {} }],
])('%s is invalid', (_, file) => {
  expect(isInventory({ libraries: [{ name: 'L', items: [{ name: 'I', files: [file] }] }] })).toBe(false);
});

test('createSimulator accepts the valid scenario and inventory', () => {
  expect(createSimulator({ scenario, inventory }).sessions).toEqual([]);
});

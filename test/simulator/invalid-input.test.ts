/** Scenarios and inventories that their schemas do not allow are refused before anything is served. */

import { describe, expect, test } from '@jest/globals';
import { createSimulator, type Inventory, type Scenario } from 'rx-content-library/simulator';

const withScenario = (scenario: unknown) => () => createSimulator({ scenario: scenario as Scenario });
const withFiles = (files: unknown) => () =>
  createSimulator({ inventory: { libraries: [{ name: 'L', items: [{ name: 'I', files }] }] } as Inventory });

test.each<readonly [unknown, string]>([
  [
    { files: { 'a.iso': { outcome: 'ERROR', message: 'The disk is full.' } } },
    '$.files["a.iso"].message: expected null or an object',
  ],
  [{ preparation: { preparing: '5s' } }, '$.preparation.preparing: expected a number'],
  [{ preparation: { phases: [{ status: 'READY', lasts: 1 }] } }, '$.preparation.phases[0].status: expected one of'],
  [{ version: '9.2' }, '$.version: expected one of 6.7, 7.0, 8.0, 9.0, 9.1'],
  [{ data: { ranges: 'no' } }, '$.data.ranges: expected a boolean'],
  [{ data: { rangez: true } }, '$.data.rangez: unknown field; did you mean ranges?'],
  [{ leases: { apiSession: null } }, '$.leases.apiSession: expected a number'],
  [{ assumptions: { wrongMethod: 403 } }, '$.assumptions.wrongMethod: expected one of 404, 405'],
  [{ faults: { operation: '*' } }, '$.faults: expected an array'],
  [{ faults: [{ operation: 'data', kind: 'truncate' }] }, '$.faults[0]: missing shape'],
  [{ faults: [{ operation: 'data', kind: 'flood' }] }, '$.faults[0].kind: expected one of'],
  [{ faults: [{ operation: 'data', body: () => 'x' }] }, '$.faults[0].body: a value of type function is not allowed'],
  [null, '$: expected an object'],
  [{ preparation: { preparing: -1 } }, '$.preparation.preparing: expected a number from 0, got -1'],
  [{ preparation: { preparing: Number.NaN } }, '$.preparation.preparing: expected a number, got NaN'],
  [{ leases: { downloadSession: -300_000 } }, '$.leases.downloadSession: expected a number from 0, got -300000'],
  [{ data: { bytesPerSecond: -1 } }, '$.data.bytesPerSecond: expected a number from 0, got -1'],
  [{ faults: [{ operation: 'data', kind: 'malformed', chance: 2 }] }, '$.faults[0].chance: expected a number from 0 to 1, got 2'],
  [
    { faults: [{ operation: 'data', kind: 'page', status: 99 }] },
    '$.faults[0].status: expected a number from 200 to 599, got 99',
  ],
  [{ contentChanges: [{ afterBytes: -5 }] }, '$.contentChanges[0].afterBytes: expected a number from 0, got -5'],
])('the scenario %j', (scenario, message) => {
  expect(withScenario(scenario)).toThrow(TypeError);
  expect(withScenario(scenario)).toThrow(`Invalid scenario: ${message}`);
});

test.each<readonly [unknown, string]>([
  [[{ name: 'a' }], '$.libraries[0].items[0].files[0]: missing content or size'],
  [[{ name: 'a', open: () => [] }], '$.libraries[0].items[0].files[0]: missing content or size'],
  [[{ name: 'a', size: -1 }], '$.libraries[0].items[0].files[0].size: expected a number from 0, got -1'],
  [[{ name: 5, size: 1 }], '$.libraries[0].items[0].files[0].name: expected a string'],
  [[{ name: 'a', size: '1' }], '$.libraries[0].items[0].files[0].size: expected a number'],
  [[{ name: 'a', size: 1n }], '$.libraries[0].items[0].files[0].size: a value of type bigint is not allowed'],
  ['a.iso', '$.libraries[0].items[0].files: expected an array'],
])('an item with the files %p', (files, message) => {
  expect(withFiles(files)).toThrow(TypeError);
  expect(withFiles(files)).toThrow(`Invalid inventory: ${message}`);
});

describe('fields that JSON does not have are allowed:', () => {
  test('bytes, functions that open files, and fields that are undefined', () => {
    const open = async function* () {
      yield new Uint8Array(5);
    };
    const files = [
      { name: 'a', content: new Uint8Array(3) },
      { name: 'b', size: 5, open },
      { name: 'c', size: 1, version: undefined },
    ];
    expect(withFiles(files)).not.toThrow();
    expect(withScenario({ version: undefined, files: { 'any name': { message: null } } })).not.toThrow();
  });
});

test('a scenario whose validation fails leaves no trace: the next one is served', () => {
  expect(withScenario({ version: '5.5' })).toThrow();
  expect(withScenario({ version: '7.0' })()).toHaveProperty('requests', []);
});

/** Faults that change a body: they leave the bytes of files alone, or are refused where they make no sense. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { dialects, startDownload } from './call.ts';

const fileService = 'content.library.item.downloadsession.File';
/** Every byte, in an order that is not valid UTF-8. */
const binary = Uint8Array.from({ length: 8684 }, (_, index) => (index * 151 + 128) % 256);

const create = (fault: Fault) => () => createSimulator({ scenario: { faults: [{ operation: 'soap', body: '' }, fault] } });

test.each(['certificate', 'malformed'] as const)('a %s fault for every request leaves the bytes of files alone', async (kind) => {
  const { linkOf, simulator } = await startDownload('api', {
    files: [{ name: 'disk', content: binary }],
    // The first four requests create the download session and the link.
    scenario: { faults: [{ operation: '*', kind, after: 4 }] },
  });
  const link = await linkOf('disk');
  for (const range of [undefined, 'bytes=100-299']) {
    const response = await simulator.fetch(link, { headers: range === undefined ? {} : { range } });
    const expected = range === undefined ? binary : binary.subarray(100, 300);
    expect(response.headers.get('content-length')).toBe(String(expected.length));
    expect(Buffer.from(await response.arrayBuffer()).equals(expected)).toBe(true);
  }
});

test('any bytes of a file survive every fault for all requests that changes JSON', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('certificate', 'malformed', 'corrupt', 'range'),
      fc.constantFrom(...dialects),
      async (content, kind, dialect) => {
        const extra = { corrupt: { at: content.length }, range: { how: 'ignored' }, certificate: {}, malformed: {} } as const;
        const { linkOf, simulator } = await startDownload(dialect, {
          files: [{ name: 'disk', content }],
          scenario: { faults: [{ operation: '*', kind, after: 4, ...extra[kind] } as Fault] },
        });
        const response = await simulator.fetch(await linkOf('disk'));
        expect(new Uint8Array(await response.arrayBuffer())).toEqual(content);
      },
    ),
    { numRuns: 40 },
  );
});

test('faults of bytes for every request leave JSON alone', async () => {
  const { call } = await startDownload('api', {
    files: [{ name: 'disk', content: binary }],
    scenario: { faults: [{ operation: '*', kind: 'corrupt', at: 0, length: 9 }] },
  });
  expect((await call('content.Library.list')).json).toEqual([expect.any(String)]);
});

test('requests that a fault cannot apply to do not count', async () => {
  const { get, linkOf, simulator } = await startDownload('api', {
    files: [{ name: 'disk', content: 'x' }],
    scenario: { faults: [{ operation: '*', kind: 'malformed', after: 4, times: 1 }] },
  });
  const link = await linkOf('disk');
  await (await simulator.fetch(link)).text();
  expect((await get('disk')).json).toBeUndefined();
  expect((await get('disk')).json).toHaveProperty('status', 'PREPARED');
});

describe('a fault that would never apply is refused, with the place:', () => {
  test.each<readonly [Fault, string]>([
    [{ operation: 'data', kind: 'malformed' }, 'the kind malformed does not apply to data, only to responses in JSON.'],
    [{ operation: 'soap', kind: 'malformed' }, 'the kind malformed does not apply to soap'],
    [{ operation: 'data', kind: 'certificate' }, `does not apply to data, only to ${fileService}.list, .get and .prepare.`],
    [{ operation: 'content.Library.list', kind: 'certificate' }, 'does not apply to content.Library.list'],
    [{ operation: 'content.Library.list', kind: 'corrupt', at: 0 }, 'the kind corrupt does not apply'],
    [{ operation: `${fileService}.get`, kind: 'range', how: 'other' }, 'the kind range does not apply'],
    [{ operation: 'content.library.list', kind: 'malformed' }, 'There is no operation content.library.list.'],
  ])('%j', (fault, message) => {
    expect(create(fault)).toThrow(RangeError);
    expect(create(fault)).toThrow('Invalid scenario: $.faults[1].operation: ');
    expect(create(fault)).toThrow(message);
  });
});

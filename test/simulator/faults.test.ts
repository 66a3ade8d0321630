import { expect, test } from '@jest/globals';
import type { Fault } from 'rx-content-library/simulator';
import { dialects, start, startDownload } from './call.ts';

const list = 'content.Library.list';
const busy: Fault = { operation: list, body: '{"error_type":"RESOURCE_BUSY","messages":[]}' };
const badGateway: Fault = { operation: list, status: 502, contentType: 'text/html', body: '<html>Bad Gateway</html>' };

const statuses = async (faults: readonly Fault[], calls: number): Promise<number[]> => {
  const { call } = await start('api', { scenario: { faults } });
  const seen: number[] = [];
  for (let count = 0; count < calls; count += 1) seen.push((await call(list)).status);
  return seen;
};

test.each(dialects)('a fault sends its verbatim response in /%s for its own operation only', async (dialect) => {
  const { call, simulator } = await start(dialect, { scenario: { faults: [badGateway] } });
  expect(await call(list)).toEqual({ status: 502, text: '<html>Bad Gateway</html>', json: undefined });
  expect((await call('content.Library.find', { name: 'x' })).status).toBe(200);
  expect(simulator.requests.at(-2)).toMatchObject({ operation: list, status: 502 });
});

test('a fault defaults to JSON with status 500', async () => {
  const { simulator } = await start('api', { scenario: { faults: [busy] } });
  const response = await simulator.fetch('https://vc.test/api/content/library');
  expect(response.status).toBe(500);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.text()).toBe(busy.body);
});

test('a fault applies always, a number of times, or after a number of requests', async () => {
  expect(await statuses([busy], 4)).toEqual([500, 500, 500, 500]);
  expect(await statuses([{ ...busy, times: 2 }], 4)).toEqual([500, 500, 200, 200]);
  expect(await statuses([{ ...busy, after: 1, times: 2 }], 4)).toEqual([200, 500, 500, 200]);
});

test('faults of the same operation apply one after the other', async () => {
  expect(
    await statuses(
      [
        { ...busy, times: 1 },
        { ...badGateway, times: 1 },
      ],
      3,
    ),
  ).toEqual([500, 502, 200]);
  expect(
    await statuses(
      [
        { ...busy, times: 1 },
        { ...badGateway, after: 2, times: 1 },
      ],
      4,
    ),
  ).toEqual([500, 200, 502, 200]);
});

test('a fault of every operation also applies to logins, file data and unknown paths', async () => {
  const { call, linkOf, simulator } = await startDownload('api', {
    files: [{ name: 'a', size: 1 }],
    scenario: { faults: [{ operation: '*', after: 4, status: 503, body: '' }] },
  });
  const link = await linkOf('a');
  expect((await simulator.fetch(link)).status).toBe(503);
  expect((await simulator.fetch('https://vc.test/api/session', { method: 'POST' })).status).toBe(503);
  expect((await simulator.fetch('https://vc.test/ui')).status).toBe(503);
  expect((await call(list)).status).toBe(503);
});

test('a fault of file data does not apply to operations', async () => {
  const { linkOf, simulator } = await startDownload('api', {
    files: [{ name: 'a', content: 'good' }],
    scenario: { faults: [{ operation: 'data', times: 1, status: 200, contentType: 'application/octet-stream', body: 'bad' }] },
  });
  const link = await linkOf('a');
  expect(await (await simulator.fetch(link)).text()).toBe('bad');
  expect(await (await simulator.fetch(link)).text()).toBe('good');
});

test('a fault without a body may have a status that allows none', async () => {
  expect(await statuses([{ operation: list, status: 204, body: '' }], 1)).toEqual([204]);
});

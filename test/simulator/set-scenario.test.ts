import { describe, expect, test } from '@jest/globals';
import { createSimulator, type ScenarioChanges } from 'rx-content-library/simulator';
import { start, startDownload } from './call.ts';

const list = 'content.Library.list';
const files = [{ name: 'disk.vmdk', size: 1000 }];

test('faults apply from the next request on, and end with an empty list', async () => {
  const { call, simulator } = await start('api');
  expect((await call(list)).status).toBe(200);
  simulator.setScenario({ faults: [{ operation: list, status: 502, body: '' }] });
  expect((await call(list)).status).toBe(502);
  simulator.setScenario({ faults: [] });
  expect((await call(list)).status).toBe(200);
});

test('a fault that is set again applies its number of times again', async () => {
  const { call, simulator } = await start('api');
  const once: ScenarioChanges = { faults: [{ operation: list, status: 502, body: '', times: 1 }] };
  for (const changes of [once, once]) {
    simulator.setScenario(changes);
    expect([(await call(list)).status, (await call(list)).status]).toEqual([502, 200]);
  }
});

test('sessions, logins and requests stay, and so do the parts that are not given', async () => {
  const { call, simulator } = await startDownload('api', { files, scenario: { faults: [{ operation: list, body: '' }] } });
  const { sessions, requests } = simulator;
  simulator.setScenario({ preparation: { outcome: 'ERROR' } });
  expect(simulator.sessions).toEqual(sessions);
  expect(simulator.requests).toEqual(requests);
  expect(simulator.apiSessions).toBe(1);
  expect((await call(list)).status).toBe(500);
});

test('a preparation that was requested before proceeds as it was planned', async () => {
  const { advance, get, prepare, simulator } = await startDownload('api', { files });
  await prepare('disk.vmdk');
  simulator.setScenario({ preparation: { outcome: 'ERROR' }, files: { 'disk.vmdk': { preparing: 3_600_000 } } });
  advance(800);
  expect((await get('disk.vmdk')).json).toMatchObject({ status: 'PREPARED', size: 1000 });
});

test('a later prepare request uses the new settings, and so does a repeated one after ERROR', async () => {
  const { advance, get, prepare, simulator } = await startDownload('api', { files });
  simulator.setScenario({ preparation: { outcome: 'ERROR' } });
  await prepare('disk.vmdk');
  advance(800);
  expect((await get('disk.vmdk')).json).toMatchObject({ status: 'ERROR' });
  simulator.setScenario({ preparation: {} });
  await prepare('disk.vmdk');
  advance(800);
  expect((await get('disk.vmdk')).json).toMatchObject({ status: 'PREPARED' });
});

test('the data service of the next body changes', async () => {
  const { linkOf, simulator } = await startDownload('api', { files });
  const link = await linkOf('disk.vmdk');
  simulator.setScenario({ data: { contentLength: false } });
  expect((await simulator.fetch(link)).headers.get('content-length')).toBeNull();
});

test('reset restores the scenario of the options', async () => {
  const simulator = createSimulator({ scenario: { faults: [{ operation: 'cis.Session.create', status: 502, body: '' }] } });
  const logInStatus = async () => (await simulator.fetch('https://vc.test/api/session', { method: 'POST' })).status;
  simulator.setScenario({ faults: [] });
  expect(await logInStatus()).toBe(401);
  simulator.reset();
  expect(await logInStatus()).toBe(502);
});

describe('a change that is refused changes nothing', () => {
  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'a part that cannot change',
      { version: '9.0' },
      /version: unknown option; the options are preparation, files, data, faults/,
    ],
    ['an invalid field', { preparation: { outcome: 'BROKEN' } }, /Invalid scenario: \$\.preparation\.outcome/],
    ['a fault that can never apply', { faults: [{ operation: 'nothing', body: '' }] }, /There is no operation nothing/],
  ];

  test.each(refused)('%s', async (_, changes, message) => {
    const { call, simulator } = await start('api', { scenario: { faults: [{ operation: list, body: '' }] } });
    expect(() => simulator.setScenario({ ...(changes as object) })).toThrow(message);
    expect((await call(list)).status).toBe(500);
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Scenario } from 'rx-content-library/simulator';
import { field, server, start } from './call.ts';

const begin = async (scenario: Scenario = {}) => {
  const files = [
    { name: 'd.ovf', content: '<Envelope/>', version: '3' },
    { name: 'cold.vmdk', size: 10, cached: false },
  ];
  const inventory = { libraries: [{ id: 'lib', name: 'L', items: [{ id: 'item', name: 'I', files }] }] };
  const { call, simulator, token } = await start('api', { inventory, scenario: { version: '9.0', ...scenario } });
  const ask = async (link: string, headers: Record<string, string> = { 'vmware-api-session-id': token }) => {
    const response = await simulator.fetch(link, { headers });
    return { status: response.status, text: await response.text() };
  };
  const info = async (name: string) => (await call('content.library.item.File.get', { item: 'item', name })).json;
  return { ask, info, simulator, token };
};

describe('the link of 9.0', () => {
  test('is in what is told of a file, and leads to its bytes without a download session', async () => {
    const { ask, info, simulator } = await begin();
    const link = String(field(await info('d.ovf'), 'file_download_endpoint'));
    expect(link).toBe(`${server}/cls/static/lib/item/d.ovf?version=3`);
    expect(await ask(link)).toEqual({ status: 200, text: '<Envelope/>' });
    expect(simulator.sessions).toEqual([]);
    expect(simulator.requests.at(-1)).toMatchObject({ operation: 'data', path: '/cls/static/lib/item/d.ovf?version=3' });
  });

  test('wants the API session in the header', async () => {
    const { ask, info } = await begin();
    const link = String(field(await info('d.ovf'), 'file_download_endpoint'));
    expect((await ask(link, {})).status).toBe(401);
    expect((await ask(link, { 'vmware-api-session-id': 'another' })).status).toBe(401);
  });

  test('is good for its version alone; without one it is the newest', async () => {
    const { ask } = await begin();
    const base = `${server}/cls/static/lib/item/d.ovf`;
    expect((await ask(`${base}?version=2`)).status).toBe(404);
    expect((await ask(base)).text).toBe('<Envelope/>');
  });

  test.each(['other/item/d.ovf', 'lib/other/d.ovf', 'lib/item/other', 'lib/item/cold.vmdk', 'lib/item', 'lib/item/d.ovf/'])(
    '/cls/static/%s is not there',
    async (path) => {
      expect((await (await begin()).ask(`${server}/cls/static/${path}`)).status).toBe(404);
    },
  );

  test('knows ranges as other links do', async () => {
    const { ask, token } = await begin();
    const headers = { 'vmware-api-session-id': token, range: 'bytes=1-8' };
    expect(await ask(`${server}/cls/static/lib/item/d.ovf`, headers)).toEqual({ status: 206, text: 'Envelope' });
  });

  test('is not there before 9.0', async () => {
    const { ask, info } = await begin({ version: '8.0' });
    expect(await info('d.ovf')).not.toHaveProperty('file_download_endpoint');
    expect((await ask(`${server}/cls/static/lib/item/d.ovf?version=3`)).status).toBe(404);
  });

  test('meets the faults of the bytes', async () => {
    const { ask } = await begin({ faults: [{ operation: 'data', file: 'd.ovf', kind: 'page', status: 503 }] });
    expect((await ask(`${server}/cls/static/lib/item/d.ovf`)).status).toBe(503);
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Scenario } from 'rx-content-library/simulator';
import { field, server, start } from './call.ts';

const startWithFiles = async (scenario: Scenario = {}) => {
  const files = [
    { name: 'd.ovf', content: '<Envelope/>', version: '3' },
    { name: 'cold.vmdk', size: 10, cached: false },
  ];
  const inventory = { libraries: [{ id: 'lib', name: 'L', items: [{ id: 'item', name: 'I', files }] }] };
  const { call, simulator, token } = await start('api', { inventory, scenario: { version: '9.0', ...scenario } });
  const request = async (link: string, headers: Record<string, string> = { 'vmware-api-session-id': token }) => {
    const response = await simulator.fetch(link, { headers });
    return { status: response.status, text: await response.text() };
  };
  const info = async (name: string) => (await call('content.library.item.File.get', { item: 'item', name })).json;
  return { request, info, simulator, token };
};

describe('the link of 9.0', () => {
  test('is in the file info, and serves the bytes without a download session', async () => {
    const { request, info, simulator } = await startWithFiles();
    const link = String(field(await info('d.ovf'), 'file_download_endpoint'));
    expect(link).toBe(`${server}/cls/static/lib/item/d.ovf?version=3`);
    expect(await request(link)).toEqual({ status: 200, text: '<Envelope/>' });
    expect(simulator.sessions).toEqual([]);
    expect(simulator.requests.at(-1)).toMatchObject({ operation: 'data', path: '/cls/static/lib/item/d.ovf?version=3' });
  });

  test('requires the API session in the header', async () => {
    const { request, info } = await startWithFiles();
    const link = String(field(await info('d.ovf'), 'file_download_endpoint'));
    expect((await request(link, {})).status).toBe(401);
    expect((await request(link, { 'vmware-api-session-id': 'another' })).status).toBe(401);
  });

  test('is valid for its version only; the default is the latest', async () => {
    const { request } = await startWithFiles();
    const base = `${server}/cls/static/lib/item/d.ovf`;
    expect((await request(`${base}?version=2`)).status).toBe(404);
    expect((await request(base)).text).toBe('<Envelope/>');
  });

  test.each(['other/item/d.ovf', 'lib/other/d.ovf', 'lib/item/other', 'lib/item/cold.vmdk', 'lib/item', 'lib/item/d.ovf/'])(
    '/cls/static/%s returns 404',
    async (path) => {
      expect((await (await startWithFiles()).request(`${server}/cls/static/${path}`)).status).toBe(404);
    },
  );

  test('supports byte ranges', async () => {
    const { request, token } = await startWithFiles();
    const headers = { 'vmware-api-session-id': token, range: 'bytes=1-8' };
    expect(await request(`${server}/cls/static/lib/item/d.ovf`, headers)).toEqual({ status: 206, text: 'Envelope' });
  });

  test('does not exist before 9.0', async () => {
    const { request, info } = await startWithFiles({ version: '8.0' });
    expect(await info('d.ovf')).not.toHaveProperty('file_download_endpoint');
    expect((await request(`${server}/cls/static/lib/item/d.ovf?version=3`)).status).toBe(404);
  });

  test('is subject to faults of file data', async () => {
    const { request } = await startWithFiles({ faults: [{ operation: 'data', file: 'd.ovf', kind: 'page', status: 503 }] });
    expect((await request(`${server}/cls/static/lib/item/d.ovf`)).status).toBe(503);
  });
});

/** Empty files, and empty responses in place of a file. */

import { describe, expect, test } from '@jest/globals';
import { download, vcenter } from 'rx-content-library';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';

/** Downloads a file from a server whose library states no checksums. `respond` replaces the response to request number `index` for its bytes. */
const run = async (
  content: string,
  scenario: Scenario,
  respond: (index: number, response: Response) => Response = (_, response) => response,
) => {
  const inventory = { libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'a.log', content }] }] }] };
  const simulator = createSimulator({ inventory, users: [user], scenario });
  let dataRequests = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await simulator.fetch(request);
    if (request.url.includes('/cls/')) return respond(dataRequests++, response);
    if (!request.url.includes('/item/item-1/file')) return response;
    const files = JSON.parse((await response.text()).replaceAll('checksum_info', 'unknown')) as unknown;
    return Response.json(files);
  };
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch, dialect: 'api' });
  const sink = restartableMemorySink();
  const { values, error } = await inFakeTime(() => collect(download(vc, 'item-1', sink)));
  const bytes = sink.files.get('a.log');
  return {
    error,
    dataRequests,
    retrying: ofType(values, 'retrying'),
    saved: ofType(values, 'saved')[0],
    duration: ofType(values, 'closed')[0]?.duration,
    text: bytes && Buffer.from(bytes).toString(),
  };
};

const emptyResponse = (headers: Readonly<Record<string, string>> = { 'content-length': '0' }): Response =>
  new Response('', { headers });

describe('an empty file is verified by the checksum that the session states', () => {
  test.each(['at-once', 'prepared', 'downloaded'] as const)('%s, without waiting', async (checksumKnown) => {
    for (const sizeKnown of ['prepared', 'never'] as const) {
      const { error, saved, text, duration } = await run('', { preparation: { ...preparedAtOnce, checksumKnown, sizeKnown } });
      expect(error).toBeUndefined();
      expect(text).toBe('');
      expect(saved).toMatchObject({ bytes: 0, verified: 'checksum' });
      expect(duration).toBeLessThan(300);
    }
  });

  test('also if the checksum is late', async () => {
    const { saved } = await run('', { preparation: { ...preparedAtOnce, checksumLate: 1 } });
    expect(saved).toMatchObject({ bytes: 0, verified: 'checksum' });
  });

  test('which needs no request if it is stated beforehand with the size', async () => {
    const { saved, dataRequests } = await run('', { preparation: { ...preparedAtOnce, checksumKnown: 'prepared' } });
    expect(saved).toMatchObject({ verified: 'checksum' });
    expect(dataRequests).toBe(0);
  });
});

test('an empty file of stated size without checksums is verified by its length', async () => {
  const { saved } = await run('', { preparation: preparedAtOnce, checksums: 'none' });
  expect(saved).toMatchObject({ bytes: 0, verified: 'length' });
});

describe('an empty response, from a server that states neither size nor checksum', () => {
  const scenario: Scenario = { preparation: { ...preparedAtOnce, sizeKnown: 'never' }, checksums: 'none' };

  test.each([
    ['with Content-Length: 0', { 'content-length': '0' }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
    ['encoded', { 'content-encoding': 'gzip' }],
  ])('%s is requested once more, and shows nothing', async (_, headers) => {
    const { error, saved, dataRequests, text } = await run('', scenario, () => emptyResponse(headers));
    expect(error).toBeUndefined();
    expect(text).toBe('');
    expect(saved).toMatchObject({ bytes: 0, verified: 'none' });
    expect(dataRequests).toBe(2);
  });

  test.each([
    ['with its length', (response: Response) => response],
    [
      'without a length',
      (response: Response) => {
        response.headers.delete('content-length');
        return response;
      },
    ],
  ])('is not the file if the next response has bytes %s', async (_, change) => {
    const { error, text, retrying, saved } = await run('some text', scenario, (index, response) =>
      index === 0 ? emptyResponse() : change(response),
    );
    expect(error).toBeUndefined();
    expect(text).toBe('some text');
    expect(retrying).toMatchObject([{ error: { _tag: 'TruncatedError', received: 0, expected: 9 } }]);
    expect(saved).toMatchObject({ bytes: 9 });
  });
});

test('an empty response is not the file if the session states the checksum of another one', async () => {
  const { error, text } = await run(
    'some text',
    { preparation: { ...preparedAtOnce, sizeKnown: 'never', checksumKnown: 'prepared' } },
    (index, response) => (index === 0 ? emptyResponse() : response),
  );
  expect(error).toBeUndefined();
  expect(text).toBe('some text');
});
